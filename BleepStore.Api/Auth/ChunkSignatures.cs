using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BleepStore.Api.Auth;

/// <summary>
/// The chain of chunk signatures of one streamed body: each is computed over the one before it, starting with the request's own. See
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
/// </summary>
internal sealed class ChunkSignatures(ReadOnlyMemory<byte> signingKey, string amzDate, string scope, string seedSignature)
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private string _previous = seedSignature;

    /// <summary>Checks the next chunk by the SHA-256 (32 bytes) of its data; on success the chain moves on.</summary>
    public bool VerifyChunk(ReadOnlySpan<byte> dataSha256, ReadOnlySpan<char> signature)
        => Verify(string.Create(CultureInfo.InvariantCulture,
            $"AWS4-HMAC-SHA256-PAYLOAD\n{amzDate}\n{scope}\n{_previous}\n{EmptyHash}\n{Convert.ToHexStringLower(dataSha256)}"), signature);

    /// <summary>Checks the trailer by the SHA-256 (32 bytes) of its canonical lines, <c>name:value\n</c> each.</summary>
    public bool VerifyTrailer(ReadOnlySpan<byte> trailerSha256, ReadOnlySpan<char> signature)
        => Verify(string.Create(CultureInfo.InvariantCulture,
            $"AWS4-HMAC-SHA256-TRAILER\n{amzDate}\n{scope}\n{_previous}\n{Convert.ToHexStringLower(trailerSha256)}"), signature);

    private bool Verify(string stringToSign, ReadOnlySpan<char> signature)
    {
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(signingKey.Span, Encoding.UTF8.GetBytes(stringToSign)));
        Span<byte> given = stackalloc byte[64];
        if (signature.Length != 64 || Encoding.ASCII.GetBytes(signature, given) != 64
            || !CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(expected)))
        {
            return false;
        }

        _previous = expected;
        return true;
    }
}
