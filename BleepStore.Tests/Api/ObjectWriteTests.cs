using System.Text;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>What a write stores and a read gives back: bytes, headers, metadata, classes.</summary>
public abstract class ObjectWriteTests(ApiHost fixture)
{
    [Fact]
    public async Task All_system_headers_come_back_as_they_were_sent()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (string Name, string Value)[] headers =
        [
            ("Content-Type", "text/x-test; charset=utf-8"), ("Content-Encoding", "x-squeezed"), ("Content-Language", "de, en"),
            ("Content-Disposition", "attachment; filename=\"ü.txt\""), ("Cache-Control", "max-age=5"), ("Expires", "whenever it is"),
        ];
        (await bucket.PutAsync("key", "Hello", headers)).Status.ShouldBe(200);
        foreach (var response in (RawResponse[])[await bucket.GetAsync("key"), await bucket.HeadAsync("key")])
        {
            response.Status.ShouldBe(200);
            foreach (var (name, value) in headers)
            {
                response.Header(name).ShouldBe(value);
            }

            response.Header("Content-Length").ShouldBe("5");
            response.Header("Accept-Ranges").ShouldBe("bytes");
            response.Header("ETag").ShouldBe("\"8b1a9953c4611296a827abf8c47804d7\"");
            response.Header("Last-Modified").ShouldNotBeNull();
            response.Header("x-amz-storage-class").ShouldBeNull();
        }
    }

    [Fact]
    public async Task What_was_not_sent_is_not_made_up_but_for_the_type()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello");
        var response = await bucket.GetAsync("key");
        response.Header("Content-Type").ShouldBe("binary/octet-stream");
        foreach (var name in (string[])["Content-Encoding", "Content-Language", "Content-Disposition", "Cache-Control", "Expires", "x-amz-tagging-count"])
        {
            response.Header(name).ShouldBeNull();
        }
    }

    [Fact]
    public async Task User_metadata_comes_back_with_lower_case_names_and_encoded_words_where_a_header_cannot_carry_it()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync(
            "key", "Hello", ("x-amz-meta-Zebra", "  two  words "), ("x-amz-meta-apple", "ÄMÄZÕÑ S3"), ("x-amz-meta-word", "=?UTF-8?Q?=C3=BC?="),
            ("x-amz-meta-plain", "=?UTF-8?B?YWJj?="), ("x-amz-meta-broken", "=?UTF-8?B?!?="));
        var response = await bucket.HeadAsync("key");
        response.Headers.Select(header => header.Key).ShouldContain("x-amz-meta-zebra");
        response.Header("x-amz-meta-zebra")!.Replace("  ", " ", StringComparison.Ordinal).ShouldBe("two words");
        response.Header("x-amz-meta-apple").ShouldBe("=?UTF-8?B?" + Convert.ToBase64String(Encoding.UTF8.GetBytes("ÄMÄZÕÑ S3")) + "?=");
        response.Header("x-amz-meta-word").ShouldBe("=?UTF-8?B?w7w=?=");
        response.Header("x-amz-meta-plain").ShouldBe("abc");
        response.Header("x-amz-meta-broken").ShouldBe("=?UTF-8?B?" + Convert.ToBase64String("=?UTF-8?B?!?="u8) + "?=");
    }

    [Fact]
    public async Task Metadata_may_have_2_KB_and_not_a_byte_more()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutAsync("key", "Hello", ("x-amz-meta-a", new string('x', 2047)))).Status.ShouldBe(200);
        var refused = await bucket.PutAsync("other", "Hello", ("x-amz-meta-a", new string('x', 2040)), ("x-amz-meta-bcd", "12345"));
        refused.Status.ShouldBe(400);
        refused.ErrorCode.ShouldBe("MetadataTooLarge");
        refused.Element("MaxSizeAllowed").ShouldBe("2048");
        (await bucket.HeadAsync("other")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("aws-chunked", null)]
    [InlineData("aws-chunked,gzip", "gzip")]
    [InlineData("gzip, AWS-Chunked", "gzip")]
    [InlineData("gzip,br", "gzip,br")]
    public async Task The_encoding_of_the_way_is_not_that_of_the_object(string sent, string? stored)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello", ("Content-Encoding", sent));
        (await bucket.HeadAsync("key")).Header("Content-Encoding").ShouldBe(stored);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData((5 << 20) + 17)]
    public async Task Bytes_of_any_number_come_back(int count)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(count);
        var put = await bucket.PutAsync("key", bytes);
        put.Status.ShouldBe(200);
        put.Header("ETag").ShouldBe($"\"{TestBucket.Md5(bytes)}\"");
        var got = await bucket.GetAsync("key");
        got.IsWhole.ShouldBeTrue();
        got.Body.AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        (await bucket.HeadAsync("key")).Header("Content-Length").ShouldBe($"{count}");
    }

    [Fact]
    public async Task An_overwrite_replaces_everything_and_frees_the_old_bytes()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.CollectAsync();
        var before = await bucket.CountBlobsAsync();
        await bucket.PutAsync("key", "first", ("x-amz-meta-a", "1"), ("x-amz-tagging", "k=v"), ("Cache-Control", "no-store"));
        await bucket.PutAsync("key", "second");
        var got = await bucket.GetAsync("key");
        got.Text.ShouldBe("second");
        got.Header("x-amz-meta-a").ShouldBeNull();
        got.Header("x-amz-tagging-count").ShouldBeNull();
        got.Header("Cache-Control").ShouldBeNull();
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(before + 1);
        (await bucket.DeleteAsync("key")).Status.ShouldBe(204);
        (await bucket.DeleteAsync("key")).Status.ShouldBe(204);
        (await bucket.GetAsync("key")).ErrorCode.ShouldBe("NoSuchKey");
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("STANDARD", 200, null)]
    [InlineData("STANDARD_IA", 200, "STANDARD_IA")]
    [InlineData("REDUCED_REDUNDANCY", 200, "REDUCED_REDUNDANCY")]
    [InlineData("GLACIER", 400, null)]
    [InlineData("standard", 400, null)]
    public async Task Storage_classes_that_can_be_served_are_kept(string sent, int status, string? shown)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var put = await bucket.PutAsync("key", "Hello", ("x-amz-storage-class", sent));
        put.Status.ShouldBe(status);
        if (status == 200)
        {
            (await bucket.HeadAsync("key")).Header("x-amz-storage-class").ShouldBe(shown);
        }
        else
        {
            put.ErrorCode.ShouldBe("InvalidStorageClass");
        }
    }

    [Theory]
    [InlineData("x-amz-server-side-encryption", "aws:kms:dsse")]
    [InlineData("x-amz-write-offset-bytes", "5")]
    public async Task What_cannot_be_honoured_is_refused(string header, string value)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("source", "Hello");
        foreach (var response in (RawResponse[])
        [
            await bucket.PutAsync("key", "Hello", (header, value)), await bucket.CopyAsync("source", "key", (header, value)),
            await bucket.SendAsync("POST", "key", "uploads", null, (header, value)),
        ])
        {
            response.Status.ShouldBe(501);
            response.ErrorCode.ShouldBe("NotImplemented");
        }

        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("null", 200)]
    [InlineData("", 400)]
    [InlineData("x", 400)]
    [InlineData("3HL4kqtJvjVBH40Nrjfkd3HL4kqtJvjV", 400)]
    [InlineData("0123456789abcdef0123456789abcdef", 400)]
    [InlineData("F723F5A366FF3FFF0123456789ABCDEF", 400)]
    [InlineData("f723f5a366ff3fff0123456789abcdef", 404)]
    public async Task The_only_version_is_null(string versionId, int status)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello");
        var got = await bucket.SendAsync("GET", "key", $"versionId={versionId}", null);
        got.Status.ShouldBe(status);
        (await bucket.SendAsync("HEAD", "key", $"versionId={versionId}", null)).Status.ShouldBe(status);
        if (status == 404)
        {
            got.ErrorCode.ShouldBe("NoSuchVersion");
            (await bucket.SendAsync("DELETE", "key", $"versionId={versionId}", null)).Status.ShouldBe(204);
            (await bucket.HeadAsync("key")).Status.ShouldBe(200);
        }
        else if (status == 200)
        {
            (await bucket.SendAsync("DELETE", "key", $"versionId={versionId}", null)).Status.ShouldBe(204);
            (await bucket.HeadAsync("key")).Status.ShouldBe(404);
        }
    }

    [Fact]
    public async Task Another_owner_than_expected_is_refused_in_header_and_presigned_query()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutAsync("key", "Hello", ("x-amz-expected-bucket-owner", S3TestHost.Root.AccountId))).Status.ShouldBe(200);
        foreach (var response in (RawResponse[])
        [
            await bucket.PutAsync("key", "Hello", ("x-amz-expected-bucket-owner", "alice")),
            await bucket.GetAsync("key", ("x-amz-expected-bucket-owner", "alice")),
            await bucket.CopyAsync("key", "copy", ("x-amz-source-expected-bucket-owner", "alice")),
        ])
        {
            response.Status.ShouldBe(403);
            response.ErrorCode.ShouldBe("AccessDenied");
        }

        foreach (var (owner, status) in (List<(string, int)>)[("alice", 403), (S3TestHost.Root.AccountId, 200)])
        {
            var presigned = bucket.Request("GET", "key", $"x-amz-expected-bucket-owner={owner}");
            TestBucket.Signer().Presign(presigned, TimeProvider.System.GetUtcNow());
            (await bucket.SendAsItIsAsync(presigned)).Status.ShouldBe(status);
        }
    }
}

/// <inheritdoc/>
public sealed class MemoryObjectWriteTests(MemoryApiHost fixture) : ObjectWriteTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableObjectWriteTests(DurableApiHost fixture) : ObjectWriteTests(fixture), IClassFixture<DurableApiHost>;
