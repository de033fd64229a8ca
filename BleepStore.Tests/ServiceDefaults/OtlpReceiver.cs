using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.ServiceDefaults;

/// <summary>A collector that takes OTLP over HTTP and keeps what it got; protobuf writes text as it is, so it can be looked for.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ConcurrentQueue<(string Path, string? ContentType, string Body)> _received = [];
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _answers;

    private OtlpReceiver(bool answers)
    {
        _answers = answers;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Run(ReceiveAsync);
    }

    public string Url => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Completes with the first export.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Everything that came for a signal, as one text.</summary>
    public string this[string signal] =>
        string.Concat(_received
            .Where(request => request == ($"/v1/{signal}", "application/x-protobuf", request.Body))
            .Select(request => request.Body));

    public static async Task<OtlpReceiver> StartAsync(bool answers = true)
    {
        var receiver = new OtlpReceiver(answers);
        await receiver._web.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        // A request that is never answered would hold up the polite way.
        await _web.StopAsync(new CancellationToken(canceled: true));
        await _web.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        _received.Enqueue((context.Request.Path.Value!, context.Request.ContentType, Encoding.Latin1.GetString(body.ToArray())));
        _asked.TrySetResult();
        if (!_answers)
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Response.ContentType = "application/x-protobuf";
    }
}
