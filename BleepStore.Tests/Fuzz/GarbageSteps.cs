using BleepStore.Api.Operations;
using BleepStore.Tests.Api;

namespace BleepStore.Tests.Fuzz;

/// <summary>
/// Requests of every operation that there is, made from its definition and filled with values that fit or do not, on a bucket of their own: nothing
/// is predicted of them but that the server stands.
/// </summary>
internal sealed class GarbageSteps(FuzzWorld world)
{
    public const string Bucket = "garbage";

    private static readonly string[] s_values =
    [
        "", " ", "a", "null", "0", "-1", "1", "2147483648", "99999999999999999999", "true", "*", "/", "..", "%", "%00", "%0D%0A", "%FF", "%C3%BC", "\"\"", "id=bob", "private", "REPLACE", "COPY", "STANDARD",
        "CRC32", "SHA256", "COMPOSITE", "ENABLED", "GOVERNANCE", "COMPLIANCE", "ON", "AES256", "aws:kms", "bytes=0-1", "bytes=5-1", "bytes=0-0,1-1", "Thu, 01 Jan 1970 00:00:00 GMT", "2033-01-01T00:00:00Z",
        "a=b&c=d", "aws:x=1", "text/plain", "aws-chunked", "AAAAAA==", "=", "url", "/garbage/object", "garbage/absent", "/garbage", "ETag,ObjectParts", "grüße", "\t",
    ];

    private static readonly string[] s_documents =
    [
        "", "<", "<a/>", "{}", "[]", "null", "{\"Version\":\"2012-10-17\",\"Statement\":[]}",
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::garbage/*\"}]}",
    ];

    /// <summary>A request of any operation.</summary>
    public FuzzStep Any()
    {
        var definition = world.Pick(S3Operations.All).Definition;
        var key = world.Pick(["object", "object", "absent", world.PickKey()]);
        var bucket = definition.Name == "DeleteBucket" ? "garbage-2" : Bucket;
        var query = definition.Query.Select(Fill).Concat(Some(definition.OptionalQuery).Select(name => $"{name}={Uri.EscapeDataString(Value())}"));
        var request = world.Request(
            definition.Method,
            definition.Resource == S3Resource.Service ? null : bucket,
            definition.Resource == S3Resource.Object ? key : null,
            string.Join('&', query));
        if (definition.Header is { } header)
        {
            request.With(header, world.Chance(70) ? $"/{Bucket}/object" : Value());
        }

        foreach (var name in Some(definition.OptionalHeaders).Select(name => name.Replace("*", "any", StringComparison.Ordinal)).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            // Named wrongly, an owner is all that is ever looked at.
            request.Set(name, name.EndsWith("-expected-bucket-owner", StringComparison.Ordinal) && world.Chance(90) ? S3TestHost.Alice.AccountId : Value());
        }

        request.WithBody(definition.RequestBody.Kind switch
        {
            S3BodyKind.None => world.Chance(10) ? "more" : "",
            S3BodyKind.Xml => Document(definition.RequestBody.Root),
            _ => world.Chance(50) ? "Hello" : world.Pick(s_documents),
        });
        if (world.Chance(60))
        {
            request.Set("Content-MD5", Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(request.Body)));
        }

        return new FuzzStep(definition.Name, request, world.Chance(85) ? S3TestHost.Alice : world.PickCaller(), 0);
    }

    private static string Fill(string condition) => condition switch
    {
        "uploadId" => "uploadId=none",
        "partNumber" => "partNumber=1",
        _ => condition,
    };

    private IEnumerable<string> Some(IReadOnlyList<string> names)
        => names.Count == 0 ? [] : Enumerable.Range(0, world.Random.Next(4)).Select(_ => world.Pick(names)).Distinct(StringComparer.OrdinalIgnoreCase);

    private string Value() => world.Pick(s_values);

    /// <summary>A document with the right root and whatever within, deep or empty.</summary>
    private string Document(string root)
    {
        if (world.Chance(20))
        {
            return world.Pick(s_documents);
        }

        string[] names =
        [
            "Rule", "ID", "Status", "Prefix", "Filter", "And", "Tag", "Key", "Value", "Expiration", "Days", "Date", "TagSet", "CORSRule", "AllowedOrigin", "AllowedMethod", "IndexDocument", "Suffix",
            "ErrorDocument", "RoutingRules", "RoutingRule", "Redirect", "HostName", "Object", "Quiet", "Part", "PartNumber", "ETag", "Mode", "RetainUntilDate", "DefaultRetention", "ObjectLockEnabled", "Owner",
            "AccessControlList", "Grant", "Grantee", "Permission", "LoggingEnabled", "TargetBucket", "Payer", "ObjectOwnership", "SSEAlgorithm", "ApplyServerSideEncryptionByDefault", "LocationConstraint",
            "BlockPublicAcls", "NoncurrentVersionExpiration", "NoncurrentDays", "AbortIncompleteMultipartUpload", "QueueConfiguration", "Event", "Years", "VersionId", "MfaDelete",
        ];
        string[] texts = ["", "1", "-1", "0", "x", "Enabled", "true", "GET", "*", "s3:ObjectCreated:*", "2033-01-01T00:00:00Z", "99999999999999999999", "&#x1;", "garbage", "a/"];
        return $"<{root}>{string.Concat(Enumerable.Range(0, world.Random.Next(4)).Select(_ => Element(3)))}</{root}>";

        string Element(int depth)
        {
            var name = world.Pick(names);
            var content = depth == 0 || world.Chance(40) ? world.Pick(texts) : string.Concat(Enumerable.Range(0, world.Random.Next(1, 4)).Select(_ => Element(depth - 1)));
            return $"<{name}>{content}</{name}>";
        }
    }
}
