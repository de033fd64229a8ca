using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace BleepStore.Api.Observability.Metrics;

/// <summary>Who may read <c>/metrics</c>.</summary>
/// <param name="IsPublic">Everybody (<c>observability.metrics_public</c>).</param>
/// <param name="AdminToken">Whoever presents this bearer token; null for none.</param>
internal sealed record MetricsAccess(bool IsPublic, string? AdminToken);

/// <summary>Answers <c>/metrics</c>: to callers on this machine, to everybody where it is public, else to holders of the admin token.</summary>
internal sealed class MetricsEndpoint(MetricsRegistry registry, StoreGauges gauges, MetricsAccess access)
{
    private readonly byte[]? _tokenHash = string.IsNullOrEmpty(access.AdminToken) ? null : Hash(access.AdminToken);

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        if (!IsAllowed(context))
        {
            response.StatusCode = StatusCodes.Status401Unauthorized;
            response.Headers.WWWAuthenticate = "Bearer";
            response.ContentLength = 0;
            return;
        }

        await gauges.RefreshAsync(context.RequestAborted);
        var isOpenMetrics = PrefersOpenMetrics(context.Request.Headers.Accept.ToString());
        var bytes = new ArrayBufferWriter<byte>(16 * 1024);
        var text = new PrometheusText(bytes, isOpenMetrics);
        registry.Collect(text.Write);
        text.End();
        response.ContentType = isOpenMetrics ? PrometheusText.OpenMetricsContentType : PrometheusText.ContentType;
        response.Headers.Vary = "Accept";
        response.ContentLength = bytes.WrittenCount;
        await response.BodyWriter.WriteAsync(bytes.WrittenMemory, context.RequestAborted);
    }

    /// <summary>True when the Accept header likes OpenMetrics (a version we write) better than plain text.</summary>
    internal static bool PrefersOpenMetrics(string accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([accept], out var types))
        {
            return false;
        }

        double openMetrics = 0, text = 0;
        foreach (var type in types)
        {
            var quality = type.Quality ?? 1;
            if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            {
                var version = type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase));
                openMetrics = version is null || version.Value.Value?.Trim('"') == "1.0.0" ? Math.Max(openMetrics, quality) : openMetrics;
            }
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                text = Math.Max(text, quality);
            }
        }

        return openMetrics > 0 && openMetrics >= text;
    }

    private bool IsAllowed(HttpContext context) => access.IsPublic || IsLocal(context) || HasToken(context.Request.Headers.Authorization.ToString());

    // Behind a proxy on this machine everybody comes from loopback, so that a forwarded request proves nothing.
    private static bool IsLocal(HttpContext context)
        => context.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey("Forwarded")
        && !context.Request.Headers.ContainsKey("X-Forwarded-For");

    private bool HasToken(string authorization)
    {
        const string scheme = "Bearer ";
        return _tokenHash is not null
            && authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(authorization[scheme.Length..].Trim()), _tokenHash);
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
