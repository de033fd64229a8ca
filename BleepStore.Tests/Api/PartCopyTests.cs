using BleepStore.Api.Checksums;

namespace BleepStore.Tests.Api;

/// <summary>UploadPartCopy: whole sources and strict ranges of them.</summary>
public abstract class PartCopyTests(ApiHost fixture)
{
    private static readonly byte[] s_source = TestBucket.Bytes(6 << 20, seed: 5);

    [Fact]
    public async Task Parts_are_made_of_whole_objects_and_of_ranges()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("a b+c", s_source);
        var id = await bucket.CreateUploadAsync("key");
        var whole = await PutPartCopyAsync(bucket, id, 1, "a%20b%2Bc");
        whole.Status.ShouldBe(200, whole.Text);
        whole.Xml.Name.LocalName.ShouldBe("CopyPartResult");
        whole.Element("ETag").ShouldBe($"\"{TestBucket.Md5(s_source)}\"");
        var range = await PutPartCopyAsync(bucket, id, 2, "a%20b%2Bc", ("x-amz-copy-source-range", "bytes=1000-1999"));
        range.Element("ETag").ShouldBe($"\"{TestBucket.Md5(s_source[1000..2000])}\"");
        await bucket.DeleteAsync("a b+c");
        await bucket.CollectAsync();
        (await bucket.CompleteAsync("key", id, TestBucket.PartList((1, TestBucket.Md5(s_source)), (2, TestBucket.Md5(s_source[1000..2000]))))).Status.ShouldBe(200);
        (await bucket.GetAsync("key")).Body.AsSpan().SequenceEqual((byte[])[.. s_source, .. s_source[1000..2000]]).ShouldBeTrue();

        // A part of a part: the range lies over the border of two.
        var second = await bucket.CreateUploadAsync("second", ("x-amz-checksum-algorithm", "SHA256"));
        var over = await PutPartCopyAsync(bucket, second, 1, "key", ("x-amz-copy-source-range", $"bytes={s_source.Length - 5}-{s_source.Length + 4}"), "second");
        over.Status.ShouldBe(200, over.Text);
        over.Element("ChecksumSHA256").ShouldNotBeNull();
        (await bucket.CompleteAsync("second", second, TestBucket.PartList(ChecksumAlgorithm.Sha256, [.. s_source[^5..], .. s_source[1000..1005]]))).Status.ShouldBe(200);
        (await bucket.GetAsync("second")).Body.ShouldBe((byte[])[.. s_source[^5..], .. s_source[1000..1005]]);
    }

    [Theory]
    [InlineData("bytes=0-")]
    [InlineData("bytes=-5")]
    [InlineData("bytes=5-4")]
    [InlineData("bytes=a-b")]
    [InlineData("0-4")]
    [InlineData("bytes=0-1,2-3")]
    [InlineData("bytes=0-10")]
    [InlineData("bytes=10-20", "InvalidRequest")]
    [InlineData("bytes=0-99999999999999999999")]
    [InlineData("")]
    public async Task A_range_that_is_not_exact_is_refused(string range, string code = "InvalidArgument")
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("source", "0123456789");
        var id = await bucket.CreateUploadAsync("key");
        var refused = await PutPartCopyAsync(bucket, id, 1, "source", ("x-amz-copy-source-range", range));
        refused.Status.ShouldBe(400, refused.Text);
        refused.ErrorCode.ShouldBe(code);
    }

    [Fact]
    public async Task A_source_or_upload_that_is_not_there_is_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("source", "0123456789");
        var id = await bucket.CreateUploadAsync("key");
        (await PutPartCopyAsync(bucket, id, 1, "absent")).ErrorCode.ShouldBe("NoSuchKey");
        (await PutPartCopyAsync(bucket, "absent", 1, "source")).ErrorCode.ShouldBe("NoSuchUpload");
        (await PutPartCopyAsync(bucket, id, 0, "source")).ErrorCode.ShouldBe("InvalidArgument");
        (await PutPartCopyAsync(bucket, id, 1, "source", ("x-amz-copy-source-if-match", "\"x\""))).Status.ShouldBe(412);
        (await PutPartCopyAsync(bucket, id, 1, "source", ("x-amz-copy-source-if-none-match", "*"))).Status.ShouldBe(412);
        (await PutPartCopyAsync(bucket, id, 1, "source?versionId=null")).Status.ShouldBe(200);
    }

    private static Task<Http.RawResponse> PutPartCopyAsync(
        TestBucket bucket, string uploadId, int number, string source, (string Name, string Value)? header = null, string key = "key")
    {
        List<(string, string)> headers = [("x-amz-copy-source", $"{bucket.Name}/{source}")];
        if (header is { } more)
        {
            headers.Add(more);
        }

        return bucket.PutPartAsync(key, uploadId, number, [], [.. headers]);
    }
}

/// <inheritdoc/>
public sealed class MemoryPartCopyTests(MemoryApiHost fixture) : PartCopyTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurablePartCopyTests(DurableApiHost fixture) : PartCopyTests(fixture), IClassFixture<DurableApiHost>;
