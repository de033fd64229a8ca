using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Digests that are sent, verified, stored and shown; and that whatever does not keep its promise stores nothing.</summary>
public abstract class IntegrityTests(ApiHost fixture)
{
    private static readonly byte[] s_digits = "123456789"u8.ToArray();

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData("CRC32", "y/Q5Jg==")]
    [InlineData("CRC32C", "4waSgw==")]
    [InlineData("CRC64NVME", "rosUhgp5mIg=")]
    [InlineData("SHA1", "98O8HYCOBHMq32eZZczDTKeuNEE=")]
    [InlineData("SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=")]
    public async Task A_checksum_in_a_header_or_a_trailer_is_verified_stored_and_shown_on_demand(string algorithm, string value)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var header = "x-amz-checksum-" + algorithm.ToLowerInvariant();
        await PutAsync("header", request => request.With(header, value).Body = s_digits, TestSigner.UnsignedPayload);
        await PutAsync("hash", request => request.With(header, value).With("x-amz-sdk-checksum-algorithm", algorithm).Body = s_digits, null);
        await PutAsync(
            "trailer",
            request => Trailing(request, header).Body = TestSigner.UnsignedChunks(s_digits, 4, (header, value)),
            TestSigner.StreamingUnsignedTrailer);
        var signed = Trailing(bucket.Request("PUT", "signed"), header);
        var seed = TestBucket.Signer().SignHeader(signed, Now, TestSigner.StreamingTrailer);
        signed.Body = TestBucket.Signer().SignedChunks(s_digits, 4, DateOf(signed), seed, (header, value));
        (await bucket.SendAsItIsAsync(signed)).Status.ShouldBe(200);
        foreach (var key in (string[])["header", "hash", "trailer", "signed"])
        {
            foreach (var shown in (RawResponse[])
                [await bucket.GetAsync(key, ("x-amz-checksum-mode", "ENABLED")), await bucket.HeadAsync(key, ("x-amz-checksum-mode", "enabled"))])
            {
                shown.Header(header).ShouldBe(value, key);
                shown.Header("x-amz-checksum-type").ShouldBe("FULL_OBJECT");
                shown.Header("Content-Encoding").ShouldBeNull();
            }

            (await bucket.GetAsync(key)).Header(header).ShouldBeNull();
            (await bucket.GetAsync(key, ("x-amz-checksum-mode", "ENABLED"), ("Range", "bytes=0-3"))).Header(header).ShouldBeNull();
            (await bucket.GetAsync(key)).Text.ShouldBe("123456789");
        }

        async Task PutAsync(string key, Action<TestRequest> prepare, string? payload)
        {
            var request = bucket.Request("PUT", key);
            prepare(request);
            var response = await bucket.SendAsync(request, payloadHash: payload);
            response.Status.ShouldBe(200, response.Text);
            response.Header(header).ShouldBe(value);
            response.Header("x-amz-checksum-type").ShouldBe("FULL_OBJECT");
        }
    }

    [Fact]
    public async Task An_object_without_a_checksum_gets_one_of_ours()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutAsync("key", s_digits)).Header("x-amz-checksum-crc64nvme").ShouldBe("rosUhgp5mIg=");
        var head = await bucket.HeadAsync("key", ("x-amz-checksum-mode", "ENABLED"));
        head.Header("x-amz-checksum-crc64nvme").ShouldBe("rosUhgp5mIg=");
        head.Header("x-amz-checksum-type").ShouldBe("FULL_OBJECT");
        (await bucket.PutAsync("empty", "")).Header("x-amz-checksum-crc64nvme").ShouldBe("AAAAAAAAAAA=");
    }

    [Fact]
    public async Task Content_MD5_is_verified()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutAsync("key", s_digits, ("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw=="))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("md5", 400, "BadDigest")]
    [InlineData("md5-form", 400, "InvalidDigest")]
    [InlineData("payload-hash", 400, "XAmzContentSHA256Mismatch")]
    [InlineData("checksum", 400, "BadDigest")]
    [InlineData("checksum-form", 400, "InvalidRequest")]
    [InlineData("checksum-twice", 400, "InvalidRequest")]
    [InlineData("checksum-unknown", 501, "NotImplemented")]
    [InlineData("checksum-nonsense", 400, "InvalidRequest")]
    [InlineData("announced-not-sent", 400, "InvalidRequest")]
    [InlineData("trailer", 400, "BadDigest")]
    [InlineData("trailer-missing", 400, "MalformedTrailerError")]
    [InlineData("chunk-signature", 403, "SignatureDoesNotMatch")]
    [InlineData("decoded-length-more", 400, "IncompleteBody")]
    [InlineData("decoded-length-less", 400, "IncompleteBody")]
    [InlineData("no-length", 411, "MissingContentLength")]
    [InlineData("cut", 0, "")]
    [InlineData("too-large", 400, "EntityTooLarge")]
    [InlineData("bad-tags", 400, "InvalidTag")]
    [InlineData("bad-signature", 403, "SignatureDoesNotMatch")]
    public async Task A_body_that_breaks_its_promise_stores_nothing(string how, int status, string code)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.CollectAsync();
        var blobs = await bucket.CountBlobsAsync();
        var token = TestContext.Current.CancellationToken;
        var request = bucket.Request("PUT", "key");
        request.Body = TestBucket.Bytes(200_000);
        var cut = Spoil(request, how);
        using var connection = await RawConnection.OpenAsync(fixture.Host.Endpoint, token);
        var bytes = request.ToBytes();
        await connection.WriteAsync(bytes.AsMemory()[..^cut], token);
        if (how == "cut")
        {
            connection.EndWriting();
        }

        if (status == 0)
        {
            await connection.ReadToEndAsync(token);
        }
        else
        {
            var response = await connection.ReadResponseAsync("PUT", token);
            response.Status.ShouldBe(status, response.Text);
            response.ErrorCode.ShouldBe(code);
        }

        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
        (await bucket.CountBlobsAsync()).ShouldBe(blobs);
    }

    /// <summary>Signs the request so that one promise is broken; returns how many bytes of it must not be sent.</summary>
    private static int Spoil(TestRequest request, string how)
    {
        var signer = TestBucket.Signer();
        var data = request.Body;
        switch (how)
        {
            case "md5": request.With("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw=="); break;
            case "md5-form": request.With("Content-MD5", "JfnnlDI7RTiF9RgfG2JN"); break;
            case "payload-hash": request.With("x-amz-content-sha256", TestSigner.EmptyHash); break;
            case "checksum": request.With("x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSGiiU="); break;
            case "checksum-form": request.With("x-amz-checksum-crc32", "y/Q5J"); break;
            case "checksum-twice": request.With("x-amz-checksum-crc32", "y/Q5Jg==").With("x-amz-checksum-crc32c", "4waSgw=="); break;
            case "checksum-unknown": request.With("x-amz-checksum-xxhash64", "AAAAAAAAAAA="); break;
            case "checksum-nonsense": request.With("x-amz-checksum-crc16", "AAA="); break;
            case "announced-not-sent": request.With("x-amz-sdk-checksum-algorithm", "CRC32"); break;
            case "bad-tags": request.With("x-amz-tagging", "aws:x=1"); break;
            case "too-large": request.With("Content-Length", "5368709121"); break;
            case "trailer" or "trailer-missing":
                Trailing(request, "x-amz-checksum-crc32").Set("x-amz-decoded-content-length", "200000");
                signer.SignHeader(request, Now, TestSigner.StreamingUnsignedTrailer);
                request.Body = TestSigner.UnsignedChunks(data, 70_000, how == "trailer" ? [("x-amz-checksum-crc32", "y/Q5Jg==")] : []);
                return 0;
            case "chunk-signature" or "decoded-length-more" or "decoded-length-less":
                request.With("x-amz-decoded-content-length", how == "decoded-length-more" ? "200001" : how == "decoded-length-less" ? "199999" : "200000");
                var seed = signer.SignHeader(request, Now, TestSigner.Streaming);
                request.Body = signer.SignedChunks(data, 70_000, DateOf(request), seed);
                if (how == "chunk-signature")
                {
                    request.Body[150_000] ^= 1;
                }

                return 0;
            case "no-length":
                request.With("Transfer-Encoding", "chunked");
                signer.SignHeader(request, Now, TestSigner.UnsignedPayload);
                request.Body = [.. "30d40\r\n"u8, .. data, .. "\r\n0\r\n\r\n"u8];
                return 0;
            case "cut":
                signer.SignHeader(request, Now, TestSigner.UnsignedPayload);
                return 1000;
        }

        signer.SignHeader(request, Now, how == "too-large" ? TestSigner.UnsignedPayload : null);
        if (how == "bad-signature")
        {
            request.Set("Authorization", request.Header("Authorization")![..^1] + (request.Header("Authorization")![^1] == '0' ? '1' : '0'));
        }

        return how == "too-large" ? request.Body.Length : 0;
    }

    private static TestRequest Trailing(TestRequest request, string header) => request
        .With("Content-Encoding", "aws-chunked").With("x-amz-trailer", header).With("x-amz-decoded-content-length", $"{s_digits.Length}");

    private static DateTimeOffset DateOf(TestRequest request) => DateTimeOffset.ParseExact(
        request.Header("x-amz-date")!, "yyyyMMdd'T'HHmmss'Z'", null, System.Globalization.DateTimeStyles.AssumeUniversal);
}

/// <inheritdoc/>
public sealed class MemoryIntegrityTests(MemoryApiHost fixture) : IntegrityTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableIntegrityTests(DurableApiHost fixture) : IntegrityTests(fixture), IClassFixture<DurableApiHost>;
