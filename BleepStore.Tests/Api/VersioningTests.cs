using System.Text;

namespace BleepStore.Tests.Api;

/// <summary>GetBucketVersioning, PutBucketVersioning, and versions of objects as clients see them: what PUT, GET, HEAD and DELETE tell and do in each state of a bucket.</summary>
public abstract class VersioningTests(ApiHost fixture)
{
    private const string Unknown = "f723f5a366ff3fff0123456789abcdef";

    [Fact]
    public async Task The_state_of_a_bucket_is_told_as_it_was_set()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var never = await bucket.SendAsync("GET", null, "versioning", null);
        (never.Status, never.Element("Status")).ShouldBe((200, null));
        never.Text.ShouldContain("<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"");
        foreach (var state in new[] { "Enabled", "Suspended", "Enabled" })
        {
            (await bucket.SetVersioningAsync(state)).Status.ShouldBe(200);
            (await bucket.SendAsync("GET", null, "versioning", null)).Element("Status").ShouldBe(state);
        }
    }

    [Theory]
    [InlineData("<VersioningConfiguration><Status>enabled</Status></VersioningConfiguration>", 400, "MalformedXML")]
    [InlineData("<VersioningConfiguration><Status/></VersioningConfiguration>", 400, "MalformedXML")]
    [InlineData("<VersioningConfiguration><Status>Enabled</Status><Status>Enabled</Status></VersioningConfiguration>", 400, "MalformedXML")]
    [InlineData("<VersioningConfiguration><Other/></VersioningConfiguration>", 400, "MalformedXML")]
    [InlineData("<Versioning><Status>Enabled</Status></Versioning>", 400, "MalformedXML")]
    [InlineData("no xml", 400, "MalformedXML")]
    [InlineData("", 400, "MissingRequestBodyError")]
    [InlineData("<VersioningConfiguration/>", 400, "IllegalVersioningConfigurationException")]
    [InlineData("<VersioningConfiguration><MfaDelete>Disabled</MfaDelete></VersioningConfiguration>", 400, "IllegalVersioningConfigurationException")]
    [InlineData("<VersioningConfiguration><Status>Enabled</Status><MfaDelete>maybe</MfaDelete></VersioningConfiguration>", 400, "MalformedXML")]
    [InlineData("<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>", 501, "NotImplemented")]
    public async Task A_state_that_makes_no_sense_is_refused_and_changes_nothing(string document, int status, string code)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var answer = await bucket.SendAsync("PUT", null, "versioning", Encoding.UTF8.GetBytes(document));
        (answer.Status, answer.ErrorCode).ShouldBe((status, code));
        (await bucket.SendAsync("GET", null, "versioning", null)).Element("Status").ShouldBeNull();
    }

    [Fact]
    public async Task The_state_is_the_owners_alone()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        foreach (var method in new[] { "GET", "PUT" })
        {
            (await bucket.SendAsync(bucket.Request(method, null, "versioning"), S3TestHost.Alice)).ErrorCode.ShouldBe("AccessDenied");
        }
    }

    [Fact]
    public async Task Every_version_can_be_read_by_its_id_and_the_newest_without()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutAsync("key", "null")).Header("x-amz-version-id").ShouldBeNull();
        (await bucket.GetAsync("key")).Header("x-amz-version-id").ShouldBeNull();
        await bucket.SetVersioningAsync("Enabled");
        (await bucket.GetAsync("key")).Header("x-amz-version-id").ShouldBe("null");
        var bodies = new[] { new byte[] { 1 }, TestBucket.Bytes(5_000), TestBucket.Bytes(400_000, seed: 2) };
        var ids = new List<string>();
        foreach (var body in bodies)
        {
            ids.Add((await bucket.PutAsync("key", body)).Header("x-amz-version-id")!);
        }

        for (var i = 0; i < bodies.Length; i++)
        {
            var got = await bucket.SendAsync("GET", "key", $"versionId={ids[i]}", null);
            got.Body.ShouldBe(bodies[i]);
            got.Header("x-amz-version-id").ShouldBe(ids[i]);
            var head = await bucket.SendAsync("HEAD", "key", $"versionId={ids[i]}", null);
            (head.Header("Content-Length"), head.Header("x-amz-version-id")).ShouldBe((got.Header("Content-Length"), ids[i]));
        }

        (await bucket.GetAsync("key")).Header("x-amz-version-id").ShouldBe(ids[^1]);
        (await bucket.SendAsync("GET", "key", "versionId=null", null)).Text.ShouldBe("null");
        var unchanged = await bucket.GetAsync("key", ("If-None-Match", "*"));
        (unchanged.Status, unchanged.Header("x-amz-version-id")).ShouldBe((304, ids[^1]));
    }

    [Theory]
    [InlineData("", 400, "InvalidArgument")]
    [InlineData("invalidId", 400, "InvalidArgument")]
    [InlineData("MhhyTHhmZ4cxSi4Y9SMe5P7UJAz7HLJ!", 400, "InvalidArgument")]
    [InlineData("00000000-0000-0000-0000-000000000000", 400, "InvalidArgument")]
    [InlineData("MhhyTHhmZ4cxSi4Y9SMe5P7UJAz7HLJ9", 400, "InvalidArgument")]
    [InlineData(Unknown, 404, "NoSuchVersion")]
    [InlineData("null", 404, "NoSuchVersion")]
    public async Task A_version_that_is_not_there_is_told_from_one_that_could_not_be(string versionId, int status, string code)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.SetVersioningAsync("Enabled");
        await bucket.PutAsync("key", "Hello");
        var query = $"versionId={Uri.EscapeDataString(versionId)}";
        foreach (var (method, subresource, body) in new[]
        {
            ("GET", "", ""), ("GET", "tagging&", ""), ("GET", "acl&", ""), ("DELETE", "tagging&", ""), ("PUT", "tagging&", "<Tagging><TagSet/></Tagging>"),
        })
        {
            var answer = await bucket.SendAsync(method, "key", subresource + query, Encoding.UTF8.GetBytes(body));
            (answer.Status, answer.ErrorCode).ShouldBe((status, code), $"{method} {subresource}");
            (answer.Element("ArgumentValue") ?? answer.Element("VersionId")).ShouldBe(versionId);
        }

        (await bucket.SendAsync("HEAD", "key", query, null)).Status.ShouldBe(status);
        var deleted = await bucket.SendAsync("DELETE", "key", query, null);
        (deleted.Status, deleted.Header("x-amz-version-id")).ShouldBe(status == 400 ? (400, null) : (204, versionId));
        (await bucket.GetAsync("key")).Text.ShouldBe("Hello");
    }

    [Fact]
    public async Task A_delete_without_a_version_leaves_a_marker_that_hides_the_object()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.SetVersioningAsync("Enabled");
        var version = (await bucket.PutAsync("key", "Hello")).Header("x-amz-version-id");
        var deleted = await bucket.DeleteAsync("key");
        (deleted.Status, deleted.Header("x-amz-delete-marker")).ShouldBe((204, "true"));
        var marker = deleted.Header("x-amz-version-id")!;
        marker.ShouldNotBe(version);

        foreach (var method in new[] { "GET", "HEAD" })
        {
            var absent = await bucket.SendAsync(method, "key", "", null);
            (absent.Status, absent.Header("x-amz-delete-marker"), absent.Header("x-amz-version-id")).ShouldBe((404, "true", marker));
            var named = await bucket.SendAsync(method, "key", $"versionId={marker}", null);
            (named.Status, named.Header("x-amz-delete-marker"), named.Header("x-amz-version-id")).ShouldBe((405, "true", marker));
            (named.Header("Allow"), named.Header("Last-Modified") is not null).ShouldBe(("DELETE", true));
        }

        var error = await bucket.SendAsync("GET", "key", $"versionId={marker}", null);
        (error.ErrorCode, error.Element("Method"), error.Element("ResourceType")).ShouldBe(("MethodNotAllowed", "GET", "DeleteMarker"));
        (await bucket.GetAsync("key")).ErrorCode.ShouldBe("NoSuchKey");
        (await bucket.SendAsync("GET", null, "list-type=2", null)).Elements("Key").ShouldBeEmpty();
        (await bucket.SendAsync("GET", "key", $"versionId={version}", null)).Text.ShouldBe("Hello");
        (await bucket.GetAsync("never")).Header("x-amz-delete-marker").ShouldBeNull();

        var unhidden = await bucket.SendAsync("DELETE", "key", $"versionId={marker}", null);
        (unhidden.Status, unhidden.Header("x-amz-delete-marker"), unhidden.Header("x-amz-version-id")).ShouldBe((204, "true", marker));
        (await bucket.GetAsync("key")).Text.ShouldBe("Hello");
        var gone = await bucket.SendAsync("DELETE", "key", $"versionId={version}", null);
        (gone.Status, gone.Header("x-amz-delete-marker"), gone.Header("x-amz-version-id")).ShouldBe((204, null, version));
        (await bucket.GetAsync("key")).Header("x-amz-delete-marker").ShouldBeNull();
    }

    [Fact]
    public async Task While_suspended_writes_replace_the_null_version_and_deletes_leave_a_null_marker()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.SetVersioningAsync("Enabled");
        var kept = (await bucket.PutAsync("key", "kept")).Header("x-amz-version-id");
        await bucket.SetVersioningAsync("Suspended");

        foreach (var body in new[] { "one", "two" })
        {
            (await bucket.PutAsync("key", body)).Header("x-amz-version-id").ShouldBeNull();
            var read = await bucket.GetAsync("key");
            (read.Text, read.Header("x-amz-version-id")).ShouldBe((body, "null"));
        }

        (await VersionIdsAsync(bucket)).ShouldBe(["null", kept!]);
        for (var time = 0; time < 2; time++)
        {
            var deleted = await bucket.DeleteAsync("key");
            (deleted.Header("x-amz-version-id"), deleted.Header("x-amz-delete-marker")).ShouldBe(("null", "true"));
            (await VersionIdsAsync(bucket)).ShouldBe(["null", kept!]);
        }

        (await bucket.SendAsync("GET", "key", "versionId=null", null)).ErrorCode.ShouldBe("MethodNotAllowed");
        (await bucket.SendAsync("DELETE", "key", "versionId=null", null)).Header("x-amz-delete-marker").ShouldBe("true");
        (await bucket.GetAsync("key")).Text.ShouldBe("kept");
    }

    [Fact]
    public async Task A_bucket_without_versions_tells_of_none()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello");
        (await bucket.SendAsync("GET", "key", "versionId=null", null)).Text.ShouldBe("Hello");
        (await bucket.SendAsync("GET", "key", $"versionId={Unknown}", null)).ErrorCode.ShouldBe("NoSuchVersion");
        (await VersionIdsAsync(bucket)).ShouldBe(["null"]);
        var deleted = await bucket.DeleteAsync("key");
        (deleted.Header("x-amz-version-id"), deleted.Header("x-amz-delete-marker")).ShouldBe((null, null));
        (await VersionIdsAsync(bucket)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bucket_that_holds_only_a_marker_is_not_empty()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.SetVersioningAsync("Enabled");
        var marker = (await bucket.DeleteAsync("key")).Header("x-amz-version-id");
        var refused = await bucket.SendAsync("DELETE", null, "", null);
        (refused.ErrorCode, refused.Element("Message"))
            .ShouldBe(("BucketNotEmpty", "The bucket you tried to delete is not empty. You must delete all versions in the bucket."));
        await bucket.SendAsync("DELETE", "key", $"versionId={marker}", null);
        (await bucket.SendAsync("DELETE", null, "", null)).Status.ShouldBe(204);
    }

    [Fact]
    public async Task A_completed_upload_is_a_version_of_its_own()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.SetVersioningAsync("Enabled");
        var first = (await bucket.PutAsync("key", "first")).Header("x-amz-version-id");
        var uploadId = await bucket.CreateUploadAsync("key");
        var part = TestBucket.Bytes(6_000);
        await bucket.PutPartAsync("key", uploadId, 1, part);
        var list = TestBucket.PartList((1, TestBucket.Md5(part)));
        var completed = await bucket.CompleteAsync("key", uploadId, list);
        var id = completed.Header("x-amz-version-id");
        id!.Length.ShouldBe(32);
        (await bucket.CompleteAsync("key", uploadId, list)).Header("x-amz-version-id").ShouldBe(id);
        (await bucket.SendAsync("GET", "key", $"versionId={id}", null)).Body.ShouldBe(part);
        (await VersionIdsAsync(bucket)).ShouldBe([id, first!]);
    }

    [Fact]
    public async Task Conditions_of_writes_look_at_the_newest_version_and_take_a_marker_for_absent()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.SetVersioningAsync("Enabled");
        var eTag = (await bucket.PutAsync("key", "one")).Header("ETag")!;
        (await bucket.PutAsync("key", "two", ("If-None-Match", "*"))).ErrorCode.ShouldBe("PreconditionFailed");
        (await bucket.PutAsync("key", "two", ("If-Match", eTag))).Status.ShouldBe(200);
        (await bucket.PutAsync("key", "three", ("If-Match", eTag))).ErrorCode.ShouldBe("PreconditionFailed");
        await bucket.DeleteAsync("key");
        (await bucket.PutAsync("key", "three", ("If-Match", eTag))).ErrorCode.ShouldBe("NoSuchKey");
        (await bucket.PutAsync("key", "three", ("If-None-Match", "*"))).Status.ShouldBe(200);
        (await bucket.DeleteAsync("key", ("If-Match", eTag))).ErrorCode.ShouldBe("PreconditionFailed");
    }

    [Fact]
    public async Task Of_what_was_removed_for_ever_no_byte_is_left()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.CollectAsync();
        var before = await bucket.CountBlobsAsync();
        await bucket.SetVersioningAsync("Enabled");
        foreach (var size in new[] { 10, 9_000, 400_000, 20 })
        {
            await bucket.PutAsync("key", TestBucket.Bytes(size, size));
        }

        await bucket.PutInPartsAsync("key", [TestBucket.Bytes(5 << 20), TestBucket.Bytes(7_000)]);
        await bucket.DeleteAsync("key");
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(before + 6);

        foreach (var id in await VersionIdsAsync(bucket))
        {
            (await bucket.SendAsync("DELETE", "key", $"versionId={id}", null)).Status.ShouldBe(204);
        }

        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(before);
        (await VersionIdsAsync(bucket)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Writers_and_deleters_at_once_leave_versions_that_all_can_be_read()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.SetVersioningAsync("Enabled");
        var changes = await Task.WhenAll(Enumerable.Range(0, 32).Select(number => number % 4 == 3
            ? bucket.DeleteAsync("key")
            : bucket.PutAsync("key", $"body {number}")));

        changes.ShouldAllBe(change => change.Status == 200 || change.Status == 204);
        var ids = changes.Select(change => change.Header("x-amz-version-id")!).ToList();
        (await VersionIdsAsync(bucket)).ShouldBe(ids, ignoreOrder: true);
        for (var number = 0; number < ids.Count; number++)
        {
            var read = await bucket.SendAsync("GET", "key", $"versionId={ids[number]}", null);
            (read.Status == 405 ? "" : read.Text).ShouldBe(number % 4 == 3 ? "" : $"body {number}");
        }

        await Task.WhenAll(ids.Select(id => bucket.SendAsync("DELETE", "key", $"versionId={id}", null)));
        (await VersionIdsAsync(bucket)).ShouldBeEmpty();
        (await bucket.SendAsync("DELETE", null, "", null)).Status.ShouldBe(204);
    }

    private static async Task<List<string>> VersionIdsAsync(TestBucket bucket)
        => [.. (await bucket.SendAsync("GET", null, "versions", null)).Elements("VersionId")];
}

/// <inheritdoc/>
public sealed class MemoryVersioningTests(MemoryApiHost fixture) : VersioningTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableVersioningTests(DurableApiHost fixture) : VersioningTests(fixture), IClassFixture<DurableApiHost>;
