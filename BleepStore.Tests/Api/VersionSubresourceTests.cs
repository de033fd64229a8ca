using System.Security.Cryptography;
using System.Text;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Tags, access lists, copies and batch deletes of one version among others.</summary>
public abstract class VersionSubresourceTests(ApiHost fixture)
{
    private const string Unknown = "f723f5a366ff3fff0123456789abcdef";

    [Fact]
    public async Task Tags_are_those_of_the_version_that_is_named()
    {
        var (bucket, old, current) = await TwoVersionsAsync();
        var put = await bucket.SendAsync("PUT", "key", $"tagging&versionId={old}", Tags("old"));
        (put.Status, put.Header("x-amz-version-id")).ShouldBe((200, old));
        (await bucket.SendAsync("PUT", "key", "tagging", Tags("current"))).Header("x-amz-version-id").ShouldBe(current);

        var got = await bucket.SendAsync("GET", "key", $"tagging&versionId={old}", null);
        (got.Element("Value"), got.Header("x-amz-version-id")).ShouldBe(("old", old));
        (await bucket.SendAsync("GET", "key", "tagging", null)).Element("Value").ShouldBe("current");
        (await bucket.SendAsync("HEAD", "key", $"versionId={old}", null)).Header("x-amz-tagging-count").ShouldBe("1");
        var deleted = await bucket.SendAsync("DELETE", "key", $"tagging&versionId={old}", null);
        (deleted.Status, deleted.Header("x-amz-version-id")).ShouldBe((204, old));
        (await bucket.SendAsync("GET", "key", $"tagging&versionId={old}", null)).Element("Value").ShouldBeNull();
        (await bucket.SendAsync("GET", "key", "tagging", null)).Element("Value").ShouldBe("current");
    }

    [Fact]
    public async Task Grants_are_those_of_the_version_that_is_named()
    {
        var (bucket, old, current) = await TwoVersionsAsync();
        var put = await bucket.SendAsync("PUT", "key", $"acl&versionId={old}", null, ("x-amz-acl", "public-read"));
        (put.Status, put.Header("x-amz-version-id")).ShouldBe((200, old));

        var got = await bucket.SendAsync("GET", "key", $"acl&versionId={old}", null);
        (got.Elements("Grant").Count, got.Header("x-amz-version-id")).ShouldBe((2, old));
        (await bucket.SendAsync("GET", "key", "acl", null)).Elements("Grant").Count.ShouldBe(1);

        // The old one is anybody's to read now, the new one is not.
        (await bucket.SendAsItIsAsync(bucket.Request("GET", "key", $"versionId={old}"))).Text.ShouldBe("old");
        (await bucket.SendAsItIsAsync(bucket.Request("GET", "key", $"versionId={current}"))).ErrorCode.ShouldBe("AccessDenied");
        (await bucket.SendAsync(bucket.Request("GET", "key"), S3TestHost.Alice)).ErrorCode.ShouldBe("AccessDenied");
        (await bucket.SendAsync(bucket.Request("DELETE", "key", $"versionId={old}"), S3TestHost.Alice)).ErrorCode.ShouldBe("AccessDenied");
        (await bucket.SendAsync(bucket.Request("GET", null, "versions"), S3TestHost.Alice)).ErrorCode.ShouldBe("AccessDenied");
    }

    [Fact]
    public async Task Whether_a_version_exists_is_told_only_to_those_who_may_list()
    {
        var (bucket, _, _) = await TwoVersionsAsync();
        var marker = (await bucket.DeleteAsync("key")).Header("x-amz-version-id");
        foreach (var query in new[] { "", $"versionId={Unknown}", $"versionId={marker}" })
        {
            var answer = await bucket.SendAsync(bucket.Request("GET", "key", query), S3TestHost.Bob);
            (answer.ErrorCode, answer.Header("x-amz-delete-marker"), answer.Header("x-amz-version-id")).ShouldBe(("AccessDenied", null, null));
        }
    }

    [Theory]
    [InlineData("GET", "tagging", false, 405)]
    [InlineData("PUT", "tagging", false, 405)]
    [InlineData("DELETE", "tagging", false, 405)]
    [InlineData("GET", "acl", false, 404)]
    [InlineData("PUT", "acl", false, 405)]
    [InlineData("GET", "attributes", false, 404)]
    [InlineData("GET", "tagging", true, 405)]
    [InlineData("PUT", "tagging", true, 405)]
    [InlineData("DELETE", "tagging", true, 405)]
    [InlineData("GET", "acl", true, 405)]
    [InlineData("PUT", "acl", true, 405)]
    [InlineData("GET", "attributes", true, 405)]
    public async Task A_marker_has_neither_tags_nor_grants(string method, string subresource, bool isNamed, int status)
    {
        var (bucket, _, _) = await TwoVersionsAsync();
        var marker = (await bucket.DeleteAsync("key")).Header("x-amz-version-id");
        var body = method == "PUT" && subresource == "tagging" ? Tags("x") : null;
        (string, string)[] headers = subresource == "acl" ? [("x-amz-acl", "private")] : [("x-amz-object-attributes", "ETag")];

        var answer = await bucket.SendAsync(method, "key", subresource + (isNamed ? $"&versionId={marker}" : ""), body, headers);

        (answer.Status, answer.ErrorCode).ShouldBe((status, status == 405 ? "MethodNotAllowed" : "NoSuchKey"));
        (answer.Header("x-amz-delete-marker"), answer.Header("x-amz-version-id")).ShouldBe(("true", marker));
    }

    [Fact]
    public async Task An_old_version_can_be_copied_and_so_become_the_current_one_again()
    {
        var (bucket, old, current) = await TwoVersionsAsync();
        var elsewhere = await CopyAsync(bucket, old, "elsewhere");
        (elsewhere.Status, elsewhere.Header("x-amz-copy-source-version-id")).ShouldBe((200, old));
        (await bucket.GetAsync("elsewhere")).Text.ShouldBe("old");
        (await bucket.CopyAsync("key", "newest")).Header("x-amz-copy-source-version-id").ShouldBe(current);

        (await CopyAsync(bucket, current, "key")).ErrorCode.ShouldBe("InvalidRequest");
        var restored = await CopyAsync(bucket, old, "key");
        restored.Header("x-amz-version-id").ShouldNotBe(old);
        (await bucket.GetAsync("key")).Text.ShouldBe("old");
        (await bucket.SendAsync("GET", null, "versions&prefix=key", null)).Elements("VersionId").Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_source_that_is_no_version_is_told_as_what_it_is()
    {
        var (bucket, old, _) = await TwoVersionsAsync();
        var marker = (await bucket.DeleteAsync("key")).Header("x-amz-version-id")!;
        var uploadId = await bucket.CreateUploadAsync("copy");
        foreach (var target in new[] { "", $"partNumber=1&uploadId={uploadId}" })
        {
            (await CopyAsync(bucket, "null", "copy", target)).ErrorCode.ShouldBe("NoSuchVersion");
            (await CopyAsync(bucket, Unknown, "copy", target)).ErrorCode.ShouldBe("NoSuchVersion");
            (await CopyAsync(bucket, "invalidId", "copy", target)).ErrorCode.ShouldBe("InvalidArgument");
            (await CopyAsync(bucket, null, "copy", target)).ErrorCode.ShouldBe("NoSuchKey");
            var refused = await CopyAsync(bucket, marker, "copy", target);
            (refused.Status, refused.ErrorCode).ShouldBe((400, "InvalidRequest"));
            refused.Element("Message").ShouldBe("The source of a copy request may not specifically refer to a delete marker by version id.");
            var copied = await CopyAsync(bucket, old, "copy", target);
            (copied.Status, copied.Header("x-amz-copy-source-version-id")).ShouldBe((200, old));
        }
    }

    [Fact]
    public async Task A_batch_deletes_keys_and_versions_and_tells_what_became_of_each()
    {
        var (bucket, old, current) = await TwoVersionsAsync();
        var answer = await DeleteAsync(
            bucket,
            ("key", null), ("key", old), ("never", null), ("key", Unknown), ("key", "abc"), ("other", "null"));

        answer.Status.ShouldBe(200);
        var rows = answer.Xml.Elements().Select(row => string.Join(
            ' ', row.Elements().Where(element => element.Name.LocalName is not "Message").Select(element => $"{element.Name.LocalName}={element.Value}"))).ToList();
        var markers = answer.Elements("DeleteMarkerVersionId");
        rows.ShouldBe([
            $"Key=key DeleteMarker=true DeleteMarkerVersionId={markers[0]}",
            $"Key=key VersionId={old}",
            $"Key=never DeleteMarker=true DeleteMarkerVersionId={markers[1]}",
            $"Key=key VersionId={Unknown}",
            "Key=key VersionId=abc Code=NoSuchVersion",
            "Key=other VersionId=null",
        ]);
        var removed = await DeleteAsync(bucket, ("key", markers[0]), ("never", markers[1]));
        removed.Xml.Elements().First().Elements().Select(element => element.Value).ShouldBe(["key", markers[0], "true", markers[0]]);
        (await bucket.SendAsync("GET", null, "versions", null)).Elements("VersionId").ShouldBe([current]);
        (await bucket.GetAsync("key")).Text.ShouldBe("current");
    }

    [Fact]
    public async Task A_batch_of_a_suspended_bucket_leaves_null_markers()
    {
        var (bucket, old, current) = await TwoVersionsAsync();
        await bucket.SetVersioningAsync("Suspended");
        for (var time = 0; time < 2; time++)
        {
            (await DeleteAsync(bucket, ("key", null))).Element("DeleteMarkerVersionId").ShouldBe("null");
            (await bucket.SendAsync("GET", null, "versions", null)).Elements("VersionId").ShouldBe(["null", current, old]);
        }
    }

    [Fact]
    public async Task Who_may_only_write_cannot_remove_versions_in_a_batch()
    {
        var (bucket, old, current) = await TwoVersionsAsync();
        await bucket.SendAsync("PUT", null, "acl", null, ("x-amz-acl", "public-read-write"));
        var request = BatchRequest(bucket, ("key", old), ("key", null));

        var answer = await bucket.SendAsync(request, S3TestHost.Alice);

        answer.Elements("Code").ShouldBe(["AccessDenied"]);
        answer.Elements("DeleteMarkerVersionId").Count.ShouldBe(1);
        (await bucket.SendAsync("GET", null, "versions", null)).Elements("VersionId").ShouldBe([answer.Element("DeleteMarkerVersionId")!, current, old]);
    }

    private async Task<(TestBucket Bucket, string Old, string Current)> TwoVersionsAsync()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.SetVersioningAsync("Enabled");
        var old = (await bucket.PutAsync("key", "old")).Header("x-amz-version-id")!;
        return (bucket, old, (await bucket.PutAsync("key", "current")).Header("x-amz-version-id")!);
    }

    private static Task<RawResponse> CopyAsync(TestBucket bucket, string? versionId, string key, string query = "")
        => bucket.SendAsync("PUT", key, query, null, ("x-amz-copy-source", $"/{bucket.Name}/key{(versionId is null ? "" : $"?versionId={versionId}")}"));

    private static Task<RawResponse> DeleteAsync(TestBucket bucket, params (string Key, string? VersionId)[] entries)
        => bucket.SendAsync(BatchRequest(bucket, entries));

    private static TestRequest BatchRequest(TestBucket bucket, params (string Key, string? VersionId)[] entries)
    {
        var document = Encoding.UTF8.GetBytes(
            "<Delete>"
            + string.Concat(entries.Select(entry
                => $"<Object><Key>{entry.Key}</Key>{(entry.VersionId is null ? "" : $"<VersionId>{entry.VersionId}</VersionId>")}</Object>"))
            + "</Delete>");
        var request = bucket.Request("POST", null, "delete");
        request.Body = document;
#pragma warning disable CA5351 // What the protocol asks for.
        return request.With("Content-MD5", Convert.ToBase64String(MD5.HashData(document)));
#pragma warning restore CA5351
    }

    private static byte[] Tags(string value) => Encoding.UTF8.GetBytes($"<Tagging><TagSet><Tag><Key>tag</Key><Value>{value}</Value></Tag></TagSet></Tagging>");
}

/// <inheritdoc/>
public sealed class MemoryVersionSubresourceTests(MemoryApiHost fixture) : VersionSubresourceTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableVersionSubresourceTests(DurableApiHost fixture) : VersionSubresourceTests(fixture), IClassFixture<DurableApiHost>;
