using System.Buffers;
using System.Text.Json;

namespace BleepStore.Api.Observability;

/// <summary>
/// Answers <c>/health</c>, <c>/healthz</c> and <c>/readyz</c>. Whoever asks on the S3 listener is not authenticated and learns which component
/// fails, never why: the log says why.
/// </summary>
/// <param name="checks">What <c>/health</c> asks.</param>
/// <param name="isReady">Whether this node can answer S3 now: store open, not draining.</param>
/// <param name="isEnabled"><c>observability.health_check</c>.</param>
internal sealed class HealthEndpoints(HealthChecks checks, Func<bool> isReady, bool isEnabled)
{
    public async Task WriteHealthAsync(HttpContext context)
    {
        var report = isEnabled ? await checks.CheckAsync(context.RequestAborted) : null;
        var bytes = new ArrayBufferWriter<byte>(256);
        Render(bytes, report);
        context.Response.StatusCode = report is null or { CanServe: true } ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.WrittenCount;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.BodyWriter.WriteAsync(bytes.WrittenMemory, context.RequestAborted);
    }

    /// <summary>The process lives.</summary>
    public void WriteLiveness(HttpContext context) => WriteEmpty(context, isEnabled ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);

    /// <summary>This node can answer S3 now.</summary>
    public void WriteReadiness(HttpContext context)
        => WriteEmpty(
            context,
            !isEnabled ? StatusCodes.Status404NotFound : isReady() ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);

    private static void WriteEmpty(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        context.Response.Headers.CacheControl = "no-store";
    }

    private static void Render(ArrayBufferWriter<byte> bytes, HealthReport? report)
    {
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteString("status", report is null or { CanServe: true } ? "ok" : "degraded");
        if (report is not null)
        {
            json.WriteStartObject("checks");
            foreach (var (name, component) in report.Components)
            {
                json.WriteStartObject(name);
                json.WriteString("status", component.CanServe ? "ok" : "error");
                json.WriteNumber("latency_ms", Math.Round(component.Latency.TotalMilliseconds, 3));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
