using System.Net.Sockets;
using System.Net;
using System.Text;
using BleepStore.Api.Background;
using BleepStore.Api.Content;
using BleepStore.Api.Integrity;
using BleepStore.Api.Observability;
using BleepStore.Api.Pipeline;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata;
using BleepStore.Storage.Memory;
using BleepStore.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BleepStore.Tests.Observability;

/// <summary>A real Kestrel that answers what is beside S3 and says "this is S3" to everything else.</summary>
internal sealed class BesideS3Host : IAsyncDisposable
{
    public const string S3 = "this is S3";
    private readonly WebApplication _app;

    private BesideS3Host(WebApplication app)
    {
        _app = app;
        Endpoint = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient { BaseAddress = Endpoint };
    }

    public Uri Endpoint { get; }

    public HttpClient Client { get; }

    /// <summary>Address the next requests seem to come from; null for the real one.</summary>
    public IPAddress? SeemsToComeFrom { get; set; }

    public bool IsReady { get; set; } = true;

    public static async Task<BesideS3Host> StartAsync(ObservabilitySettings? settings = null, IMetadataStore? metadata = null, IObjectStorage? storage = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        BesideS3Host? host = null;
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(metadata ?? new MemoryMetadataStore());
        builder.Services.AddSingleton(storage ?? new MemoryObjectStorage());
        builder.Services.AddSingleton(new S3RequestParser(["s3.example.com"]));
        builder.Services.AddSingleton<ReaderRegistry>();
        builder.Services.AddSingleton<ObjectReader>();
        builder.Services.AddSingleton(new NodeBoot(Node: 0, Boot: 1, MaySweep: true));
        builder.Services.AddSingleton<DamageCounts>();
        builder.Services.AddSingleton<IntegrityChecks>();
        builder.Services.AddObservability(settings ?? new ObservabilitySettings(), _ => () => host!.IsReady);
        var app = builder.Build();
        var beside = app.Services.GetRequiredService<BesideS3Endpoints>();
        app.Run(async context =>
        {
            context.Connection.RemoteIpAddress = host!.SeemsToComeFrom ?? context.Connection.RemoteIpAddress;
            if (!await beside.TryAnswerAsync(context))
            {
                await context.Response.WriteAsync(S3, context.RequestAborted);
            }
        });
        await app.StartAsync(CancellationToken.None);
        host = new BesideS3Host(app);
        return host;
    }

    /// <summary>Sends a request and returns status and body.</summary>
    public async Task<(HttpStatusCode Status, string Body, HttpResponseMessage Response)> SendAsync(
        string path, string method = "GET", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response);
    }

    /// <summary>Sends a request line as it stands: no client normalises it.</summary>
    public async Task<string> SendRawAsync(string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Endpoint.Host, Endpoint.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {Endpoint.Authority}\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
