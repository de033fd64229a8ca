using System.Text;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Encryption;

/// <summary>PutObject, GetObject and HeadObject of encrypted objects, and how every wrong header is refused.</summary>
public abstract class EncryptedObjectTests(ApiHost fixture)
{
    private const string Sse = "x-amz-server-side-encryption";
    private const string KmsKeyId = Sse + "-aws-kms-key-id";
    private const string Context = Sse + "-context";
    private const string Algorithm = Sse + "-customer-algorithm";
    private const string Key = Sse + "-customer-key";
    private const string KeyMd5 = Sse + "-customer-key-MD5";

    private static readonly string EncodedContext = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"tenant":"A","städte":"Köln"}"""));

    public static TheoryData<int> Sizes => [0, 1, 4096, 4097, 65_519, 65_520, 65_521, 200_000, 300_000];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task An_object_under_a_customers_key_is_read_with_that_key_alone(int size)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(size);
        var put = await bucket.PutAsync("key", bytes, EncryptionParts.Customer(1));
        put.Status.ShouldBe(200, put.Text);
        ShouldSayCustomerKey(put);
        put.Header("ETag").ShouldNotBe($"\"{TestBucket.Md5(bytes)}\"");

        var got = await bucket.GetAsync("key", EncryptionParts.Customer(1));
        (got.Status, got.IsWhole).ShouldBe((200, true));
        got.Body.ShouldBe(bytes);
        ShouldSayCustomerKey(got);
        got.Header("ETag").ShouldBe(put.Header("ETag"));
        var head = await bucket.HeadAsync("key", EncryptionParts.Customer(1));
        head.Header("Content-Length").ShouldBe(size.ToString(System.Globalization.CultureInfo.InvariantCulture));
        ShouldSayCustomerKey(head);

        ShouldBeRefused(await bucket.GetAsync("key"), 400, "InvalidRequest", "The object was stored using a form of Server Side Encryption");
        ShouldBeRefused(await bucket.GetAsync("key", EncryptionParts.Customer(2)), 403, "AccessDenied", "must provide the correct secret key");
        (await bucket.HeadAsync("key")).Status.ShouldBe(400);
        (await bucket.HeadAsync("key", EncryptionParts.Customer(2))).Status.ShouldBe(403);
        (await bucket.DeleteAsync("key")).Status.ShouldBe(204, "to delete needs no key");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task An_object_under_the_stores_key_is_read_like_any_other(int size)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(size);
        var put = await bucket.PutAsync("key", bytes, (Sse, "AES256"));
        put.Status.ShouldBe(200, put.Text);
        foreach (var response in new[] { put, await bucket.GetAsync("key"), await bucket.HeadAsync("key") })
        {
            response.Header(Sse).ShouldBe("AES256");
            response.Header("ETag").ShouldBe($"\"{TestBucket.Md5(bytes)}\"");
            response.Header(KmsKeyId).ShouldBeNull();
        }

        (await bucket.GetAsync("key")).Body.ShouldBe(bytes);
        ShouldBeRefused(await bucket.GetAsync("key", EncryptionParts.Customer(1)), 400, "InvalidRequest", "not applicable to this object");
    }

    [Fact]
    public async Task An_object_under_a_key_of_the_ring_says_which_and_has_no_MD5_for_its_tag()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(100_000);
        var put = await bucket.PutAsync(
            "key", bytes, (Sse, "aws:kms"), (KmsKeyId, EncryptionParts.SecondKmsKey), (Context, EncodedContext), (Sse + "-bucket-key-enabled", "true"));
        put.Status.ShouldBe(200, put.Text);
        put.Header(Context).ShouldBe(EncodedContext);
        var got = await bucket.GetAsync("key");
        got.Body.ShouldBe(bytes);
        got.Header(Context).ShouldBeNull("only the answer to a write repeats it");
        foreach (var response in new[] { put, got, await bucket.HeadAsync("key") })
        {
            response.Header(Sse).ShouldBe("aws:kms");
            response.Header(KmsKeyId).ShouldBe(EncryptionParts.SecondKmsKey);
            response.Header(Sse + "-bucket-key-enabled").ShouldBe("true");
            response.Header("ETag").ShouldNotBe($"\"{TestBucket.Md5(bytes)}\"");
        }

        var byDefault = await bucket.PutAsync("default", bytes, (Sse, "aws:kms"));
        byDefault.Header(KmsKeyId).ShouldBe(EncryptionParts.FirstKmsKey);
        byDefault.Header(Sse + "-bucket-key-enabled").ShouldBeNull();
        (await bucket.PutAsync("managed", bytes, (Sse, "aws:kms"), (KmsKeyId, "alias/aws/s3"))).Header(KmsKeyId).ShouldBe("alias/aws/s3");
        (await bucket.GetAsync("managed")).Body.ShouldBe(bytes);
        (await bucket.PutAsync("again", bytes, (Sse, "aws:kms"))).Header("ETag").ShouldBe(byDefault.Header("ETag"), "a client's second attempt gets the first answer");
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=65519-65520", 65_519, 2)]
    [InlineData("bytes=65520-131039", 65_520, 65_520)]
    [InlineData("bytes=131040-", 131_040, 68_960)]
    [InlineData("bytes=-1", 199_999, 1)]
    public async Task Ranges_are_those_of_the_plain_bytes(string range, int offset, int length)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(200_000);
        await bucket.PutAsync("key", bytes, EncryptionParts.Customer(1));
        var got = await bucket.GetAsync("key", [("Range", range), .. EncryptionParts.Customer(1)]);
        got.Status.ShouldBe(206);
        got.Header("Content-Range").ShouldBe($"bytes {offset}-{offset + length - 1}/200000");
        got.Body.ShouldBe(bytes.AsSpan(offset, length).ToArray());
        ShouldSayCustomerKey(got);
    }

    [Fact]
    public async Task Checksums_are_of_the_plain_bytes()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(70_000);
        var checksum = TestBucket.Checksum(BleepStore.Api.Checksums.ChecksumAlgorithm.Crc32C, bytes);
        (await bucket.PutAsync("key", bytes, [("x-amz-checksum-crc32c", checksum), .. EncryptionParts.Customer(1)])).Status.ShouldBe(200);
        (await bucket.GetAsync("key", [("x-amz-checksum-mode", "ENABLED"), .. EncryptionParts.Customer(1)])).Header("x-amz-checksum-crc32c").ShouldBe(checksum);
        (await bucket.PutAsync("bad", bytes, [("x-amz-checksum-crc32c", "AAAAAA=="), (Sse, "AES256")])).ErrorCode.ShouldBe("BadDigest");
        (await bucket.HeadAsync("bad")).Status.ShouldBe(404);
    }

    // What is not a value of its own: K a key, M its MD5, S a key of 16 bytes, N its MD5, - not sent.
    [Theory]
    [InlineData("-", "K", "M", "InvalidArgument", "must provide a valid encryption algorithm")]
    [InlineData("-", "-", "M", "InvalidArgument", "must provide a valid encryption algorithm")]
    [InlineData("AES512", "K", "M", "InvalidEncryptionAlgorithmError", "Supported value: AES256")]
    [InlineData("aes256", "K", "M", "InvalidEncryptionAlgorithmError", "Supported value: AES256")]
    [InlineData("", "K", "M", "InvalidEncryptionAlgorithmError", "Supported value: AES256")]
    [InlineData("AES256", "-", "-", "InvalidArgument", "must provide an appropriate secret key")]
    [InlineData("AES256", "-", "M", "InvalidArgument", "must provide an appropriate secret key")]
    [InlineData("AES256", "K", "-", "InvalidArgument", "must provide the client calculated MD5")]
    [InlineData("AES256", "K", "N", "InvalidArgument", "did not match the hash")]
    [InlineData("AES256", "K", "not base64", "InvalidArgument", "did not match the hash")]
    [InlineData("AES256", "K", "", "InvalidArgument", "did not match the hash")]
    [InlineData("AES256", "S", "N", "InvalidArgument", "invalid for the specified algorithm")]
    [InlineData("AES256", "S", "M", "InvalidArgument", "did not match the hash")]
    [InlineData("AES256", "not base64", "M", "InvalidArgument", "invalid for the specified algorithm")]
    [InlineData("AES256", "", "M", "InvalidArgument", "did not match the hash")]
    public async Task A_customers_key_that_is_not_whole_and_right_is_refused_everywhere(string algorithm, string key, string md5, string code, string message)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("there", "Hello", EncryptionParts.Customer(1));
        await bucket.PutAsync("plain", "Hello");
        var shortKey = EncryptionParts.Key(1)[..16];
        (string, string)[] headers =
        [
            .. new[] { (Algorithm, algorithm), (Key, key), (KeyMd5, md5) }.Where(header => header.Item2 != "-").Select(header => (header.Item1, header.Item2 switch
            {
                "K" => Convert.ToBase64String(EncryptionParts.Key(1)),
                "M" => EncryptionParts.Md5Of(1),
                "S" => Convert.ToBase64String(shortKey),
                "N" => Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(shortKey)),
                var other => other,
            })),
        ];
        foreach (var response in new[]
        {
            await bucket.PutAsync("key", "Hello", headers), await bucket.GetAsync("there", headers), await bucket.GetAsync("plain", headers),
            await bucket.CopyAsync("plain", "key", headers), await bucket.SendAsync("POST", "key", "uploads", null, headers),
            await bucket.CopyAsync("there", "key", [.. headers.Select(header => (header.Item1.Replace("x-amz-", "x-amz-copy-source-", StringComparison.Ordinal), header.Item2))]),
        })
        {
            ShouldBeRefused(response, 400, code, message);
            response.Element("ArgumentName").ShouldBe(Sse);
            response.Text.ShouldNotContain(Convert.ToBase64String(EncryptionParts.Key(1)), Case.Insensitive, "a key is never repeated");
        }

        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData(Sse, "AES128", 400, "InvalidArgument", "encryption method specified is not supported")]
    [InlineData(Sse, "aes256", 400, "InvalidArgument", "encryption method specified is not supported")]
    [InlineData(Sse, "", 400, "InvalidArgument", "encryption method specified is not supported")]
    [InlineData(Sse, "aws:fsx", 400, "InvalidArgument", "encryption method specified is not supported")]
    [InlineData(Sse, "aws:kms:dsse", 501, "NotImplemented", "not implemented")]
    [InlineData(KmsKeyId, EncryptionParts.FirstKmsKey, 400, "InvalidArgument", "requires HTTP header x-amz-server-side-encryption : aws:kms")]
    [InlineData(Context, "e30=", 400, "InvalidArgument", "requires HTTP header x-amz-server-side-encryption : aws:kms")]
    [InlineData(Sse + "-bucket-key-enabled", "maybe", 400, "InvalidArgument", "true or false")]
    public async Task A_header_that_cannot_be_honoured_is_refused(string name, string value, int status, string code, string message)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        ShouldBeRefused(await bucket.PutAsync("key", "Hello", (name, value)), status, code, message);
        ShouldBeRefused(await bucket.SendAsync("POST", "key", "uploads", null, (name, value)), status, code, message);
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("unknown", "Invalid keyId 'unknown'")]
    [InlineData("1234abcd-12ab-34cd-56ef-000000000000", "Key '1234abcd-12ab-34cd-56ef-000000000000' does not exist")]
    [InlineData("arn:aws:kms:us-east-1:123456789012:key/unknown", "does not exist")]
    [InlineData("", "Invalid keyId")]
    public async Task An_unknown_key_of_the_ring_is_not_found(string id, string message)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        ShouldBeRefused(await bucket.PutAsync("key", "Hello", (Sse, "aws:kms"), (KmsKeyId, id)), 400, "KMS.NotFoundException", message);
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("not base64")]
    [InlineData("bm8ganNvbg==")]
    [InlineData("W10=")]
    [InlineData("bnVsbA==")]
    [InlineData("eyJhIjoxfQ==")]
    [InlineData("eyJhIjpudWxsfQ==")]
    [InlineData("eyJhIjoiYiIsImEiOiJjIn0=")]
    [InlineData("e3 0=")]
    [InlineData("")]
    public async Task An_encryption_context_must_be_a_map_of_texts(string context)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        ShouldBeRefused(
            await bucket.PutAsync("key", "Hello", (Sse, "aws:kms"), (Context, context)), 400, "InvalidArgument", "represents a string-string map");
    }

    [Fact]
    public async Task A_context_in_a_presigned_URL_cannot_break_the_head_of_the_answer()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        foreach (var (context, status) in new[] { ("e30%3D", 200), ("e30%3D%0AX-Injected%3A%201", 400), ("e%0A30%3D", 400) })
        {
            var request = bucket.Request("PUT", "key", $"{Sse}=aws%3Akms&{Context}={context}");
            TestBucket.Signer().Presign(request, TimeProvider.System.GetUtcNow());
            var put = await bucket.SendAsItIsAsync(request);
            put.Status.ShouldBe(status, put.Text);
            put.Header("X-Injected").ShouldBeNull();
            put.Header(Context).ShouldBe(status == 200 ? "e30=" : null);
        }
    }

    [Fact]
    public async Task Two_kinds_of_encryption_at_once_are_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        foreach (var kind in new[] { "AES256", "aws:kms" })
        {
            var put = await bucket.PutAsync("key", "Hello", [(Sse, kind), .. EncryptionParts.Customer(1)]);
            ShouldBeRefused(put, 400, "InvalidArgument", "incompatible with the encryption method specified");
            put.Element("ArgumentValue").ShouldBe(kind);
        }

        ShouldBeRefused(
            await bucket.PutAsync("key", "Hello", [(Sse, "AES256"), (KmsKeyId, EncryptionParts.FirstKmsKey)]), 400, "InvalidArgument", "requires HTTP header");
    }

    [Theory]
    [InlineData(Sse, "AES256")]
    [InlineData(Sse, "aws:kms")]
    [InlineData(KmsKeyId, EncryptionParts.FirstKmsKey)]
    public async Task A_read_cannot_choose_the_encryption(string name, string value)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello", (Sse, "AES256"));
        ShouldBeRefused(await bucket.GetAsync("key", (name, value)), 400, "InvalidArgument", "not supported for this operation");
        (await bucket.HeadAsync("key", (name, value))).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_condition_needs_the_key_too_and_is_of_the_stored_tag()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var tag = (await bucket.PutAsync("key", "Hello", EncryptionParts.Customer(1))).Header("ETag")!;
        (await bucket.GetAsync("key", [("If-None-Match", tag), .. EncryptionParts.Customer(1)])).Status.ShouldBe(304);
        (await bucket.GetAsync("key", ("If-None-Match", tag))).Status.ShouldBe(400);
        (await bucket.PutAsync("key", "World", [("If-Match", tag), (Sse, "AES256")])).Status.ShouldBe(200);
        (await bucket.GetAsync("key")).Text.ShouldBe("World");
    }

    private static void ShouldSayCustomerKey(RawResponse response)
    {
        response.Header(Algorithm).ShouldBe("AES256");
        response.Header(KeyMd5).ShouldBe(EncryptionParts.Md5Of(1));
        response.Header(Sse).ShouldBeNull();
    }

    internal static void ShouldBeRefused(RawResponse response, int status, string code, string message)
    {
        response.Status.ShouldBe(status, response.Text);
        response.ErrorCode.ShouldBe(code);
        response.Element("Message")!.ShouldContain(message, Case.Insensitive);
    }
}

/// <summary>Over engines that forget.</summary>
public sealed class MemoryEncryptedObjectTests(MemoryApiHost fixture) : EncryptedObjectTests(fixture), IClassFixture<MemoryApiHost>;

/// <summary>Over SQLite and local files.</summary>
public sealed class DurableEncryptedObjectTests(DurableApiHost fixture) : EncryptedObjectTests(fixture), IClassFixture<DurableApiHost>;
