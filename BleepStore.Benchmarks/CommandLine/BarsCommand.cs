using System.CommandLine;
using BleepStore.Benchmarks.Bars;
using BleepStore.Benchmarks.Reports;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary><c>bars</c>: starts the store and the bare servers, and holds the one against the others.</summary>
internal sealed class BarsCommand : Command
{
    public BarsCommand()
        : base("bars", "Starts BleepStore and bare servers, and holds their figures against the bars. Exit code 1 when any request failed.")
    {
        var options = new BarsOptions();
        foreach (var option in options.All)
        {
            Options.Add(option);
        }

        SetAction((parsed, cancellationToken) => RunAsync(options.Read(parsed), parsed.InvocationConfiguration.Output, cancellationToken));
    }

    private static async Task<int> RunAsync(BarsArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var machine = Machine.Describe();
        await output.WriteLineAsync(machine.ToString());
        await using var bed = await BarBed.StartAsync(
            arguments.Program, arguments.Directory, arguments.Peer, fill => FillAsync(arguments, fill, cancellationToken), cancellationToken);
        var report = await BarRun.RunAsync(
            arguments.Groups,
            new BarContext(bed, arguments.Scale, cancellationToken),
            arguments.PeerKind,
            new ProgressLine(output),
            outcomes => BarTable.Write(output, arguments.Scale.Requests is null ? outcomes : []));
        await output.WriteLineAsync();
        ResultTable.Write(output, report.Medians);
        if (arguments.Reports.Json is { } json)
        {
            await JsonReport.WriteAsync(json, new { machine, scale = arguments.Scale, bars = report.Outcomes, rounds = report.Rounds }, cancellationToken);
        }

        if (arguments.Reports.Svg is { } svg)
        {
            await File.WriteAllTextAsync(svg, BarTable.Draw(machine.ToString(), report.Outcomes), cancellationToken);
        }

        return report.Errors == 0 ? 0 : 1;
    }

    private static async Task FillAsync(BarsArguments arguments, OfflineFill fill, CancellationToken cancellationToken)
    {
        foreach (var step in arguments.Groups.SelectMany(group => group.Fills).Distinct())
        {
            await step(arguments.Scale, fill, cancellationToken);
        }
    }
}
