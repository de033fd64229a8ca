using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace BleepStore.Benchmarks.Spikes;

/// <summary>
/// Kestrel with one handler and nothing around it: what the same machine and runtime can do at the very least cost. Runs as a process of its own, so
/// that its time can be told from the generator's.
/// </summary>
internal static class SpikeServer
{
    /// <summary>Serves on a free port, writes where to the ready file, and runs until it is told to stop.</summary>
    public static async Task RunAsync(RequestDelegate handler, string readyFile, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        await using var application = builder.Build();
        application.Run(handler);
        await application.StartAsync(cancellationToken);
        await WriteReadyFileAsync(readyFile, application.Urls.First(), cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // The same form as the one of the server, so that whoever starts both reads one.
    private static async Task WriteReadyFileAsync(string path, string url, CancellationToken cancellationToken)
    {
        var unfinished = path + ".new";
        await File.WriteAllTextAsync(
            unfinished, JsonSerializer.Serialize(new { pid = Environment.ProcessId, urls = new { s3 = url } }), cancellationToken);
        File.Move(unfinished, path, overwrite: true);
    }
}
