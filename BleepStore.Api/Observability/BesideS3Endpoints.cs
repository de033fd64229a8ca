using System.Collections.Frozen;
using BleepStore.Api.Observability.Metrics;
using BleepStore.Api.OpenApi;
using BleepStore.Api.Operations;
using Microsoft.AspNetCore.Http.Features;

namespace BleepStore.Api.Observability;

/// <summary>
/// What the S3 listener answers beside S3: unsigned, path-style GETs of a few exact paths. Everything else is S3's, so that no bucket name
/// is reserved: a signed request for a bucket called <c>docs</c> gets that bucket.
/// </summary>
/// <param name="health">Answers the health paths.</param>
/// <param name="metrics">Answers <c>/metrics</c>; null when metrics are off.</param>
/// <param name="documents">Answers <c>/docs</c> and <c>/openapi.json</c>.</param>
/// <param name="hostNamesBucket">Whether a Host header names a bucket in virtual-host style.</param>
internal sealed class BesideS3Endpoints(
    HealthEndpoints health, MetricsEndpoint? metrics, ApiDocumentEndpoints documents, Func<string, bool> hostNamesBucket)
{
    // A request with one of these is S3's even when it is not signed: GET /docs?list-type=2 lists a public bucket called docs.
    private static readonly FrozenSet<string> S3Parameters =
        S3Operations.All
            .SelectMany(route => route.Definition.Query.Concat(route.Definition.OptionalQuery))
            .Concat(KnownOperations.All.SelectMany(operation => operation.Query))
            .Select(parameter => parameter.Split('=')[0])
            .Concat(["AWSAccessKeyId", "Signature", "Expires", "x-id"])
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Answers the request when it is ours; false leaves it untouched for S3.</summary>
    public ValueTask<bool> TryAnswerAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        var question = target.IndexOf('?');
        var endpoint = FindEndpoint(question < 0 ? target : target[..question]);
        return endpoint is not null && IsOurs(context.Request) ? AnswerAsync(endpoint, context) : ValueTask.FromResult(false);
    }

    private static async ValueTask<bool> AnswerAsync(Func<HttpContext, Task> endpoint, HttpContext context)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await endpoint(context);
        return true;
    }

    private Func<HttpContext, Task>? FindEndpoint(ReadOnlySpan<char> path) => path switch
    {
        "/health" => health.WriteHealthAsync,
        "/healthz" => context => DoneAsync(health.WriteLiveness, context),
        "/readyz" => context => DoneAsync(health.WriteReadiness, context),
        "/metrics" => metrics is null ? NotFoundAsync : metrics.WriteAsync,
        "/openapi.json" => documents.WriteOpenApiAsync,
        _ => documents.FindPage(path) is { } page ? context => ApiDocumentEndpoints.WritePageAsync(context, page) : null,
    };

    private bool IsOurs(HttpRequest request)
        => (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && IsUnsigned(request)
        && !hostNamesBucket(request.Host.Value ?? "");

    // A bearer token is no S3 signature; it is how a scraper shows the admin token.
    private static bool IsUnsigned(HttpRequest request)
        => (request.Headers.Authorization.Count == 0 || request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        && !request.Query.Keys.Any(name => S3Parameters.Contains(name) || name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase));

    private static Task DoneAsync(Action<HttpContext> write, HttpContext context)
    {
        write(context);
        return Task.CompletedTask;
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
