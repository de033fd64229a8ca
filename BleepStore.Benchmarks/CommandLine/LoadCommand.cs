using System.CommandLine;
using System.Globalization;
using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Wire;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary><c>load ENDPOINT</c>: drives any S3 server with one workload and prints what it showed.</summary>
internal sealed class LoadCommand : Command
{
    public LoadCommand()
        : base("load", "Drives an S3 server with one kind of requests.")
    {
        var options = new LoadOptions();
        foreach (var symbol in options.All)
        {
            if (symbol is Argument argument)
            {
                Arguments.Add(argument);
            }
            else
            {
                Options.Add((Option)symbol);
            }
        }

        SetAction((parsed, cancellationToken) => RunAsync(options.Read(parsed), parsed.InvocationConfiguration.Output, cancellationToken));
    }

    private static async Task<int> RunAsync(LoadArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var requests = new RequestFactory(arguments.Endpoint, new RequestSigner(arguments.Endpoint, TimeProvider.System.GetUtcNow()));
        Workload workload = arguments.Workload switch
        {
            "get" => new ReadWorkload(requests, isHead: false, arguments.SizeBytes, arguments.Keys),
            "head" => new ReadWorkload(requests, isHead: true, arguments.SizeBytes, arguments.Keys),
            "put" => new PutWorkload(requests, arguments.SizeBytes, arguments.Keys),
            var name => throw new LoadException($"There is no workload '{name}'."),
        };
        if (!arguments.IsPrepared)
        {
            var preparation = new Preparation(arguments.Endpoint, arguments.Settings.Connections);
            if (!preparation.TrySend(requests.HeadBucket()))
            {
                preparation.Send(requests.CreateBucket());
            }

            workload.Prepare(preparation);
        }

        var progress = new ProgressLine(output);
        var result = await LoadRun.RunAsync(
            arguments.Endpoint,
            arguments.ProcessIds,
            workload,
            arguments.Settings,
            rate => progress.Show(string.Create(CultureInfo.InvariantCulture, $"{arguments.Workload}: {rate:n0}/s")),
            cancellationToken);
        progress.Clear();
        ResultTable.Write(output, [(arguments.Workload, result)]);
        return result.Errors == 0 ? 0 : 1;
    }
}
