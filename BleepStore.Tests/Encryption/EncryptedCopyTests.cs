using System.Text;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Encryption;

/// <summary>CopyObject, multipart uploads, forms and bucket defaults between all kinds of encryption.</summary>
public abstract class EncryptedCopyTests(ApiHost fixture)
{
    private const string Sse = "x-amz-server-side-encryption";
    private const int MinPart = 5 << 20;

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var source in new[] { "plain", "s3", "kms", "customer" })
            {
                foreach (var target in new[] { "plain", "s3", "kms", "customer" })
                {
                    pairs.Add(source, target);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Bytes_are_copied_from_any_kind_of_encryption_to_any_other(string from, string to)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        foreach (var length in new[] { 10, 70_000, 300_000 })
        {
            var bytes = TestBucket.Bytes(length);
            (await bucket.PutAsync("source", bytes, Headers(from))).Status.ShouldBe(200);
            var copied = await bucket.CopyAsync("source", "copy", [.. SourceHeaders(from), .. Headers(to, seed: 2)]);
            copied.Status.ShouldBe(200, copied.Text);
            var got = await bucket.GetAsync("copy", to == "customer" ? EncryptionParts.Customer(2) : []);
            got.Body.ShouldBe(bytes);
            copied.Element("ETag").ShouldBe(got.Header("ETag"));
            (got.Header("ETag") == $"\"{TestBucket.Md5(bytes)}\"").ShouldBe(to is "plain" or "s3");
            foreach (var response in new[] { copied, got })
            {
                // What was encrypted is not laid down in plain because nobody said anything.
                response.Header(Sse).ShouldBe(to switch { "customer" => null, "kms" => "aws:kms", "s3" => "AES256", _ => from == "plain" ? null : "AES256" });
                response.Header(Sse + "-customer-algorithm").ShouldBe(to == "customer" ? "AES256" : null);
            }
        }
    }

    [Fact]
    public async Task The_key_of_a_source_is_demanded_checked_and_fits_no_other_source()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("source", "Hello", EncryptionParts.Customer(1));
        await bucket.PutAsync("plain", "Hello");
        await bucket.PutAsync("s3", "Hello", (Sse, "AES256"));
        EncryptedObjectTests.ShouldBeRefused(await bucket.CopyAsync("source", "copy"), 400, "InvalidRequest", "The correct parameters must be provided");
        EncryptedObjectTests.ShouldBeRefused(await bucket.CopyAsync("source", "copy", EncryptionParts.Source(2)), 403, "AccessDenied", "correct secret key");
        EncryptedObjectTests.ShouldBeRefused(await bucket.CopyAsync("source", "copy", EncryptionParts.Customer(1)), 400, "InvalidRequest", "The correct parameters must be provided");
        EncryptedObjectTests.ShouldBeRefused(await bucket.CopyAsync("plain", "copy", EncryptionParts.Source(1)), 400, "InvalidRequest", "not applicable");
        EncryptedObjectTests.ShouldBeRefused(await bucket.CopyAsync("s3", "copy", EncryptionParts.Source(1)), 400, "InvalidRequest", "not applicable");
        (await bucket.HeadAsync("copy")).Status.ShouldBe(404);
        (await bucket.CopyAsync("source", "copy", [.. EncryptionParts.Source(1), .. EncryptionParts.Customer(2)])).Status.ShouldBe(200);
        (await bucket.GetAsync("copy", EncryptionParts.Customer(2))).Text.ShouldBe("Hello");
        (await bucket.GetAsync("source", EncryptionParts.Customer(1))).Text.ShouldBe("Hello");
    }

    [Fact]
    public async Task A_copy_onto_itself_may_change_the_encryption_and_nothing_else()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello", ("x-amz-meta-a", "1"));
        (await bucket.CopyAsync("key", "key")).ErrorCode.ShouldBe("InvalidRequest");
        (await bucket.CopyAsync("key", "key", (Sse, "AES256"))).Header(Sse).ShouldBe("AES256");
        (await bucket.CopyAsync("key", "key", EncryptionParts.Customer(1))).Status.ShouldBe(200);
        (await bucket.CopyAsync("key", "key", [.. EncryptionParts.Source(1), .. EncryptionParts.Customer(2)])).Status.ShouldBe(200);
        var got = await bucket.GetAsync("key", EncryptionParts.Customer(2));
        got.Text.ShouldBe("Hello");
        got.Header("x-amz-meta-a").ShouldBe("1");
        (await bucket.GetAsync("key", EncryptionParts.Customer(1))).Status.ShouldBe(403);
        await bucket.PutAsync("kms", "Hello", Headers("kms"));
        var bare = await bucket.CopyAsync("kms", "kms");
        bare.Status.ShouldBe(200, "who says nothing asks for the encryption of the bucket, which the source has not");
        bare.Header(Sse).ShouldNotBe("aws:kms");
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("kms")]
    [InlineData("customer")]
    public async Task An_upload_in_parts_is_encrypted_as_it_was_opened(string kind)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (string, string)[] key = kind == "customer" ? EncryptionParts.Customer(1) : [];
        var source = TestBucket.Bytes(200_000, 9);
        await bucket.PutAsync("source", source, EncryptionParts.Customer(5));
        var created = await bucket.SendAsync("POST", "key", "uploads", null, Headers(kind));
        var upload = created.Element("UploadId")!;
        var first = TestBucket.Bytes(MinPart, 1);
        var part = await bucket.PutPartAsync("key", upload, 1, first, key);
        var copied = await bucket.SendAsync(
            "PUT", "key", $"partNumber=2&uploadId={upload}", null,
            [("x-amz-copy-source", $"/{bucket.Name}/source"), ("x-amz-copy-source-range", "bytes=100-150099"), .. EncryptionParts.Source(5), .. key]);
        copied.Status.ShouldBe(200, copied.Text);
        var small = await bucket.PutPartAsync("key", upload, 3, "end"u8.ToArray(), key);
        (await bucket.SendAsync("GET", "key", $"uploadId={upload}", null)).Elements("PartNumber").ShouldBe(["1", "2", "3"], "to list parts needs no key");
        var completed = await bucket.CompleteAsync("key", upload, TestBucket.PartList(
            (1, part.Header("ETag")!.Trim('"')), (2, copied.Element("ETag")!.Trim('"'))));
        completed.Status.ShouldBe(200, completed.Text);

        byte[] whole = [.. first, .. source.AsSpan(100, 150_000)];
        var got = await bucket.GetAsync("key", key);
        got.Body.ShouldBe(whole);
        got.Header("ETag").ShouldBe(completed.Element("ETag"));
        got.Header("ETag")!.ShouldEndWith("-2\"");
        (part.Header("ETag") == $"\"{TestBucket.Md5(first)}\"").ShouldBe(kind == "s3");
        foreach (var response in new[] { created, part, copied, small, got })
        {
            response.Header(Sse).ShouldBe(kind switch { "s3" => "AES256", "kms" => "aws:kms", _ => null });
            response.Header(Sse + "-customer-key-MD5").ShouldBe(kind == "customer" ? EncryptionParts.Md5Of(1) : null);
        }

        completed.Header(Sse).ShouldBe(kind switch { "s3" => "AES256", "kms" => "aws:kms", _ => null });
        var range = await bucket.GetAsync("key", [("Range", $"bytes={MinPart - 10}-{MinPart + 70_000}"), .. key]);
        range.Body.ShouldBe(whole.AsSpan(MinPart - 10, 70_011).ToArray());
        (await bucket.SendAsync("GET", "key", "partNumber=2", null, key)).Body.ShouldBe(whole.AsSpan(MinPart).ToArray());
        if (kind == "customer")
        {
            (await bucket.GetAsync("key")).Status.ShouldBe(400);
            (await bucket.GetAsync("key", EncryptionParts.Customer(2))).Status.ShouldBe(403);
        }
    }

    [Fact]
    public async Task Every_part_of_an_upload_has_to_bring_its_key_and_no_other()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("source", "Hello");
        var secret = await bucket.CreateUploadAsync("secret", EncryptionParts.Customer(1));
        var plain = await bucket.CreateUploadAsync("plain");
        var managed = await bucket.CreateUploadAsync("managed", (Sse, "AES256"));
        const string missing = "Subsequent part requests must include the appropriate encryption parameters";
        EncryptedObjectTests.ShouldBeRefused(await bucket.PutPartAsync("secret", secret, 1, "x"u8.ToArray()), 400, "InvalidRequest", missing);
        EncryptedObjectTests.ShouldBeRefused(
            await bucket.PutPartAsync("secret", secret, 1, "x"u8.ToArray(), EncryptionParts.Customer(2)), 400, "InvalidRequest", "did not match the ones used originally");
        EncryptedObjectTests.ShouldBeRefused(await bucket.PutPartAsync("plain", plain, 1, "x"u8.ToArray(), EncryptionParts.Customer(1)), 400, "InvalidRequest", missing);
        EncryptedObjectTests.ShouldBeRefused(await bucket.PutPartAsync("managed", managed, 1, "x"u8.ToArray(), EncryptionParts.Customer(1)), 400, "InvalidRequest", missing);
        EncryptedObjectTests.ShouldBeRefused(
            await bucket.PutPartAsync("managed", managed, 1, "x"u8.ToArray(), (Sse, "AES256")), 400, "InvalidArgument", "not supported for this operation");
        EncryptedObjectTests.ShouldBeRefused(
            await bucket.SendAsync("PUT", "secret", $"partNumber=1&uploadId={secret}", null, ("x-amz-copy-source", $"/{bucket.Name}/source")), 400, "InvalidRequest", missing);
        (await bucket.SendAsync("GET", "secret", $"uploadId={secret}", null)).Elements("PartNumber").ShouldBeEmpty();

        var part = await bucket.PutPartAsync("secret", secret, 1, "x"u8.ToArray(), EncryptionParts.Customer(1));
        var list = TestBucket.PartList((1, part.Header("ETag")!.Trim('"')));
        EncryptedObjectTests.ShouldBeRefused(await bucket.CompleteAsync("secret", secret, list, EncryptionParts.Customer(2)), 400, "InvalidRequest", "did not match");
        (await bucket.CompleteAsync("secret", secret, list, EncryptionParts.Customer(1))).Status.ShouldBe(200);
        (await bucket.GetAsync("secret", EncryptionParts.Customer(1))).Text.ShouldBe("x");
    }

    [Theory]
    [InlineData("<SSEAlgorithm>AES256</SSEAlgorithm>", "AES256", null)]
    [InlineData("<SSEAlgorithm>aws:kms</SSEAlgorithm>", "aws:kms", EncryptionParts.FirstKmsKey)]
    [InlineData("<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>" + EncryptionParts.SecondKmsKey + "</KMSMasterKeyID>", "aws:kms", EncryptionParts.SecondKmsKey)]
    public async Task What_says_nothing_is_encrypted_as_its_bucket_says(string rule, string kind, string? keyId)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("before", "Hello");
        await SetDefaultAsync(bucket, rule);
        var put = await bucket.PutAsync("key", "Hello");
        var copied = await bucket.CopyAsync("before", "copy");
        var created = await bucket.SendAsync("POST", "parts", "uploads", null);
        foreach (var response in new[] { put, copied, created, await bucket.GetAsync("key"), await bucket.HeadAsync("copy") })
        {
            response.Header(Sse).ShouldBe(kind);
            response.Header(Sse + "-aws-kms-key-id").ShouldBe(keyId);
        }

        (await bucket.GetAsync("before")).Header(Sse).ShouldBeNull("what was there stays as it is");
        (await bucket.PutAsync("own", "Hello", EncryptionParts.Customer(1))).Header(Sse).ShouldBeNull("a request's own wish goes before");
        (await bucket.PutAsync("own", "Hello", (Sse, "AES256"))).Header(Sse).ShouldBe("AES256");
    }

    [Fact]
    public async Task A_default_key_that_does_not_exist_is_an_error_to_writes_and_nothing_is_stored()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await SetDefaultAsync(bucket, "<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>gone</KMSMasterKeyID>");
        EncryptedObjectTests.ShouldBeRefused(await bucket.PutAsync("key", "Hello"), 400, "KMS.NotFoundException", "Invalid keyId 'gone'");
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_form_says_how_its_file_is_encrypted()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var customer = new TestForm().With("key", "customer");
        foreach (var (name, value) in EncryptionParts.Customer(1))
        {
            customer.With(name, value);
        }

        var answer = await PostObjectTests.PostAsync(bucket, PostObjectTests.Signed(
            bucket, customer.WithFile("Hello"), """["starts-with", "$key", ""], ["starts-with", "$x-amz-server-side-encryption-customer-algorithm", ""]""",
            """["starts-with", "$x-amz-server-side-encryption-customer-key", ""], ["starts-with", "$x-amz-server-side-encryption-customer-key-md5", ""]"""));
        answer.Status.ShouldBe(204, answer.Text);
        answer.Header(Sse + "-customer-key-MD5").ShouldBe(EncryptionParts.Md5Of(1));
        (await bucket.GetAsync("customer", EncryptionParts.Customer(1))).Text.ShouldBe("Hello");
        (await bucket.GetAsync("customer")).Status.ShouldBe(400);

        var large = new string('x', 300_000);
        var managed = await PostObjectTests.PostAsync(bucket, PostObjectTests.Signed(
            bucket, new TestForm().With("key", "kms").With(Sse, "aws:kms").WithFile(large),
            """["starts-with", "$key", ""], {"x-amz-server-side-encryption": "aws:kms"}"""));
        managed.Status.ShouldBe(204, managed.Text);
        managed.Header(Sse).ShouldBe("aws:kms");
        (await bucket.GetAsync("kms")).Text.ShouldBe(large);
    }

    [Fact]
    public async Task Attributes_of_an_object_are_told_to_the_holder_of_its_key()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello", EncryptionParts.Customer(1));
        (string, string) wanted = ("x-amz-object-attributes", "ObjectSize");
        (await bucket.SendAsync("GET", "key", "attributes", null, [wanted, .. EncryptionParts.Customer(1)])).Element("ObjectSize").ShouldBe("5");
        (await bucket.SendAsync("GET", "key", "attributes", null, wanted)).Status.ShouldBe(400);
        (await bucket.SendAsync("GET", "key", "attributes", null, [wanted, .. EncryptionParts.Customer(2)])).Status.ShouldBe(403);
    }

    private static (string Name, string Value)[] Headers(string kind, byte seed = 1) => kind switch
    {
        "s3" => [(Sse, "AES256")],
        "kms" => [(Sse, "aws:kms")],
        "customer" => EncryptionParts.Customer(seed),
        _ => [],
    };

    private static (string Name, string Value)[] SourceHeaders(string kind) => kind == "customer" ? EncryptionParts.Source(1) : [];

    private static async Task SetDefaultAsync(TestBucket bucket, string rule)
    {
        var document = $"<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>{rule}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
        (await bucket.SendAsync("PUT", null, "encryption", Encoding.UTF8.GetBytes(document))).Status.ShouldBe(200);
    }
}

/// <summary>Over engines that forget.</summary>
public sealed class MemoryEncryptedCopyTests(MemoryApiHost fixture) : EncryptedCopyTests(fixture), IClassFixture<MemoryApiHost>;

/// <summary>Over SQLite and local files.</summary>
public sealed class DurableEncryptedCopyTests(DurableApiHost fixture) : EncryptedCopyTests(fixture), IClassFixture<DurableApiHost>;
