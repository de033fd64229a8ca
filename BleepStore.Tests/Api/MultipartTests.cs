namespace BleepStore.Tests.Api;

/// <summary>Uploads in parts: what makes an object of them, what does not, and what becomes of the rest.</summary>
public abstract class MultipartTests(ApiHost fixture)
{
    private const int MinPart = 5 << 20;
    private static readonly byte[] s_first = TestBucket.Bytes(MinPart, seed: 1);
    private static readonly byte[] s_second = TestBucket.Bytes(MinPart + 100, seed: 2);
    private static readonly byte[] s_last = TestBucket.Bytes(1000, seed: 3);

    [Fact]
    public async Task Parts_in_any_order_again_and_unlisted_make_the_object_of_the_list()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.CollectAsync();
        var blobs = await bucket.CountBlobsAsync();
        var id = await bucket.CreateUploadAsync("key", ("Content-Type", "text/x"), ("x-amz-meta-a", "1"), ("x-amz-tagging", "k=v"), ("x-amz-acl", "public-read"));
        await bucket.PutPartAsync("key", id, 900, s_last);
        await bucket.PutPartAsync("key", id, 3, TestBucket.Bytes(MinPart, seed: 9));
        await bucket.PutPartAsync("key", id, 2, s_last);
        var part = await bucket.PutPartAsync("key", id, 3, s_second);
        part.Header("ETag").ShouldBe($"\"{TestBucket.Md5(s_second)}\"");
        await bucket.PutPartAsync("key", id, 1, s_first);
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
        var completed = await bucket.CompleteAsync(
            "key", id, TestBucket.PartList((1, TestBucket.Md5(s_first)), (3, TestBucket.Md5(s_second)), (900, TestBucket.Md5(s_last))));
        completed.Status.ShouldBe(200, completed.Text);
        completed.Element("ETag").ShouldBe($"\"{ETagOf(s_first, s_second, s_last)}\"");
        completed.Element("Bucket").ShouldBe(bucket.Name);
        completed.Element("Key").ShouldBe("key");
        completed.Element("Location").ShouldBe($"http://{fixture.Host.Endpoint.Authority}/{bucket.Name}/key");

        var got = await bucket.SendAsItIsAsync(bucket.Request("GET", "key"));
        got.Header("Content-Type").ShouldBe("text/x");
        got.Header("x-amz-meta-a").ShouldBe("1");
        (await bucket.HeadAsync("key")).Header("x-amz-tagging-count").ShouldBe("1");
        got.Body.AsSpan().SequenceEqual((byte[])[.. s_first, .. s_second, .. s_last]).ShouldBeTrue();

        // The replaced third and the unlisted second part are garbage; the three listed ones are not.
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(blobs + 3);
        (await bucket.GetAsync("key")).Body.Length.ShouldBe(s_first.Length + s_second.Length + s_last.Length);
        await bucket.PutAsync("key", "small");
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(blobs + 1);
    }

    [Fact]
    public async Task A_failed_Complete_leaves_the_upload_open()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        var (first, last) = (TestBucket.Md5(s_first), TestBucket.Md5(s_last));
        await bucket.PutPartAsync("key", id, 1, s_first);
        await bucket.PutPartAsync("key", id, 2, s_last);
        await bucket.PutPartAsync("key", id, 3, s_last);
        foreach (var (list, code) in (List<(string, string)>)
        [
            (TestBucket.PartList((1, first), (2, last), (3, last)), "EntityTooSmall"),
            (TestBucket.PartList((1, first), (4, last)), "InvalidPart"),
            (TestBucket.PartList((1, last)), "InvalidPart"),
            (TestBucket.PartList((2, last), (1, first)), "InvalidPartOrder"),
            (TestBucket.PartList((1, first), (1, first)), "InvalidPartOrder"),
            (TestBucket.PartList(), "MalformedXML"),
            (TestBucket.PartList((0, first)), "InvalidArgument"),
            (TestBucket.PartList((10_001, first)), "InvalidArgument"),
            ("", "MalformedXML"),
            ("<CompleteMultipartUpload><Part>", "MalformedXML"),
            ("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>", "MalformedXML"),
            ("<CompleteMultipartUpload><Part><PartNumber>x</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>", "MalformedXML"),
            ("<Other/>", "MalformedXML"),
        ])
        {
            var refused = await bucket.CompleteAsync("key", id, list);
            refused.Status.ShouldBe(400, refused.Text);
            refused.ErrorCode.ShouldBe(code, list);
        }

        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
        (await bucket.CompleteAsync("key", id, TestBucket.PartList((1, first), (2, last)))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_same_Complete_again_gets_the_same_answer_and_recreates_nothing()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        await bucket.PutPartAsync("key", id, 1, s_last);
        var list = TestBucket.PartList((1, TestBucket.Md5(s_last)));
        var first = await bucket.CompleteAsync("key", id, list);
        (await bucket.CompleteAsync("key", id, list)).Text.ShouldBe(first.Text);
        await bucket.PutAsync("key", "changed");
        (await bucket.CompleteAsync("key", id, list, ("If-None-Match", "*"))).Text.ShouldBe(first.Text);
        (await bucket.GetAsync("key")).Text.ShouldBe("changed");
        await bucket.DeleteAsync("key");
        await bucket.CollectAsync();
        (await bucket.CompleteAsync("key", id, list)).Text.ShouldBe(first.Text);
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);

        (await bucket.CompleteAsync("key", id, TestBucket.PartList((2, TestBucket.Md5(s_last))))).ErrorCode.ShouldBe("NoSuchUpload");
        (await bucket.CompleteAsync("other", id, list)).ErrorCode.ShouldBe("NoSuchUpload");
        (await bucket.SendAsync("DELETE", "key", $"uploadId={id}", null)).ErrorCode.ShouldBe("NoSuchUpload");
        (await bucket.PutPartAsync("key", id, 1, s_last)).ErrorCode.ShouldBe("NoSuchUpload");
        (await bucket.SendAsync("GET", "key", $"uploadId={id}", null)).ErrorCode.ShouldBe("NoSuchUpload");
    }

    [Fact]
    public async Task Racing_Completes_of_one_list_both_succeed()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        await bucket.PutPartAsync("key", id, 1, s_last);
        var list = TestBucket.PartList((1, TestBucket.Md5(s_last)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => bucket.CompleteAsync("key", id, list)));
        answers.ShouldAllBe(answer => answer.Status == 200 && answer.ErrorCode == null);
        (await bucket.GetAsync("key")).Body.Length.ShouldBe(1000);
    }

    [Fact]
    public async Task An_aborted_upload_is_gone_with_its_parts()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.CollectAsync();
        var blobs = await bucket.CountBlobsAsync();
        var id = await bucket.CreateUploadAsync("key");
        await bucket.PutPartAsync("key", id, 1, s_last);
        await bucket.PutPartAsync("key", id, 2, []);
        (await bucket.SendAsync("DELETE", "other", $"uploadId={id}", null)).ErrorCode.ShouldBe("NoSuchUpload");
        (await bucket.SendAsync("DELETE", "key", $"uploadId={id}", null)).Status.ShouldBe(204);
        var again = await bucket.SendAsync("DELETE", "key", $"uploadId={id}", null);
        again.Status.ShouldBe(404);
        again.ErrorCode.ShouldBe("NoSuchUpload");
        (await bucket.PutPartAsync("key", id, 3, s_last)).ErrorCode.ShouldBe("NoSuchUpload");
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(blobs);
    }

    [Fact]
    public async Task A_deleted_bucket_takes_its_open_uploads_with_it()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.CollectAsync();
        var blobs = await bucket.CountBlobsAsync();
        var id = await bucket.CreateUploadAsync("key");
        await bucket.PutPartAsync("key", id, 1, s_last);
        (await bucket.SendAsync("DELETE", null, "", null)).Status.ShouldBe(204);
        (await bucket.PutPartAsync("key", id, 2, s_last)).ErrorCode.ShouldBe("NoSuchBucket");
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(blobs);
        (await bucket.SendAsync("PUT", null, "", null)).Status.ShouldBe(200);
        (await bucket.PutPartAsync("key", id, 2, s_last)).ErrorCode.ShouldBe("NoSuchUpload");
    }

    [Fact]
    public async Task Complete_holds_under_its_condition_only()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var eTag = (await bucket.PutAsync("key", "first")).Header("ETag")!;
        var id = await bucket.CreateUploadAsync("key");
        await bucket.PutPartAsync("key", id, 1, s_last);
        var list = TestBucket.PartList((1, TestBucket.Md5(s_last)));
        (await bucket.CompleteAsync("key", id, list, ("If-None-Match", "*"))).ErrorCode.ShouldBe("PreconditionFailed");
        (await bucket.CompleteAsync("key", id, list, ("If-Match", "\"x\""))).ErrorCode.ShouldBe("PreconditionFailed");
        (await bucket.CompleteAsync("key", id, list, ("If-None-Match", "\"x\""))).Status.ShouldBe(501);
        (await bucket.CompleteAsync("key", id, list, ("x-amz-mp-object-size", "1001"))).ErrorCode.ShouldBe("InvalidRequest");
        (await bucket.GetAsync("key")).Text.ShouldBe("first");
        (await bucket.CompleteAsync("key", id, list, ("If-Match", eTag), ("x-amz-mp-object-size", "1000"))).Status.ShouldBe(200);
        (await bucket.GetAsync("key")).Body.Length.ShouldBe(1000);
    }

    [Theory]
    [InlineData("partNumber=0&uploadId={id}", 400)]
    [InlineData("partNumber=10001&uploadId={id}", 400)]
    [InlineData("partNumber=x&uploadId={id}", 400)]
    [InlineData("partNumber=%2B1&uploadId={id}", 400)]
    [InlineData("partNumber=99999999999&uploadId={id}", 400)]
    [InlineData("partNumber=1&uploadId=x", 404)]
    [InlineData("partNumber=1&uploadId=%C3%BC%00", 404)]
    [InlineData("partNumber=10000&uploadId={id}", 200)]
    public async Task Only_parts_of_open_uploads_are_taken(string query, int status)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        (await bucket.SendAsync("PUT", "key", query.Replace("{id}", id, StringComparison.Ordinal), s_last)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_part_that_breaks_its_promise_leaves_the_earlier_one()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        await bucket.PutPartAsync("key", id, 1, s_last);

        // What other tests left is collected now, not between the two counts.
        await bucket.CollectAsync();
        var blobs = await bucket.CountBlobsAsync();
        (await bucket.PutPartAsync("key", id, 1, s_first, ("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw=="))).ErrorCode.ShouldBe("BadDigest");
        (await bucket.CountBlobsAsync()).ShouldBe(blobs);
        (await bucket.CompleteAsync("key", id, TestBucket.PartList((1, TestBucket.Md5(s_last))))).Status.ShouldBe(200);
    }

    private static string ETagOf(params byte[][] parts)
        => $"{TestBucket.Md5([.. parts.SelectMany(System.Security.Cryptography.MD5.HashData)])}-{parts.Length}";
}

/// <inheritdoc/>
public sealed class MemoryMultipartTests(MemoryApiHost fixture) : MultipartTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableMultipartTests(DurableApiHost fixture) : MultipartTests(fixture), IClassFixture<DurableApiHost>;
