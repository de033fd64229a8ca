using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>The examples that AWS publishes for Signature Version 4, against the verifier and against our own signer.</summary>
public sealed class AwsExampleTests
{
    private const string BucketHost = "examplebucket.s3.amazonaws.com";
    private readonly VerifierFixture _fixture = new();

    [Fact]
    public async Task The_published_get_of_an_object_verifies()
    {
        var request = Example("GET", "/test.txt").With("Range", "bytes=0-9");
        await VerifiesAsync(request, "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    [Fact]
    public async Task The_published_put_of_an_object_verifies_and_its_payload_hash_is_the_mode()
    {
        const string hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        var request = Example("PUT", "/test$file.text", hash).WithBody("Welcome to Amazon S3.")
            .With("Date", "Fri, 24 May 2013 00:00:00 GMT").With("x-amz-storage-class", "REDUCED_REDUNDANCY");
        var verified = await VerifiesAsync(request, "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
        var payload = verified.Payload.ShouldBeOfType<PayloadMode.SignedHash>();
        Convert.ToHexStringLower(payload.Sha256.Span).ShouldBe(hash);
    }

    [Fact]
    public async Task The_published_get_of_a_lifecycle_verifies()
        => await VerifiesAsync(Example("GET", "/?lifecycle"), "host;x-amz-content-sha256;x-amz-date",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");

    [Fact]
    public async Task The_published_list_of_a_bucket_verifies()
        => await VerifiesAsync(Example("GET", "/?max-keys=2&prefix=J"), "host;x-amz-content-sha256;x-amz-date",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");

    [Fact]
    public async Task The_published_presigned_url_verifies()
    {
        const string signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        var request = new TestRequest("GET", "/test.txt", BucketHost) { HostBucket = "examplebucket" };
        _fixture.Signer.Presign(request, VerifierFixture.Now, "86400").ShouldBe(signature);

        var published = new TestRequest("GET", "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
            + $"&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}", BucketHost);
        published.HostBucket = "examplebucket";
        var verified = await _fixture.VerifyAsync(published);
        verified.IsPresigned.ShouldBeTrue();
        verified.IsSigned.ShouldBeTrue();
        verified.Payload.ShouldBeOfType<PayloadMode.Unsigned>();
    }

    [Fact]
    public async Task The_published_chunked_upload_verifies_chunk_by_chunk()
    {
        var verified = await VerifiesAsync(Chunked(TestSigner.Streaming),
            "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
        var payload = verified.Payload.ShouldBeOfType<PayloadMode.StreamingSigned>();
        payload.HasTrailer.ShouldBeFalse();
        payload.Signatures.VerifyChunk(Sha256Of(65536), "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648").ShouldBeTrue();
        payload.Signatures.VerifyChunk(Sha256Of(1024), "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497").ShouldBeTrue();
        payload.Signatures.VerifyChunk(Sha256Of(0), "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9").ShouldBeTrue();
    }

    [Fact]
    public async Task The_published_chunked_upload_with_a_trailer_verifies_to_the_trailer()
    {
        var request = Chunked(TestSigner.StreamingTrailer).With("x-amz-trailer", "x-amz-checksum-crc32c");
        var verified = await VerifiesAsync(request,
            "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
            "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
        var payload = verified.Payload.ShouldBeOfType<PayloadMode.StreamingSigned>();
        payload.HasTrailer.ShouldBeTrue();
        payload.Signatures.VerifyChunk(Sha256Of(65536), "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2").ShouldBeTrue();
        payload.Signatures.VerifyChunk(Sha256Of(1024), "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7").ShouldBeTrue();
        payload.Signatures.VerifyChunk(Sha256Of(0), "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992").ShouldBeTrue();
        payload.Signatures.VerifyTrailer(Convert.FromHexString(TestSigner.HexSha256("x-amz-checksum-crc32c:sOO8/Q==\n"u8.ToArray())),
            "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435").ShouldBeTrue();
    }

    [Fact]
    public void Our_signer_encodes_the_published_chunked_body()
    {
        var data = Encoding.ASCII.GetBytes(new string('a', 66560));
        var body = Encoding.ASCII.GetString(_fixture.Signer.SignedChunks(data, 65536, VerifierFixture.Now,
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"));
        body.Length.ShouldBe(66824);
        body.ShouldStartWith("10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n");
        body.ShouldEndWith("0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n");

        var trailed = Encoding.ASCII.GetString(_fixture.Signer.SignedChunks(data, 65536, VerifierFixture.Now,
            "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e", ("x-amz-checksum-crc32c", "sOO8/Q==")));
        trailed.ShouldEndWith("0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
            + "x-amz-checksum-crc32c:sOO8/Q==\r\n"
            + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n");
    }

    [Fact]
    public async Task The_published_post_policy_signature_verifies()
    {
        _fixture.Clock.Set(new DateTimeOffset(2015, 12, 29, 0, 0, 0, TimeSpan.Zero));
        const string policy =
            "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaW"
            + "d2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJs"
            + "aWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3"
            + "MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQog"
            + "ICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQU"
            + "VTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAi"
            + "QUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIj"
            + "ogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
        var signer = await _fixture.VerifySignerAsync(new TestRequest("POST", "/sigv4examplebucket"), new FormSignature
        {
            Policy = policy,
            Algorithm = "AWS4-HMAC-SHA256",
            Credential = "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request",
            Date = "20151229T000000Z",
            Signature = "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e",
        });
        signer.ShouldBeOfType<Caller.Account>().AccessKey.ShouldBe(VerifierFixture.AccessKey);
    }

    private static TestRequest Example(string method, string target, string hash = TestSigner.EmptyHash)
        => new TestRequest(method, target, BucketHost) { HostBucket = "examplebucket" }
            .With("x-amz-date", "20130524T000000Z").With("x-amz-content-sha256", hash);

    private static TestRequest Chunked(string payload) => new TestRequest("PUT", "/examplebucket/chunkObject.txt", "s3.amazonaws.com")
        .With("x-amz-date", "20130524T000000Z").With("x-amz-storage-class", "REDUCED_REDUNDANCY").With("x-amz-content-sha256", payload)
        .With("Content-Encoding", "aws-chunked").With("x-amz-decoded-content-length", "66560").With("Content-Length", "66824");

    private static byte[] Sha256Of(int count)
        => Convert.FromHexString(TestSigner.HexSha256(Encoding.ASCII.GetBytes(new string('a', count))));

    private async Task<VerifiedRequest> VerifiesAsync(TestRequest request, string signedHeaders, string signature)
    {
        _fixture.Signer.SignHeaderWith(request, VerifierFixture.Now, signedHeaders).ShouldBe(signature, "our signer must agree with AWS");
        request.Set("Authorization", $"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            + $"SignedHeaders={signedHeaders},Signature={signature}");
        var verified = await _fixture.VerifyAsync(request);
        verified.Caller.ShouldBe(new Caller.Account("111122223333", "alice", VerifierFixture.AccessKey, IsRoot: false));
        return verified;
    }
}
