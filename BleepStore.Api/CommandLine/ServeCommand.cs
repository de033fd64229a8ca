using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;

namespace BleepStore.Api.CommandLine;

/// <summary>Serves S3 until the process is told to stop.</summary>
internal static class ServeCommand
{
    public static Task<int> RunAsync(ServeArguments arguments, TextWriter errors, CancellationToken cancellationToken)
        => CommandGuard.RunAsync(errors, () => ServeAsync(arguments, cancellationToken));

    private static async Task<int> ServeAsync(ServeArguments arguments, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(cancellationToken);
        try
        {
            var options = ConfigurationLoader.Load(arguments.File, arguments.Environment, arguments.Flags);
            var environment = new HostEnvironmentValues { Variables = arguments.Environment, CrashPoints = ProcessCrashPoints.FromEnvironment() };
            await using var server = await BleepStoreServer.StartAsync(options, environment, signals.Stop);
            if (arguments.ReadyFile is { } path)
            {
                await ReadyFile.WriteAsync(path, server.S3Url, server.AdminUrl, cancellationToken);
            }

            var wasAsked = await signals.WaitAsync(server.Stopping);
            await server.StopAsync(signals.Abort);
            return wasAsked ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return ExitCodes.Success;
        }
    }
}
