using System.Collections.Frozen;
using System.Collections.Immutable;
using BleepStore.Api.Operations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Pipeline;

/// <summary>
/// Finds the operation of a request from the definitions alone. A subresource that the chosen operation does not claim is 501, never a
/// fall-through: <c>DELETE /bucket?policy</c> must not delete the bucket.
/// </summary>
internal sealed class S3Router
{
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
    private static readonly FrozenSet<string> Subresources = FrozenSet.ToFrozenSet(
        [
            "abac", "accelerate", "acl", "analytics", "annotation", "append", "attributes", "cors", "delete", "encryption", "intelligent-tiering",
            "inventory", "legal-hold", "lifecycle", "list-type", "location", "logging", "metadataConfiguration", "metadataInventoryTable",
            "metadataJournalTable", "metadataTable", "metrics", "notification", "object-lock", "ownershipControls", "partNumber", "policy",
            "policyStatus", "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore", "retention", "select",
            "select-type", "session", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website", "encryption-update",
        ],
        StringComparer.Ordinal);

    // Signature parameters are never a subresource, whatever they hold.
    private static readonly FrozenSet<string> SignatureParameters = FrozenSet.ToFrozenSet(
        ["AWSAccessKeyId", "Expires", "Signature", "x-id"], StringComparer.Ordinal);

    // A request by any other method is none that S3 can read.
    private static readonly FrozenSet<string> Methods = FrozenSet.ToFrozenSet(["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"], StringComparer.Ordinal);

    private readonly FrozenDictionary<(string Method, S3Resource Resource), ImmutableArray<Candidate>> _candidates;

    public S3Router(ImmutableArray<S3Route> routes, IServiceProvider services)
    {
        _candidates = routes
            .Select(route => new Candidate(route.Definition, route.CreateHandler(services)))
            .GroupBy(candidate => (candidate.Definition.Method, candidate.Definition.Resource))
            .ToFrozenDictionary(
                group => group.Key,
                group => group.OrderByDescending(candidate => candidate.Definition.Query.Length + (candidate.Definition.Header is null ? 0 : 1)).ToImmutableArray());
    }

    /// <summary>The operation that a request asks for, or why there is none.</summary>
    public (S3OperationDefinition? Definition, IS3Handler? Handler, S3Error? Refusal) Route(IncomingRequest request)
    {
        if (!Methods.Contains(request.Method))
        {
            return (null, null, S3Errors.BadRequest.Because("An error occurred when parsing the HTTP request."));
        }

        var resource = ResourceOf(request);
        Subresource? subresource = null;
        if (resource != S3Resource.Service && request.Method != "OPTIONS")
        {
            subresource = Subresource.Find(request, out var refusal);
            refusal ??= Subresource.RefuseParameters(request, subresource) ?? RefuseCopySource(request, subresource);
            if (refusal is null && subresource?.Methods.Contains(request.Method) == false)
            {
                refusal = subresource.RefuseMethod(request.Method);
            }

            if (refusal is not null)
            {
                return (null, null, refusal);
            }
        }

        // AWS takes a list of keys at the path of a key, too, and deletes those that it lists.
        var addressee = subresource?.Name == "delete" ? S3Resource.Bucket : resource;
        var chosen = _candidates.TryGetValue((request.Method, addressee), out var candidates)
            ? candidates.FirstOrDefault(candidate => IsOf(candidate.Definition, subresource) && Matches(candidate.Definition, request))
            : null;
        foreach (var parameter in request.Query.Parameters)
        {
            if (!IsClaimed(chosen?.Definition, parameter) && IsRefusedUnclaimed(request.Method, parameter))
            {
                return (null, null, S3Errors.NotImplemented.With("Header", parameter.Name));
            }
        }

        return chosen is not null
            ? (chosen.Definition, chosen.Handler, null)
            : (null, null, request.Method == "OPTIONS" || KnownOperations.IsWithoutSubresource(request.Method, resource)
                ? S3Errors.NotImplemented
                : S3Errors.MethodNotAllowed.With("Method", request.Method).With("ResourceType", resource.ToString().ToUpperInvariant()));
    }

    /// <summary>The methods that what the request names can be asked with: the value of <c>Allow</c>. Null where there are none.</summary>
    public string? AllowedMethods(IncomingRequest request)
    {
        var resource = ResourceOf(request);
        var subresource = resource == S3Resource.Service ? null : Subresource.Find(request, out _);
        var methods = _candidates
            .Where(pair => pair.Key.Resource == resource && subresource?.Methods.Contains(pair.Key.Method) != false
                && pair.Value.Any(candidate => IsOf(candidate.Definition, subresource)))
            .Select(pair => pair.Key.Method)
            .Order(StringComparer.Ordinal);
        return string.Join(", ", methods) is { Length: > 0 } allowed ? allowed : null;
    }

    private static S3Resource ResourceOf(IncomingRequest request)
        => request.Bucket is null ? S3Resource.Service : request.Key is null ? S3Resource.Bucket : S3Resource.Object;

    private static bool IsOf(S3OperationDefinition definition, Subresource? subresource)
        => subresource is null || definition.Query.Any(condition => Parameter(condition).SequenceEqual(subresource.Name));

    private static bool Matches(S3OperationDefinition definition, IncomingRequest request)
    {
        foreach (var condition in definition.Query)
        {
            var equals = condition.IndexOf('=', StringComparison.Ordinal);
            var value = request.Query[equals < 0 ? condition : condition[..equals]];
            if (value is null || (equals >= 0 && !value.AsSpan().SequenceEqual(condition.AsSpan(equals + 1))))
            {
                return false;
            }
        }

        return definition.Header is null || request.Headers.ContainsKey(definition.Header);
    }

    private static bool IsClaimed(S3OperationDefinition? definition, QueryParameter parameter)
    {
        if (definition is null)
        {
            return false;
        }

        foreach (var condition in definition.Query)
        {
            if (Parameter(condition).SequenceEqual(parameter.Name))
            {
                return true;
            }
        }

        return definition.OptionalQuery.Contains(parameter.Name, StringComparer.Ordinal);
    }

    // Something is copied by PUT alone; a source that anything else names was meant for another request.
    private static S3Error? RefuseCopySource(IncomingRequest request, Subresource? subresource)
        => request.Method is "GET" or "HEAD" or "DELETE" || (request.Method == "POST" && subresource?.Name == "uploadId")
            ? request.Header(CopySource.Header) is { } source
                ? S3Errors.Argument(CopySource.Header, source, "You can only specify a copy source header for copy requests.")
                : null
            : null;

    private static ReadOnlySpan<char> Parameter(string condition)
    {
        var equals = condition.IndexOf('=', StringComparison.Ordinal);
        return condition.AsSpan(0, equals < 0 ? condition.Length : equals);
    }

    // A presigned URL can carry headers as parameters; a copy source among them would make a PutObject of what is meant as a copy.
    private static bool IsRefusedUnclaimed(string method, QueryParameter parameter)
        => (Subresources.Contains(parameter.Name) && !IsIgnored(method, parameter))
            || parameter.Name.Equals("x-amz-copy-source", StringComparison.OrdinalIgnoreCase)
            || IsUnknownSubresource(method, parameter);

    // It tells two listings apart and means nothing to what else reads.
    private static bool IsIgnored(string method, QueryParameter parameter) => parameter.Name == "list-type" && method is ("GET" or "HEAD");

    private static bool IsUnknownSubresource(string method, QueryParameter parameter)
        => method is "PUT" or "POST" or "DELETE"
            && parameter.Value.Length == 0
            && !SignatureParameters.Contains(parameter.Name)
            && !parameter.Name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase);

    private sealed record Candidate(S3OperationDefinition Definition, IS3Handler Handler);
}
