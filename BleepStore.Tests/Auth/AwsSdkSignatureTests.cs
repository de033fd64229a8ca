using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using BleepStore.Api.Auth;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>What the AWS SDK signs, the verifier accepts: the SDK's requests are caught before they reach a network.</summary>
public sealed class AwsSdkSignatureTests : IDisposable
{
    private readonly Capture _capture = new();
    private readonly VerifiedRequest.Verifier _verifier = new(new VerifierFixture(), new AuthOptions(), TimeProvider.System);

    public static TheoryData<string> Keys =>
    [
        "plain", "a b", "a+b", "a%2Fb", "a%b", "ä/€/😀", "dir/", "a//b", "../up", "./here", "a/../b", "!*'();:@&=+$,?#[]", "~-._",
        "a\"<>\\^`{|}",
    ];

    public void Dispose() => _capture.Dispose();

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_get_of_any_key_verifies(string key)
    {
        using var client = Client();
        var verified = await VerifyAsync(token => client.GetObjectAsync(new GetObjectRequest { BucketName = "bucket", Key = key }, token));
        verified.Bucket.ShouldBe("bucket");
        verified.Key.ShouldBe(key);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_presigned_put_of_any_key_verifies_with_its_metadata(string key)
    {
        using var client = Client();
        var request = new GetPreSignedUrlRequest
        {
            BucketName = "bucket",
            Key = key,
            Verb = HttpVerb.PUT,
            Protocol = Protocol.HTTP,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1),
        };
        request.Metadata.Add("colour", "a  b");
        var url = await client.GetPreSignedURLAsync(request);
        var sent = new TestRequest("PUT", url["http://127.0.0.1:9000".Length..]).With("x-amz-meta-colour", "a  b");
        var verified = await _verifier.VerifyAsync(sent.ToIncoming(), TestContext.Current.CancellationToken);
        verified.IsPresigned.ShouldBeTrue();
        verified.Key.ShouldBe(key);
        verified.Header("x-amz-meta-colour").ShouldBe("a  b");
    }

    [Theory]
    [InlineData("prefix with/odd +&=%ä", "/")]
    [InlineData("", "~*'()")]
    public async Task A_list_with_odd_parameters_verifies(string prefix, string delimiter)
    {
        using var client = Client();
        var request = new ListObjectsV2Request { BucketName = "bucket", Prefix = prefix, Delimiter = delimiter, StartAfter = "a\tb" };
        var verified = await VerifyAsync(token => client.ListObjectsV2Async(request, token));
        verified.Query["delimiter"].ShouldBe(delimiter);
    }

    [Fact]
    public async Task A_copy_verifies()
    {
        using var client = Client();
        var verified = await VerifyAsync(token => client.CopyObjectAsync("source", "a b/ä", "bucket", "key", token));
        verified.Header("x-amz-copy-source").ShouldNotBeNull();
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task An_upload_verifies_in_the_form_that_the_sdk_chooses(bool unsigned, bool chunked)
    {
        // The SDK leaves a payload unsigned only under TLS.
        using var client = Client(unsigned ? "https" : "http");
        var data = Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray();
        var request = new PutObjectRequest
        {
            BucketName = "bucket",
            Key = "key",
            InputStream = new MemoryStream(data),
            DisablePayloadSigning = unsigned,
            UseChunkEncoding = chunked,
        };
        request.Metadata.Add("colour", "blue");
        var verified = await VerifyAsync(token => client.PutObjectAsync(request, token));
        verified.IsSigned.ShouldBeTrue();
        verified.Header("x-amz-meta-colour").ShouldBe("blue");
        if (!unsigned && chunked)
        {
            var payload = verified.Payload.ShouldBeOfType<PayloadMode.StreamingSigned>();
            VerifyChunks(payload.Signatures, _capture.Last!.Body).ShouldBe(data.Length);
        }
    }

    // Only the framing that the SDK writes; the server's own reader has its own tests.
    private static int VerifyChunks(ChunkSignatures signatures, ReadOnlySpan<byte> body)
    {
        var total = 0;
        while (true)
        {
            var line = body[..body.IndexOf("\r\n"u8)];
            var size = Convert.ToInt32(System.Text.Encoding.ASCII.GetString(line[..line.IndexOf((byte)';')]), 16);
            var data = body.Slice(line.Length + 2, size);
            var sha256 = System.Security.Cryptography.SHA256.HashData(data);
            signatures.VerifyChunk(sha256, System.Text.Encoding.ASCII.GetString(line[^64..])).ShouldBeTrue();
            total += size;
            if (size == 0)
            {
                return total;
            }

            body = body[(line.Length + 2 + size + 2)..];
        }
    }

    private AmazonS3Client Client(string scheme = "http") => new(
        new BasicAWSCredentials(VerifierFixture.AccessKey, VerifierFixture.Secret),
        new AmazonS3Config
        {
            ServiceURL = $"{scheme}://127.0.0.1:9000",
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
            MaxErrorRetry = 0,
            HttpClientFactory = _capture,
        });

    private async Task<VerifiedRequest> VerifyAsync(Func<CancellationToken, Task> send)
    {
        try
        {
            await send(TestContext.Current.CancellationToken);
        }
        catch (AmazonServiceException)
        {
            // The answer is none that the SDK likes; only its request matters.
        }

        return await _verifier.VerifyAsync(_capture.Last.ShouldNotBeNull().ToIncoming(), TestContext.Current.CancellationToken);
    }

    /// <summary>Catches what the SDK would send.</summary>
    private sealed class Capture : Amazon.Runtime.HttpClientFactory, IDisposable
    {
        private readonly Handler _handler = new();

        public TestRequest? Last => _handler.Last;

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(_handler, disposeHandler: false);

        public void Dispose() => _handler.Dispose();

        private sealed class Handler : HttpMessageHandler
        {
            public TestRequest? Last { get; private set; }

            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                var caught = new TestRequest(request.Method.Method, request.RequestUri!.PathAndQuery);
                foreach (var (name, values) in request.Headers.NonValidated)
                {
                    Add(caught, name, values);
                }

                if (request.Content is not null)
                {
                    caught.Body = await request.Content.ReadAsByteArrayAsync(cancellationToken);
                    foreach (var (name, values) in request.Content.Headers.NonValidated)
                    {
                        Add(caught, name, values);
                    }
                }

                Last = caught;
                return new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("") };
            }

            private static void Add(TestRequest request, string name, IEnumerable<string> values)
            {
                if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                {
                    foreach (var value in values)
                    {
                        request.With(name, value);
                    }
                }
            }
        }
    }
}
