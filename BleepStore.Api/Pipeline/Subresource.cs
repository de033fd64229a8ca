using System.Collections.Frozen;
using System.Collections.Immutable;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Pipeline;

/// <summary>
/// A query parameter that selects an operation on AWS, whatever its value: what its refusals call it, and the methods that AWS has for it. A request
/// has one at most.
/// </summary>
/// <param name="Name">The parameter.</param>
/// <param name="Type">What a refused method is told it is: <c>ResourceType</c>.</param>
/// <param name="Methods">The methods that are an operation.</param>
internal sealed record Subresource(string Name, string Type, params ImmutableArray<string> Methods)
{
    /// <summary>Part number and upload id together are one, and that of UploadPart.</summary>
    public static readonly Subresource Part = new("partNumber", "PART", "PUT");

    private const string PartNumber = "partNumber";
    private const string NoVersions = "This operation does not accept a version-id.";

    /// <summary>Those of an object's, which are of the version that a request names.</summary>
    private static readonly FrozenSet<string> OfVersions = FrozenSet.ToFrozenSet(
        ["acl", "annotation", "attributes", "encryption", "legal-hold", "restore", "retention", "select", "tagging"], StringComparer.Ordinal);

    // The order of methods is that of an answer's Allow.
    private static readonly FrozenDictionary<string, Subresource> OfBuckets = Table(
    [
        new("abac", "BUCKET_ABAC", "GET", "PUT"),
        new("accelerate", "ACCELERATE", "GET", "PUT"),
        new("acl", "ACL", "GET", "PUT"),
        new("analytics", "ANALYTICS", "DELETE", "GET", "PUT"),
        new("cors", "CORS", "DELETE", "GET", "PUT"),
        new("delete", "MULTI_OBJECT_DELETE", "POST"),
        new("encryption", "ENCRYPTION", "DELETE", "GET", "PUT"),
        new("intelligent-tiering", "INTELLIGENT_TIERING", "DELETE", "GET", "PUT"),
        new("inventory", "INVENTORY", "DELETE", "GET", "PUT"),
        new("lifecycle", "LIFECYCLE", "DELETE", "GET", "PUT"),
        new("location", "LOCATION", "GET"),
        new("logging", "LOGGING_STATUS", "GET", "PUT"),
        new("metadataConfiguration", "BUCKET_METADATA_CONFIGURATION", "DELETE", "GET", "POST"),
        new("metadataInventoryTable", "BUCKET_METADATA_INVENTORY_TABLE_CONFIGURATION", "PUT"),
        new("metadataJournalTable", "BUCKET_METADATA_JOURNAL_TABLE_CONFIGURATION", "PUT"),
        new("metadataTable", "BUCKET_METADATA_TABLE_CONFIGURATION", "DELETE", "GET", "POST"),
        new("metrics", "METRICS", "DELETE", "GET", "PUT"),
        new("notification", "NOTIFICATION", "GET", "PUT"),
        new("object-lock", "OBJECT_LOCK_CONFIGURATION", "GET", "PUT"),
        new("ownershipControls", "OWNERSHIP_CONTROLS", "DELETE", "GET", "PUT"),
        new(PartNumber, "PART"),
        new("policy", "BUCKETPOLICY", "DELETE", "GET", "PUT"),
        new("policyStatus", "POLICY_STATUS", "GET"),
        new("publicAccessBlock", "PUBLIC_ACCESS_BLOCK", "DELETE", "GET", "PUT"),
        new("replication", "REPLICATION", "DELETE", "GET", "PUT"),
        new("requestPayment", "REQUEST_PAYMENT", "GET", "PUT"),
        new("restore", "RESTORE", "POST"),
        new("tagging", "TAGGING", "DELETE", "GET", "PUT"),
        new("torrent", "TORRENT", "GET"),
        new("uploadId", "UPLOAD", "DELETE", "GET", "POST"),
        new("uploads", "UPLOADS", "GET", "POST"),
        new("versioning", "VERSIONING", "GET", "PUT"),
        new("versions", "BUCKETVERSIONS", "GET"),
        new("website", "WEBSITE", "DELETE", "GET", "PUT"),
    ]);

    private static readonly FrozenDictionary<string, Subresource> OfObjects = Table(
    [
        new("acl", "ACL", "GET", "PUT"),
        new("annotation", "OBJECT_ANNOTATIONS", "GET"),
        new("attributes", "OBJECT_ATTRIBUTES", "GET"),
        new("delete", "MULTI_OBJECT_DELETE", "POST"),
        new("encryption", "OBJECT_ENCRYPTION", "PUT"),
        new("legal-hold", "OBJECT_LOCK_LEGALHOLD", "GET", "PUT"),
        new("restore", "RESTORE", "POST"),
        new("retention", "OBJECT_LOCK_RETENTION", "GET", "PUT"),
        new("select", "SELECT", "POST"),
        new("tagging", "OBJECT_TAGGING", "DELETE", "GET", "PUT"),
        new("torrent", "TORRENT", "GET"),
        new("uploadId", "UPLOAD", "DELETE", "GET", "POST"),
        new("uploads", "UPLOADS", "GET", "POST"),

        // A bucket's, which AWS knows at the path of a key, too.
        .. new[] { "accelerate", "cors", "inventory", "lifecycle", "location", "logging", "notification", "policy", "replication", "requestPayment", "versioning", "versions", "website" }
            .Select(name => OfBuckets[name]),
    ]);

    /// <summary>What a request selects; null where it is about the bucket or object itself.</summary>
    /// <param name="request">A request to a bucket or an object.</param>
    /// <param name="refusal">Set where it selects more than one.</param>
    public static Subresource? Find(IncomingRequest request, out S3Error? refusal)
    {
        refusal = null;
        var table = request.Key is null ? OfBuckets : OfObjects;
        Subresource? found = null;
        var isAlone = true;
        foreach (var parameter in request.Query.Parameters)
        {
            if (table.TryGetValue(parameter.Name, out var subresource) && subresource != found)
            {
                isAlone = found is null;
                found = subresource;
                if (!isAlone)
                {
                    break;
                }
            }
        }

        if (isAlone && (found is null || request.Key is null || !request.Query.Contains(PartNumber)))
        {
            return found;
        }

        // By name, whatever order they were sent in.
        var names = request.Query.Parameters.Select(parameter => parameter.Name).Where(name => name == PartNumber || table.ContainsKey(name))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (names is [PartNumber, "uploadId"])
        {
            return Part;
        }

        refusal = S3Errors.Argument("ResourceType", names[0], $"Conflicting query string parameters: {string.Join(", ", names)}");
        return null;
    }

    /// <summary>Why a request cannot mean what it selects, whoever sends it: parameters that its operation does not take. Null where it can.</summary>
    /// <param name="request">A request to a bucket or an object.</param>
    /// <param name="subresource">What it selects.</param>
    public static S3Error? RefuseParameters(IncomingRequest request, Subresource? subresource)
        => (request.Key is null ? RefuseOnBucket(request, subresource) : RefuseOnObject(request, subresource))
            ?? (request.Query["website"] is { Length: > 0 } value ? S3Errors.Argument("website", value, "The website parameter must not have a value") : null);

    /// <summary>The answer to a method that AWS does not have for it.</summary>
    public S3Error RefuseMethod(string method) => S3Errors.MethodNotAllowed.With("Method", method).With("ResourceType", Type);

    private static S3Error? RefuseOnBucket(IncomingRequest request, Subresource? subresource)
    {
        if (subresource?.Name == PartNumber && subresource != Part)
        {
            return S3Errors.InvalidRequest.Because("Object must have a valid key name.");
        }

        // A form is not asked for versions.
        if (request.Query["versionId"] is { } versionId && !(subresource is null && request.Method == "POST"))
        {
            return S3Errors.Argument(
                "versionId",
                versionId,
                subresource?.Name == "acl" && request.Method != "DELETE" ? "Invalid version id specified" : NoVersions);
        }

        return subresource?.Name == "uploadId" && subresource.Methods.Contains(request.Method) ? S3Errors.InvalidRequest.Because("A key must be specified") : null;
    }

    private static S3Error? RefuseOnObject(IncomingRequest request, Subresource? subresource)
    {
        if (request.Query["versionId"] is { } versionId && (subresource is null ? request.Method == "PUT" : !OfVersions.Contains(subresource.Name)))
        {
            return S3Errors.Argument("versionId", versionId, NoVersions);
        }

        if (subresource is null && request.Method == "PUT" && request.Query.Contains(PartNumber))
        {
            return S3Errors.Argument(PartNumber, PartNumber, "This operation does not accept partNumber without uploadId");
        }

        return request.Method != "GET" ? null : subresource?.Name switch
        {
            "uploads" => S3Errors.InvalidRequest.Because("Key is not expected for the GET method ?uploads subresource"),
            "versions" => S3Errors.InvalidRequest.Because("There is no such thing as the ?versions sub-resource for a key"),
            _ => null,
        };
    }

    private static FrozenDictionary<string, Subresource> Table(ReadOnlySpan<Subresource> subresources)
    {
        var table = new Dictionary<string, Subresource>(StringComparer.Ordinal);
        foreach (var subresource in subresources)
        {
            table.Add(subresource.Name, subresource);
        }

        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
