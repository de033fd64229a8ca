using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>Signed requests with one character changed somewhere: refused in S3's words, nobody's, or still saying what was signed.</summary>
public sealed class MutationTests
{
    private const string Alphabet = "abcXYZ0189%&=+/;:,. \"-_~é?#";
    private readonly VerifierFixture _fixture = new(SignatureV2Mode.All);

    public static TheoryData<string> Kinds => ["header", "presigned", "header of version 2", "presigned of version 2"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_changed_request_has_no_rights_or_says_the_same(string kind)
    {
        const int seed = 20130524;
        var random = new Random(seed);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var refused = 0;
        for (var round = 0; round < 5000; round++)
        {
            var original = Sign(kind);
            var expected = Meaning(await _fixture.VerifyAsync(original));
            var request = Sign(kind);
            Mutate(request, random);
            try
            {
                var verified = await _fixture.VerifyAsync(request);
                if (!verified.IsSigned)
                {
                    // Without its question mark a presigned URL is a long key that nobody signed for.
                    refused++;
                    continue;
                }

                Meaning(verified).ShouldBe(expected, $"round {round}: {request.Target} {request.Header("Authorization")}");
            }
            catch (S3Exception)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(4500);
    }

    private TestRequest Sign(string kind)
    {
        var request = new TestRequest("PUT", "/bucket/some%20key?versionId=v1&partNumber=2").With("x-amz-meta-a", "value")
            .With("Content-Type", "text/plain");
        var old = new TestSignerV2(VerifierFixture.AccessKey, VerifierFixture.Secret);
        switch (kind)
        {
            case "header":
                _fixture.Signer.SignHeader(request, VerifierFixture.Now, TestSigner.UnsignedPayload, "content-type");
                break;
            case "presigned":
                _fixture.Signer.Presign(request, VerifierFixture.Now, alsoSign: ["content-type", "x-amz-meta-a"]);
                break;
            case "header of version 2":
                old.SignHeader(request, VerifierFixture.Now);
                break;
            default:
                old.Presign(request, "1369354000");
                break;
        }

        return request;
    }

    private static void Mutate(TestRequest request, Random random)
    {
        var place = random.Next(request.Headers.Count + 2);
        if (place >= request.Headers.Count)
        {
            request.Target = "/" + Mutate(request.Target[1..], random);
            return;
        }

        var (name, value) = request.Headers[place];
        request.Headers[place] = new(name, Mutate(value, random));
    }

    private static string Mutate(string text, Random random)
    {
        var at = random.Next(text.Length);
        var character = Alphabet[random.Next(Alphabet.Length)].ToString();
        return random.Next(3) switch
        {
            0 => text.Insert(at, character),
            1 => text.Remove(at, 1),
            _ => text.Remove(at, 1).Insert(at, character),
        };
    }

    // Blanks inside a value and the letter case of hex are no part of what is signed.
    private static string Meaning(VerifiedRequest request) => string.Join('\n',
        request.Caller, request.Incoming.Method, request.Bucket, request.Key, request.Query["versionId"], request.Query["partNumber"],
        request.Header("x-amz-meta-a")?.Trim(), request.Header("Content-Type")?.Trim(), request.Payload);
}
