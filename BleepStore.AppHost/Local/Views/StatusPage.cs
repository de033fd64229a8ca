using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BleepStore.AppHost.Local;

/// <summary>
/// A small page on a loopback port with states, links, logs and a restart button. A restart needs the token of the page and our
/// own origin, and only loopback host names are answered, so that no other site can reach it through the user's browser.
/// </summary>
internal sealed class StatusPage : IAsyncDisposable
{
    private const string TokenHeader = "X-BleepStore-Token";
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly LocalHost _host;
    private readonly WebApplication _web;
    private readonly string _token = RandomNumberGenerator.GetHexString(32, lowercase: true);

    private StatusPage(LocalHost host, int port)
    {
        _host = host;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    public string Url => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>A taken port is no reason to go without a page: then it is a free one.</summary>
    public static async Task<StatusPage> StartAsync(LocalHost host, int port)
    {
        var page = new StatusPage(host, port);
        try
        {
            await page._web.StartAsync();
            return page;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException && port != 0)
        {
            await page.DisposeAsync();
            return await StartAsync(host, port: 0);
        }
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!IsOurs(request.Host.Host))
        {
            response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        await ((request.Method, request.Path.Value) switch
        {
            ("GET", "/") => AssetAsync(response, "status.html", "text/html; charset=utf-8"),
            ("GET", "/status.css") => AssetAsync(response, "status.css", "text/css; charset=utf-8"),
            ("GET", "/status.js") => AssetAsync(response, "status.js", "text/javascript; charset=utf-8"),
            ("GET", "/state") => response.WriteAsJsonAsync(State(request), context.RequestAborted),
            ("POST", "/restart") => RestartAsync(request, response),
            _ => StatusAsync(response, StatusCodes.Status404NotFound),
        });
    }

    private static bool IsOurs(string host) => host is "127.0.0.1" or "localhost" or "[::1]";

    private static Task StatusAsync(HttpResponse response, int status)
    {
        response.StatusCode = status;
        return Task.CompletedTask;
    }

    private async Task AssetAsync(HttpResponse response, string name, string contentType)
    {
        await using var asset = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(asset, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(response.HttpContext.RequestAborted);
        response.ContentType = contentType;
        await response.WriteAsync(text.Replace("{{token}}", _token, StringComparison.Ordinal), response.HttpContext.RequestAborted);
    }

    private object State(HttpRequest request)
    {
        _ = long.TryParse(request.Query["after"], out var from);
        var (lines, next) = _host.Logs.Since(from, limit: 500);
        return new
        {
            resources = _host.Resources.Select(resource => resource.Snapshot).Select(snapshot => new
            {
                snapshot.Name,
                State = snapshot.State.ToString(),
                snapshot.ProcessId,
                snapshot.ExitCode,
                snapshot.Reason,
                Links = snapshot.Links ?? [],
                CpuPercent = Math.Round(snapshot.CpuPercent, 1),
                snapshot.MemoryBytes,
                snapshot.Starts,
            }),
            lines = lines.Select(line => new { line.Resource, line.Text, line.IsError }),
            next,
        };
    }

    private Task RestartAsync(HttpRequest request, HttpResponse response)
    {
        var origin = request.Headers.Origin.ToString();
        var token = Encoding.ASCII.GetBytes(request.Headers[TokenHeader].ToString());
        var isForeign = origin.Length > 0 && origin != $"http://{request.Host}";
        if (isForeign || !CryptographicOperations.FixedTimeEquals(token, Encoding.ASCII.GetBytes(_token)))
            return StatusAsync(response, StatusCodes.Status403Forbidden);

        var isKnown = _host.Restart(request.Query["resource"].ToString());
        return StatusAsync(response, isKnown ? StatusCodes.Status202Accepted : StatusCodes.Status404NotFound);
    }

    /// <summary>The signals are the host's; the default would answer them as well.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
