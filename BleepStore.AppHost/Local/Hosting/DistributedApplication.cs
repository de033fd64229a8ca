using BleepStore.AppHost.Local;

namespace Aspire.Hosting;

/// <summary>The graph, ready to run on this machine.</summary>
internal sealed class DistributedApplication
{
    private readonly IDistributedApplicationBuilder _builder;

    internal DistributedApplication(IDistributedApplicationBuilder builder) => _builder = builder;

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args);

    /// <summary>Runs until a signal, or until nothing is left to run; the process's exit code tells which.</summary>
    public void Run()
    {
#pragma warning disable VSTHRD002 // Aspire's Run is synchronous, and the graph must compile against both hosts.
        Environment.ExitCode = RunAsync().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private async Task<int> RunAsync()
    {
        if (_builder.ExecutionContext.IsPublishMode)
        {
            await Console.Error.WriteLineAsync("Publishing needs Aspire's own host: build with UseAspire=true.");
            return 2;
        }

        if (LocalHostOptions.Read(_builder.Configuration, out var error) is not { } options)
        {
            await Console.Error.WriteLineAsync(error);
            return 2;
        }

        using var requests = new ShutdownRequests(TimeProvider.System);
        using var signals = ShutdownSignals.Listen(requests);
        using var parent = ParentWatch.Start(requests, TimeProvider.System);
        await using var host = new LocalHost([.. _builder.Resources.OfType<ProcessResource>()], options, requests, TimeProvider.System);
        return await host.RunAsync();
    }
}
