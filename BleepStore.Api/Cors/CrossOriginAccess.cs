using System.Collections.Immutable;
using BleepStore.Api.Configurations;
using BleepStore.Api.Operations;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;

namespace BleepStore.Api.Cors;

/// <summary>Origins that may use everything where a bucket says nothing, for stores whose clients are used to a permissive server.</summary>
/// <param name="Origins">With at most one wildcard each; none by default.</param>
internal sealed record DefaultOrigins(ImmutableArray<string> Origins);

/// <summary>
/// Decides which pages may use a bucket, by its rules or the defaults. It is about browsers alone: whoever sends the request still needs the right to.
/// </summary>
internal sealed class CrossOriginAccess(IMetadataStore metadata, DefaultOrigins defaults)
{
    private static readonly ImmutableArray<string> Methods = ["GET", "PUT", "POST", "DELETE", "HEAD"];

    private readonly CorsRule? _default = defaults.Origins.IsEmpty ? null : new CorsRule
    {
        AllowedOrigins = defaults.Origins,
        AllowedMethods = Methods,
        AllowedHeaders = ["*"],
        ExposeHeaders =
        [
            "ETag", "Content-Length", "Content-Range", "Accept-Ranges", "x-amz-request-id", "x-amz-id-2", "x-amz-version-id", "x-amz-delete-marker",
            "x-amz-mp-parts-count", "x-amz-bucket-region",
        ],
    };

    /// <summary>What the answer to a request tells a browser; null when no page asks, or the bucket has no rules at all.</summary>
    public async ValueTask<CrossOriginAnswer?> FindAsync(IncomingRequest request, CancellationToken cancellationToken)
        => CrossOriginRequest.Of(request) is { } asked
            && await FindRulesAsync(request.Bucket, cancellationToken) is { IsDefaultOrEmpty: false } rules
            ? new CrossOriginAnswer(asked, rules.FirstOrDefault(asked.IsAllowedBy))
            : null;

    /// <summary>Answers a preflight; nobody has to be known for it.</summary>
    /// <returns>The refusal, or what the browser is told.</returns>
    public async ValueTask<(S3Error? Refusal, CrossOriginAnswer? Answer)> PreflightAsync(IncomingRequest request, CancellationToken cancellationToken)
    {
        if (CrossOriginRequest.Of(request) is not { } asked)
        {
            return (S3Errors.BadRequest.Because("Insufficient information. Origin request header needed."), null);
        }

        // Asked for a method that there is not, S3 looks at no bucket; of those that no rule can allow it looks at it first.
        var method = request.Header(CrossOriginRequest.MethodHeader) is { Length: > 0 } sent ? sent : null;
        if (method is not (null or "PATCH" or "OPTIONS") && !Methods.Contains(method))
        {
            return (S3Errors.BadRequest.Because($"Invalid Access-Control-Request-Method: {method}"), null);
        }

        if (asked.InvalidHeader is { } invalid)
        {
            return (S3Errors.BadRequest.Because($"Access-Control-Request-Headers \"{invalid}\" contains invalid character."), null);
        }

        var rules = await FindRulesAsync(request.Bucket, cancellationToken);
        if (rules is not { IsEmpty: false })
        {
            var message = rules is null ? "CORSResponse: Bucket not found" : "CORSResponse: CORS is not enabled for this bucket.";
            return (Forbidden(message, method, S3Resource.Bucket), null);
        }

        if (method is null || !Methods.Contains(method))
        {
            return (S3Errors.BadRequest.Because($"Invalid Access-Control-Request-Method: {method ?? "null"}"), null);
        }

        var answer = new CrossOriginAnswer(asked, rules.Value.FirstOrDefault(asked.IsAllowedBy));
        var resource = request.Key is null ? S3Resource.Bucket : S3Resource.Object;
        return (answer.Rule is null ? Forbidden(S3Errors.AccessForbidden.Message, method, resource) : null, answer);
    }

    private static S3Error Forbidden(string message, string? method, S3Resource resource)
        => S3Errors.AccessForbidden.Because(message)
            .With("Method", method ?? "OPTIONS")
            .With("ResourceType", resource.ToString().ToUpperInvariant());

    /// <summary>The rules of a bucket, the defaults where it has none; null when there is no such bucket.</summary>
    private async ValueTask<ImmutableArray<CorsRule>?> FindRulesAsync(string? name, CancellationToken cancellationToken)
    {
        ImmutableArray<CorsRule> byDefault = _default is null ? [] : [_default];
        var bucket = name is null ? null : await metadata.FindBucketAsync(name, cancellationToken);
        return bucket is not null ? CorsConfiguration.Document.Find(bucket)?.Rules ?? byDefault
            : byDefault.IsEmpty ? null
            : byDefault;
    }
}
