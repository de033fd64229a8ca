using System.Text;
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
        "delete&policy", "tagging&policy",
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
                    (definition is null ? (refusal?.Status is 501 or 405) : query.Split('&').All(part => claimed.Contains(part.Split('=')[0])))
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
                ("DELETE", "/empty?accelerate", 501), ("DELETE", "/empty?replication", 501), ("DELETE", "/empty?unknown", 501), ("DELETE", "/empty?unknown=", 501),
                ("DELETE", "/empty?replication=", 501), ("DELETE", "/empty?Policy", 501), ("DELETE", "/empty?x-id=DeleteBucketReplication&replication", 501),
                ("PUT", "/new?replication", 501), ("PUT", "/new?unknown", 501), ("PUT", "/new?policy", 404), ("PUT", "/bucket/new?torrent", 501),
                ("PUT", "/bucket/object?renameObject", 501), ("DELETE", "/bucket/object?retention", 501), ("DELETE", "/bucket/object?attributes", 501),
                ("POST", "/bucket", 412), ("POST", "/bucket/object", 405), ("POST", "/bucket?restore", 501), ("POST", "/", 405), ("PUT", "/", 405),
                ("DELETE", "/", 405), ("HEAD", "/", 405), ("PATCH", "/bucket/object", 405), ("TRACE", "/bucket", 400), ("OPTIONS", "/bucket/object", 400),
                ("get", "/bucket/object", 400), ("GET", "/bucket?abac", 501), ("HEAD", "/bucket?acl", 501),
            ])
        {
            var answer = await attack.CallAsync(S3TestHost.Alice, method, target);
            answer.Status.ShouldBe(status, $"{method} {target} {answer.Text}");
        }

        (await attack.PictureAsync()).ShouldBe(before);
        attack.LoggedErrors.ShouldBeEmpty();
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
