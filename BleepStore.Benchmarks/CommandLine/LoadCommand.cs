using System.CommandLine;
using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Reports;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary><c>load ENDPOINT</c>: drives any S3 server, or two in turn, with one workload and shows what that gave.</summary>
internal sealed class LoadCommand : Command
{
    public LoadCommand()
        : base("load", "Drives an S3 server with one kind of requests. Exit code 1 when any of them failed.")
    {
        var options = new LoadOptions();
        Arguments.Add(options.Url);
        foreach (var option in options.All)
        {
            Options.Add(option);
        }

        SetAction((parsed, cancellationToken) => RunAsync(options.Read(parsed), parsed.InvocationConfiguration.Output, cancellationToken));
    }

    private static async Task<int> RunAsync(LoadArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var machine = Machine.Describe();
        IProbe[] probes = [.. arguments.Targets
            .Select(target => new LoadProbe($"{arguments.WorkloadName} {target.Name}", target, Create(arguments, target), arguments.Settings))];
        var progress = new ProgressLine(output);
        var rounds = await InterleavedRounds.RunAsync(probes, arguments.Rounds, progress.Show, cancellationToken);
        progress.Clear();
        var medians = probes.Select(probe => (probe.Name, Result: LoadResult.MedianOf(rounds[probe.Name]))).ToArray();
        ResultTable.Write(output, medians);
        await WriteReportsAsync(arguments, machine, rounds, medians, cancellationToken);
        return medians.All(entry => entry.Result.Errors == 0) ? 0 : 1;
    }

    private static Workload Create(LoadArguments arguments, LoadTarget target)
    {
        var requests = new RequestFactory(target.Endpoint, TimeProvider.System);
        if (target.IsS3)
        {
            target.Preparation.EnsureBucket(requests);
        }

        return WorkloadCatalog.Create(arguments.WorkloadName, requests, arguments.Workload);
    }

    private static async Task WriteReportsAsync(
        LoadArguments arguments,
        Machine machine,
        IReadOnlyDictionary<string, IReadOnlyList<LoadResult>> rounds,
        (string Name, LoadResult Result)[] medians,
        CancellationToken cancellationToken)
    {
        if (arguments.Reports.Json is { } json)
        {
            var report = new
            {
                machine,
                workload = arguments.WorkloadName,
                options = arguments.Workload,
                settings = arguments.Settings,
                servers = arguments.Targets.ToDictionary(target => target.Name, target => target.Endpoint.Url),
                medians = medians.ToDictionary(entry => entry.Name, entry => entry.Result),
                rounds,
            };
            await JsonReport.WriteAsync(json, report, cancellationToken);
        }

        if (arguments.Reports.Svg is { } svg)
        {
            await File.WriteAllTextAsync(svg, LoadChart.Draw(machine.ToString(), medians), cancellationToken);
        }
    }
}
