#pragma warning disable VSTHRD003 // No synchronisation context: what others complete can be awaited.
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace BleepStore.Tests.AppHost;

/// <summary>Answers a health check in a shell script's stead, with the status that the test wants.</summary>
internal sealed class ReadyServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly TaskCompletionSource _refusedTwice = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _refused;

    private ReadyServer(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        _web = builder.Build();
        _web.Run(context =>
        {
            context.Response.StatusCode = Status;
            if (Status != 200 && Interlocked.Increment(ref _refused) == 2)
                _refusedTwice.TrySetResult();
            return Task.CompletedTask;
        });
    }

    public int Status { get; set; } = 200;

    /// <summary>Completes when the health check was refused for the second time.</summary>
    public Task RefusedTwice => _refusedTwice.Task;

    public static async Task<ReadyServer> StartAsync(int port, int status = 200)
    {
        var server = new ReadyServer(port) { Status = status };
        await server._web.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
