using BleepStore.Api.Checksums;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Api;

/// <summary>CopyObject: what is taken over, what is replaced, what is refused.</summary>
public abstract class CopyTests(ApiHost fixture)
{
    [Fact]
    public async Task A_copy_takes_over_everything_but_class_and_ACL()
    {
        var bucket = await SourceAsync();
        var copied = await bucket.CopyAsync("source", "copy");
        copied.Status.ShouldBe(200, copied.Text);
        copied.Element("ETag").ShouldBe("\"8b1a9953c4611296a827abf8c47804d7\"");
        copied.Xml.Name.NamespaceName.ShouldBe("http://s3.amazonaws.com/doc/2006-03-01/");
        copied.Element("LastModified").ShouldNotBeNull();
        var got = await bucket.GetAsync("copy", ("x-amz-checksum-mode", "ENABLED"));
        got.Text.ShouldBe("Hello");
        got.Header("Content-Type").ShouldBe("text/a");
        got.Header("x-amz-meta-a").ShouldBe("1");
        got.Header("x-amz-tagging-count").ShouldBe("1");
        got.Header("x-amz-storage-class").ShouldBeNull();
        got.Header("x-amz-checksum-sha1").ShouldBe(TestBucket.Checksum(ChecksumAlgorithm.Sha1, "Hello"u8.ToArray()));
        (await bucket.SendAsItIsAsync(bucket.Request("GET", "copy"))).Status.ShouldBe(403);

        (await bucket.DeleteAsync("source")).Status.ShouldBe(204);
        await bucket.CollectAsync();
        (await bucket.GetAsync("copy")).Text.ShouldBe("Hello");
    }

    [Fact]
    public async Task Directives_replace_metadata_and_tags_apart()
    {
        var bucket = await SourceAsync();
        await bucket.CopyAsync("source", "metadata", ("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-b", "2"), ("x-amz-tagging", "x=y&z=w"));
        var metadata = await bucket.HeadAsync("metadata");
        metadata.Header("x-amz-meta-a").ShouldBeNull();
        metadata.Header("x-amz-meta-b").ShouldBe("2");
        metadata.Header("Content-Type").ShouldBe("binary/octet-stream");
        metadata.Header("x-amz-tagging-count").ShouldBe("1");

        await bucket.CopyAsync("source", "tags", ("x-amz-tagging-directive", "REPLACE"), ("x-amz-meta-b", "2"), ("x-amz-tagging", "x=y&z=w"));
        var tags = await bucket.HeadAsync("tags");
        tags.Header("x-amz-meta-a").ShouldBe("1");
        tags.Header("x-amz-meta-b").ShouldBeNull();
        tags.Header("x-amz-tagging-count").ShouldBe("2");
    }

    [Theory]
    [InlineData("x-amz-metadata-directive")]
    [InlineData("x-amz-tagging-directive")]
    public async Task An_unknown_directive_is_refused(string header)
        => (await (await SourceAsync()).CopyAsync("source", "copy", (header, "MERGE"))).ErrorCode.ShouldBe("InvalidArgument");

    [Fact]
    public async Task A_copy_onto_itself_must_change_something()
    {
        var bucket = await SourceAsync();
        var refused = await bucket.CopyAsync("source", "source");
        refused.Status.ShouldBe(400);
        refused.ErrorCode.ShouldBe("InvalidRequest");
        (await bucket.CopyAsync("source", "source", ("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-b", "2"))).Status.ShouldBe(200);
        (await bucket.HeadAsync("source")).Header("x-amz-meta-b").ShouldBe("2");
        (await bucket.CopyAsync("source", "source", ("x-amz-storage-class", "STANDARD_IA"))).Status.ShouldBe(200);
        await bucket.CollectAsync();
        (await bucket.GetAsync("source")).Text.ShouldBe("Hello");
    }

    // Columns: if-match, if-none-match, if-modified-since, if-unmodified-since; + holds, - does not.
    [Theory]
    [InlineData("+   ", 200)]
    [InlineData("-   ", 412)]
    [InlineData(" +  ", 200)]
    [InlineData(" -  ", 412)]
    [InlineData("  + ", 200)]
    [InlineData("  - ", 412)]
    [InlineData("   +", 200)]
    [InlineData("   -", 412)]
    [InlineData("+  -", 200)]
    [InlineData(" -+ ", 412)]
    [InlineData(" +- ", 200)]
    public async Task Conditions_on_the_source_fail_with_412(string columns, int status)
    {
        var bucket = await SourceAsync();
        var head = await bucket.HeadAsync("source");
        List<(string, string)> headers = [];
        Add(0, "if-match", head.Header("ETag")!, "\"another\"");
        Add(1, "if-none-match", "\"another\"", head.Header("ETag")!);
        Add(2, "if-modified-since", "Sat, 01 Jan 2000 00:00:00 GMT", head.Header("Last-Modified")!);
        Add(3, "if-unmodified-since", head.Header("Last-Modified")!, "Sat, 01 Jan 2000 00:00:00 GMT");
        (await bucket.CopyAsync("source", "copy", [.. headers])).Status.ShouldBe(status);

        void Add(int column, string name, string holds, string fails)
        {
            if (columns[column] != ' ')
            {
                headers.Add(("x-amz-copy-source-" + name, columns[column] == '+' ? holds : fails));
            }
        }
    }

    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData("a b", "a+b")]
    [InlineData("a+b", "a%2Bb")]
    [InlineData("a%b", "a%25b")]
    [InlineData("a?b=c", "a%3Fb%3Dc")]
    [InlineData("../a//b/", "..%2Fa%2F%2Fb%2F")]
    [InlineData("../a//b/", "../a//b/")]
    [InlineData("ü€😀", "%C3%BC%E2%82%AC%F0%9F%98%80")]
    [InlineData("ü€😀", "ü€😀")]
    public async Task Awkward_names_are_found(string key, string encoded)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync(key, "Hello");
        foreach (var source in (string[])[$"{bucket.Name}/{encoded}", $"/{bucket.Name}/{encoded}", $"/{bucket.Name}/{encoded}?versionId=null"])
        {
            var copied = await bucket.SendAsync("PUT", "copy", "", null, ("x-amz-copy-source", source));
            copied.Status.ShouldBe(200, source + copied.Text);
        }
    }

    [Theory]
    [InlineData("", 400, "InvalidArgument")]
    [InlineData("bucket", 400, "InvalidArgument")]
    [InlineData("/bucket/", 400, "InvalidArgument")]
    [InlineData("//key", 400, "InvalidArgument")]
    [InlineData("bucket/%zz", 400, "InvalidArgument")]
    [InlineData("bucket/%FF", 400, "InvalidArgument")]
    [InlineData("no-such-bucket-anywhere/key", 404, "NoSuchBucket")]
    [InlineData("{bucket}/absent", 404, "NoSuchKey")]
    [InlineData("{bucket}/source?versionId=f723f5a366ff3fff0123456789abcdef", 404, "NoSuchVersion")]
    [InlineData("{bucket}/source?versionId=x", 400, "InvalidArgument")]
    [InlineData("{bucket}/source?versionId=%zz", 400, null)]
    public async Task A_source_that_is_not_there_is_refused(string source, int status, string? code)
    {
        var bucket = await SourceAsync();
        var name = source.Replace("{bucket}", bucket.Name, StringComparison.Ordinal);
        var refused = await bucket.SendAsync("PUT", "copy", "", null, ("x-amz-copy-source", name));
        refused.Status.ShouldBe(status, refused.Text);
        refused.ErrorCode.ShouldBe(code ?? refused.ErrorCode);
        (await bucket.HeadAsync("copy")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_copy_needs_the_right_to_read_its_source()
    {
        var bucket = await SourceAsync();
        await bucket.SendAsync("PUT", "source", "acl", null, ("x-amz-acl", "private"));
        var bobs = await TestBucket.CreateAsync(fixture.Host, S3TestHost.Bob);
        var request = bobs.Request("PUT", "copy").With("x-amz-copy-source", $"{bucket.Name}/source");
        (await bobs.SendAsync(request, S3TestHost.Bob)).ErrorCode.ShouldBe("AccessDenied");
        await bucket.SendAsync("PUT", "source", "acl", null, ("x-amz-acl", "authenticated-read"));
        var withTags = bobs.Request("PUT", "copy").With("x-amz-copy-source", $"{bucket.Name}/source");
        (await bobs.SendAsync(withTags, S3TestHost.Bob)).ErrorCode.ShouldBe("AccessDenied", "its tags are not his to read");
        var tagsOfHisOwn = bobs.Request("PUT", "copy").With("x-amz-copy-source", $"{bucket.Name}/source").With("x-amz-tagging-directive", "REPLACE");
        (await bobs.SendAsync(tagsOfHisOwn, S3TestHost.Bob)).Status.ShouldBe(200);
        (await bucket.SendAsync("DELETE", "source", "tagging", null)).Status.ShouldBe(204);
        var allowed = bobs.Request("PUT", "copy").With("x-amz-copy-source", $"{bucket.Name}/source");
        (await bobs.SendAsync(allowed, S3TestHost.Bob)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_checksum_is_kept_or_made_anew()
    {
        var bucket = await SourceAsync();
        var copied = await bucket.CopyAsync("source", "copy", ("x-amz-checksum-algorithm", "SHA256"));
        var expected = TestBucket.Checksum(ChecksumAlgorithm.Sha256, "Hello"u8.ToArray());
        copied.Element("ChecksumSHA256").ShouldBe(expected);
        copied.Element("ChecksumType").ShouldBe("FULL_OBJECT");
        (await bucket.HeadAsync("copy", ("x-amz-checksum-mode", "ENABLED"))).Header("x-amz-checksum-sha256").ShouldBe(expected);
        (await bucket.CopyAsync("source", "copy", ("x-amz-checksum-algorithm", "CRC16"))).Status.ShouldBe(400);
    }

    [Fact]
    public async Task An_empty_object_and_one_of_parts_are_copied_into_one_blob()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("empty", "");
        (await bucket.CopyAsync("empty", "empty2")).Status.ShouldBe(200);
        (await bucket.HeadAsync("empty2")).Header("ETag").ShouldBe("\"d41d8cd98f00b204e9800998ecf8427e\"");

        byte[][] parts = [TestBucket.Bytes(5 << 20, seed: 1), TestBucket.Bytes(1000, seed: 2)];
        await bucket.PutInPartsAsync("source", parts, ("x-amz-checksum-algorithm", "CRC32"), ("x-amz-checksum-type", "FULL_OBJECT"));
        byte[] whole = [.. parts[0], .. parts[1]];
        var copied = await bucket.CopyAsync("source", "copy");
        copied.Element("ETag").ShouldBe($"\"{TestBucket.Md5(whole)}\"");
        copied.Element("ChecksumCRC32").ShouldBe(TestBucket.Checksum(ChecksumAlgorithm.Crc32, whole));
        await bucket.DeleteAsync("source");
        await bucket.CollectAsync();
        (await bucket.GetAsync("copy")).Body.AsSpan().SequenceEqual(whole).ShouldBeTrue();
    }

    [Fact]
    public async Task A_source_above_5_GiB_is_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var token = TestContext.Current.CancellationToken;
        var record = await fixture.Host.Metadata.FindBucketAsync(bucket.Name, token);
        await fixture.Host.Metadata.ExecuteAsync(
            new PutObject
            {
                Time = TimeProvider.System.GetUtcNow(),
                Bucket = bucket.Name,
                BucketId = record!.BucketId,
                Object = new ObjectRecord { Key = "huge", Size = (5L << 30) + 1, ETag = "x", Acl = record.Acl },
            },
            token);
        var refused = await bucket.CopyAsync("huge", "copy");
        refused.Status.ShouldBe(400);
        refused.ErrorCode.ShouldBe("InvalidRequest");
    }

    private async Task<TestBucket> SourceAsync()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var put = await bucket.PutAsync(
            "source", "Hello", ("Content-Type", "text/a"), ("x-amz-meta-a", "1"), ("x-amz-tagging", "k=v"), ("x-amz-storage-class", "STANDARD_IA"),
            ("x-amz-acl", "public-read"), ("x-amz-checksum-sha1", TestBucket.Checksum(ChecksumAlgorithm.Sha1, "Hello"u8.ToArray())));
        put.Status.ShouldBe(200, put.Text);
        return bucket;
    }
}

/// <inheritdoc/>
public sealed class MemoryCopyTests(MemoryApiHost fixture) : CopyTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableCopyTests(DurableApiHost fixture) : CopyTests(fixture), IClassFixture<DurableApiHost>;
