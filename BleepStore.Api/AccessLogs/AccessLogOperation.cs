using System.Collections.Frozen;
using BleepStore.Api.Operations;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.AccessLogs;

/// <summary>Names requests as S3's access logs do: <c>REST.GET.OBJECT</c>, <c>REST.PUT.PART</c> …</summary>
internal static class AccessLogOperation
{
    private static readonly FrozenDictionary<string, string> Subresources = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["accelerate"] = "ACCELERATE",
        ["acl"] = "ACL",
        ["attributes"] = "OBJECT_ATTRIBUTES",
        ["cors"] = "CORS",
        ["delete"] = "MULTI_OBJECT_DELETE",
        ["encryption"] = "ENCRYPTION",
        ["legal-hold"] = "LEGAL_HOLD",
        ["lifecycle"] = "LIFECYCLE",
        ["location"] = "LOCATION",
        ["logging"] = "LOGGING_STATUS",
        ["notification"] = "NOTIFICATION",
        ["object-lock"] = "OBJECT_LOCK_CONFIGURATION",
        ["ownershipControls"] = "OWNERSHIP_CONTROLS",
        ["policy"] = "BUCKETPOLICY",
        ["policyStatus"] = "POLICY_STATUS",
        ["publicAccessBlock"] = "PUBLIC_ACCESS_BLOCK",
        ["requestPayment"] = "REQUEST_PAYMENT",
        ["retention"] = "RETENTION",
        ["uploadId"] = "UPLOAD",
        ["uploads"] = "UPLOADS",
        ["versioning"] = "VERSIONING",
        ["versions"] = "BUCKETVERSIONS",
        ["website"] = "WEBSITE",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The name of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="definition">Its operation; null where there is none.</param>
    public static string Of(IncomingRequest request, S3OperationDefinition? definition)
    {
        var resource = request.Key is null ? "BUCKET" : "OBJECT";
        if (request.IsWebsite)
        {
            return $"WEBSITE.{request.Method}.{resource}";
        }

        if (definition is null)
        {
            return request.Method == "OPTIONS" ? "REST.OPTIONS.PREFLIGHT" : $"REST.{Word(request.Method)}.{resource}";
        }

        var name = definition.Query.Contains("partNumber") ? "PART"
            : definition.Query.Contains("tagging") ? (request.Key is null ? "TAGGING" : "OBJECT_TAGGING")
            : definition.Query.Select(query => Subresources.GetValueOrDefault(query)).FirstOrDefault(found => found is not null) ?? resource;
        return $"REST.{(definition.Header == "x-amz-copy-source" ? "COPY" : definition.Method)}.{name}";
    }

    // What a client calls its method goes into a line of words.
    private static string Word(string method) => method.All(char.IsAsciiLetterUpper) ? method : "UNKNOWN";
}
