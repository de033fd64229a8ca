using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Operations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Golden;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Which operation every method, resource and subresource leads to: what does not exist is refused, never taken for something else.</summary>
public sealed class RoutingTests
{
    private static readonly string[] Methods = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "LIST"];

    /// <summary>Every subresource of AWS's API reference, of the present and the past.</summary>
    private static readonly string[] Subresources =
    [
        "abac", "accelerate", "acl", "analytics", "annotation", "append", "attributes", "cors", "delete", "encryption", "intelligent-tiering",
        "inventory", "legal-hold", "lifecycle", "list-type", "list-type=1", "list-type=2", "list-type=3", "location", "logging", "metadataConfiguration",
        "metadataInventoryTable", "metadataJournalTable", "metadataTable", "metrics", "notification", "object-lock", "ownershipControls",
        "partNumber=1", "policy", "policyStatus", "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore", "retention",
        "select", "select&select-type=2", "session", "tagging", "torrent", "uploadId=1", "uploads", "versionId=null", "versioning", "versions", "website",
        "partNumber=1&uploadId=1", "uploadId=1&tagging", "acl&tagging", "acl&versionId=null", "policy&acl", "uploads&uploadId=1", "list-type=2&versions",
        "delete&policy", "tagging&policy", "partNumber", "partNumber=1&tagging", "versionId=", "delete&versionId=1", "website=1", "uploadId=1&versionId=1",
        "versions&list-type=2", "acl&acl", "acl&versionId=1&list-type=2",
    ];

    private static readonly string[] Others =
    [
        "unknown", "unknown=", "foo=1", "x-id=GetObject", "x-id=PutObject&foo=1", "ACL", "Policy", "acl=", "acl=1", "&&", "prefix=acl", "prefix=a&delimiter=/",
        "response-content-type=text/plain", "x-amz-copy-source=/b/k", "X-Amz-Copy-Source=/b/k", "%61cl", "policy%00", "AWSAccessKeyId=&Signature=&Expires=",
    ];

    private static readonly S3Router Router = new([.. S3Operations.All.Select(route => route with { CreateHandler = _ => null! })], null!);

    [Fact]
    public void The_table_of_routes_is_as_recorded()
    {
        var text = new StringBuilder("# What each request line leads to; a status where it leads to nothing.\n");
        foreach (var path in (string[])["/", "/b", "/b/", "/b/k", "/b/k/"])
        {
            foreach (var query in (string[])["", .. Subresources, .. Others])
            {
                Write(text, path, query, null);
            }
        }

        foreach (var query in (string[])["", "acl", "tagging", "uploads", "partNumber=1&uploadId=1", "uploadId=1", "retention", "x-id=CopyObject"])
        {
            Write(text, "/b/k", query, "x-amz-copy-source");
            Write(text, "/b", query, "x-amz-copy-source");
        }

        GoldenFile.ShouldMatch("routes.txt", text.ToString());
    }

    /// <summary>Says in words what the recorded table must never come to contain.</summary>
    [Fact]
    public void No_subresource_falls_through_to_an_operation_that_does_not_claim_it()
    {
        foreach (var path in (string[])["/", "/b", "/b/k"])
        {
            foreach (var query in Subresources.Append("unknown").Append("unknown="))
            {
                foreach (var method in (string[])["PUT", "POST", "DELETE"])
                {
                    var (definition, _, refusal) = Route(method, path, query, null);
                    var claimed = definition is null ? [] : definition.Query.Select(condition => condition.Split('=')[0]).Concat(definition.OptionalQuery);
                    (definition is null ? (refusal?.Status is 501 or 405 or 400) : query.Split('&').All(part => claimed.Contains(part.Split('=')[0])))
                        .ShouldBeTrue($"{method} {path}?{query} leads to {definition?.Name}");
                }
            }
        }
    }

    [Fact]
    public void The_table_of_errors_is_as_recorded()
    {
        var text = new StringBuilder("# Every error the server can answer.\n");
        foreach (var error in typeof(S3Errors).GetFields().Where(field => field.FieldType == typeof(S3Error))
            .Select(field => (field.Name, Error: (S3Error)field.GetValue(null)!)).OrderBy(pair => pair.Name, StringComparer.Ordinal))
        {
            // Codes of KMS have a dot in front of the rest.
            error.Error.Code.Replace(".", "", StringComparison.Ordinal).ShouldBe(error.Name);
            text.Append($"{error.Error.Status} {error.Error.Code}: {error.Error.Message}\n");
        }

        GoldenFile.ShouldMatch("errors.txt", text.ToString());
    }

    [Fact]
    public async Task Refused_requests_leave_the_bucket_as_it_was()
    {
        await using var attack = new AttackHost();
        await attack.InitializeAsync();
        await SampleRequests.PrepareAsync(attack, S3TestHost.Alice, "bucket");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/empty");
        var before = await attack.PictureAsync();
        foreach (var (method, target, status) in ((string, string, int)[])
            [
                ("DELETE", "/empty?accelerate", 405), ("DELETE", "/empty?replication", 501), ("DELETE", "/empty?unknown", 501), ("DELETE", "/empty?unknown=", 501),
                ("DELETE", "/empty?replication=", 501), ("DELETE", "/empty?Policy", 501), ("DELETE", "/empty?x-id=DeleteBucketReplication&replication", 501),
                ("PUT", "/new?replication", 501), ("PUT", "/new?unknown", 501), ("PUT", "/new?policy", 404), ("PUT", "/bucket/new?torrent", 405),
                ("PUT", "/bucket/object?renameObject", 501), ("DELETE", "/bucket/object?retention", 405), ("DELETE", "/bucket/object?attributes", 405),
                ("POST", "/bucket", 412), ("POST", "/bucket/object", 405), ("POST", "/bucket?restore", 501), ("POST", "/", 405), ("PUT", "/", 405),
                ("DELETE", "/", 405), ("HEAD", "/", 405), ("PATCH", "/bucket/object", 405), ("TRACE", "/bucket", 400), ("OPTIONS", "/bucket/object", 400),
                ("get", "/bucket/object", 400), ("GET", "/bucket?abac", 501), ("HEAD", "/bucket?acl", 405),
                ("DELETE", "/empty?policy&tagging", 400), ("DELETE", "/empty?versionId=null", 400), ("DELETE", "/empty?partNumber=1", 400),
                ("DELETE", "/bucket/object?policy", 501), ("DELETE", "/bucket/object?tagging&versionId=", 400), ("PUT", "/bucket/object?partNumber=1", 400),
                ("PUT", "/bucket/object?uploadId=1", 405), ("PUT", "/bucket/object?versionId=null", 400), ("DELETE", "/bucket/object?uploadId=1&tagging", 400),
            ])
        {
            var answer = await attack.CallAsync(S3TestHost.Alice, method, target);
            answer.Status.ShouldBe(status, $"{method} {target} {answer.Text}");
        }

        (await attack.PictureAsync()).ShouldBe(before);
        attack.LoggedErrors.ShouldBeEmpty();
    }

    /// <summary>What cannot be meant is refused whoever sends it; a method that is not there is refused once the signature holds.</summary>
    [Fact]
    public async Task Two_subresources_are_a_conflict_whoever_sends_them()
    {
        await using var attack = new AttackHost();
        await attack.InitializeAsync();
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket");
        var forged = S3TestHost.Alice with { Secret = "not-the-secret-of-alice" };
        foreach (var sender in (Credential?[])[S3TestHost.Alice, forged, null])
        {
            foreach (var target in (string[])["/bucket?tagging&acl", "/bucket/key?tagging&acl", "/absent?acl&tagging"])
            {
                var answer = await attack.CallAsync(sender, "GET", target);
                answer.ShouldSatisfyAllConditions(
                    () => answer.Status.ShouldBe(400),
                    () => answer.Element("Code").ShouldBe("InvalidArgument"),
                    () => answer.Element("Message").ShouldBe("Conflicting query string parameters: acl, tagging"),
                    () => answer.Element("ArgumentName").ShouldBe("ResourceType"),
                    () => answer.Element("ArgumentValue").ShouldBe("acl"));
            }

            (await attack.CallAsync(sender, "DELETE", "/bucket?acl")).Status.ShouldBe(sender == forged ? 403 : 405);
        }
    }

    [Theory]
    [InlineData("x-id=PutObject")]
    [InlineData("foo=1")]
    [InlineData("x-id=PutObject&a=b&c=d")]
    public async Task Unknown_parameters_with_a_value_are_ignored(string query)
    {
        await using var attack = new AttackHost();
        await attack.InitializeAsync();
        await attack.MustAsync(S3TestHost.Alice, "PUT", $"/bucket?{query}");
        await attack.MustAsync(S3TestHost.Alice, "PUT", $"/bucket/key?{query}", "content");
        (await attack.MustAsync(S3TestHost.Alice, "GET", $"/bucket/key?{query}")).Text.ShouldBe("content");
        (await attack.MustAsync(S3TestHost.Alice, "GET", $"/bucket?{query}")).Element("Key").ShouldBe("key");
        await attack.MustAsync(S3TestHost.Alice, "DELETE", $"/bucket/key?{query}");
        await attack.MustAsync(S3TestHost.Alice, "DELETE", $"/bucket?{query}");
    }

    private static void Write(StringBuilder text, string path, string query, string? header)
    {
        text.Append(query.Length == 0 ? path : $"{path}?{query}").Append(header is null ? "" : $" with {header}").Append(':');
        foreach (var group in Methods.Select(method => (Method: method, Result: Name(Route(method, path, query, header)))).GroupBy(pair => pair.Result))
        {
            text.Append(' ').Append(string.Join('/', group.Select(pair => pair.Method))).Append('=').Append(group.Key);
        }

        text.Append('\n');
    }

    private static string Name((S3OperationDefinition? Definition, IS3Handler? Handler, S3Error? Refusal) route)
        => route.Definition?.Name ?? route.Refusal!.Status.ToString();

    private static (S3OperationDefinition? Definition, IS3Handler? Handler, S3Error? Refusal) Route(string method, string path, string query, string? header)
    {
        var request = new TestRequest(method, query.Length == 0 ? path : $"{path}?{query}");
        if (header is not null)
        {
            request.With(header, "/b/k");
        }

        return Router.Route(request.ToIncoming());
    }
}
