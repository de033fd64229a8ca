using System.Globalization;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Operations;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>
/// Random requests, valid and broken in every way, made from the definitions: whatever comes, the server answers soon and never with an error of
/// its own. <c>BLEEPSTORE_FUZZ_REQUESTS</c> sets how many, <c>BLEEPSTORE_FUZZ_SEED</c> repeats a run.
/// </summary>
public sealed class RequestFuzzTests(ITestOutputHelper output)
{
    private static readonly string[] Texts =
    [
        "", " ", "a", "null", "0", "-1", "1", "1000", "2147483648", "99999999999999999999", "true", "*", "/", "//", "..", "../..", "%", "%00", "%0D%0A", "%FF", "%C3%BC", "%F0%9F%98%80", "\"\"",
        "id=bob", "uri=x", "private", "public-read", "REPLACE", "COPY", "STANDARD", "GLACIER", "CRC32", "SHA256", "MD4", "COMPOSITE", "FULL_OBJECT", "ENABLED", "bytes=0-1", "bytes=5-1", "bytes=-1",
        "bytes=0-0,1-1", "Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", "a=b&c=d", "a=b&a=c", "aws:x=1", "text/plain", "aws-chunked", "aws-chunked,gzip", "AAAAAA==", "AAAAAAAAAAA=", "=", "url",
        "gr\u00FC\u00DFe", "\t", "\u0001", "x-amz-checksum-crc32", "x-amz-checksum-sha1,x-amz-checksum-crc32", "/fuzz/object", "fuzz/absent", "/fuzz", TestSigner.UnsignedPayload, TestSigner.Streaming,
        TestSigner.StreamingTrailer, TestSigner.StreamingUnsignedTrailer, TestSigner.EmptyHash,
    ];

    private static readonly string[] Parameters =
    [
        "prefix", "delimiter", "marker", "max-keys", "encoding-type", "continuation-token", "start-after", "fetch-owner", "versionId", "partNumber", "uploadId", "max-parts", "part-number-marker",
        "key-marker", "upload-id-marker", "max-uploads", "response-content-type", "response-expires", "X-Amz-Expires", "X-Amz-Credential", "X-Amz-Signature", "AWSAccessKeyId", "Signature", "Expires",
        "acl", "tagging", "uploads", "delete", "policy", "list-type", "x-id", "max-buckets", "x-amz-meta-a", "x-amz-acl", "X-Amz-Content-Sha256", "x-amz-security-token",
    ];

    private static readonly string[] Headers =
    [
        "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Content-MD5", "Content-Type", "Content-Encoding", "x-amz-acl", "x-amz-grant-read", "x-amz-tagging",
        "x-amz-tagging-directive", "x-amz-metadata-directive", "x-amz-copy-source", "x-amz-copy-source-range", "x-amz-copy-source-if-match", "x-amz-checksum-crc32", "x-amz-checksum-sha256",
        "x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode", "x-amz-sdk-checksum-algorithm", "x-amz-trailer", "x-amz-decoded-content-length", "x-amz-content-sha256", "x-amz-date",
        "x-amz-storage-class", "x-amz-meta-a", "x-amz-mp-object-size", "x-amz-expected-bucket-owner", "x-amz-server-side-encryption", "x-amz-website-redirect-location", "Expect", "Origin", "Date",
        "Authorization", "x-amz-mfa", "x-amz-object-lock-mode", "amz-sdk-invocation-id",
    ];

    private static readonly Credential?[] Callers = [S3TestHost.Alice, S3TestHost.Alice, S3TestHost.Alice, S3TestHost.Bob, AttackHost.Powerless, AttackHost.Unknown, null];

    [Fact]
    public async Task Nothing_that_is_sent_makes_the_server_fail()
    {
        var seed = Seeds.Of("BLEEPSTORE_FUZZ_SEED", 20261126);
        var requests = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_FUZZ_REQUESTS") ?? "5000", CultureInfo.InvariantCulture);
        output.WriteLine($"BLEEPSTORE_FUZZ_SEED={seed}");
        var random = new Random(seed);
        await using var attack = new AttackHost();
        await attack.InitializeAsync();
        var samples = await SampleRequests.PrepareAsync(attack, S3TestHost.Alice, "fuzz");
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var count = 0; count < requests; count++)
        {
            if (count % 200 == 199)
            {
                samples = await RestoreAsync(attack, count);
            }

            var (wire, isHttp) = Make(attack, samples, random);

            // The server takes a closed half for a client that went away: only what may never end gets one.
            var answer = await RawClient.SendAsync(attack.Host.Endpoint, wire, AttackHost.Cancellation, halfClose: !isHttp);
            var what = $"seed {seed}, request {count}:\n{Encoding.UTF8.GetString(wire)}\n=> {answer.Status} {answer.Text}";
            if (isHttp)
            {
                answer.Status.ShouldNotBe(0, what);
            }

            // 501: not implemented; 505: the spoiled byte was in the version of HTTP.
            (answer.Status is < 500 or 501 or 505).ShouldBeTrue(what);
            attack.LoggedErrors.ShouldBeEmpty(what);

            // A spoiled request may end early and its rest be a second one: what comes then is not one document.
            var outcome = isHttp ? answer.Outcome : $"{answer.Status} spoiled";
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        output.WriteLine(string.Join('\n', outcomes.Select(pair => $"{pair.Value,7} {pair.Key}")));
        outcomes.Keys.ShouldContain("200");
    }

    private static async Task<SampleRequests> RestoreAsync(AttackHost attack, int count)
    {
        // Whatever the fuzzer has deleted or opened: it goes on with a bucket of its own.
        return await SampleRequests.PrepareAsync(attack, S3TestHost.Alice, string.Create(CultureInfo.InvariantCulture, $"fuzz-{count}"));
    }

    private static (byte[] Wire, bool IsHttp) Make(AttackHost attack, SampleRequests samples, Random random)
    {
        var definition = S3Operations.All[random.Next(S3Operations.All.Length)].Definition;
        var request = samples.Of(attack, definition);
        for (var i = random.Next(4); i > 0; i--)
        {
            Change(request, random);
        }

        var caller = Callers[random.Next(Callers.Length)];
        var now = AttackHost.Now;
        if (caller is not null)
        {
            Sign(request, caller, random, now);
        }

        if (random.Next(10) == 0)
        {
            Change(request, random);
        }

        var wire = request.ToBytes();
        if (random.Next(15) != 0)
        {
            return (wire, IsHttp: request.Headers.All(header => header.Key != "Expect" && !header.Value.Any(char.IsControl)));
        }

        wire[random.Next(wire.Length)] = (byte)random.Next(256);
        return (wire, IsHttp: false);
    }

    private static void Sign(TestRequest request, Credential caller, Random random, DateTimeOffset now)
    {
        var signer = AttackHost.Signer(caller);
        try
        {
            if (random.Next(4) == 0)
            {
                signer.Presign(request, now, alsoSign: [.. request.Headers.Select(header => header.Key.ToLowerInvariant()).Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal)).Distinct()]);
                return;
            }

            var seed = signer.SignHeader(request, now);
            request.Body = request.Header("x-amz-content-sha256") switch
            {
                TestSigner.Streaming => signer.SignedChunks(request.Body, random.Next(1, 40), now, seed),
                TestSigner.StreamingTrailer => signer.SignedChunks(request.Body, random.Next(1, 40), now, seed, ("x-amz-checksum-crc32", "AAAAAA==")),
                TestSigner.StreamingUnsignedTrailer => TestSigner.UnsignedChunks(request.Body, random.Next(1, 40), ("x-amz-checksum-crc32", "AAAAAA==")),
                _ => request.Body,
            };
        }
        catch (FormatException)
        {
            // A date that nothing can be signed with: it goes unsigned.
        }
    }

    private static void Change(TestRequest request, Random random)
    {
        var text = Texts[random.Next(Texts.Length)];
        switch (random.Next(9))
        {
            case 0:
                request.Method = ((string[])["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"])[random.Next(7)];
                break;
            case 1:
                request.WithQuery($"{Parameters[random.Next(Parameters.Length)]}={Uri.EscapeDataString(Uri.UnescapeDataString(text))}");
                break;
            case 2:
                request.WithQuery(Parameters[random.Next(Parameters.Length)]);
                break;
            case 3 or 4:
                request.With(Headers[random.Next(Headers.Length)], text);
                break;
            case 5 when request.Headers.Count > 0:
                request.Headers.RemoveAt(random.Next(request.Headers.Count));
                break;
            case 6 when request.Body.Length > 0:
                request.Body[random.Next(request.Body.Length)] = (byte)random.Next(256);
                break;
            case 7:
                request.Body = request.Body[..random.Next(request.Body.Length + 1)];
                break;
            default:
                request.Target = request.Target.Replace("object", Uri.EscapeDataString(Uri.UnescapeDataString(text)), StringComparison.Ordinal);
                break;
        }
    }
}
