using System.Security.Cryptography;
using System.Text;

namespace BleepStore.Api.Auth;

/// <summary>
/// The chain of chunk signatures of one streamed body: each is computed over the one before it, starting with the request's own. See
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
/// </summary>
internal sealed class ChunkSignatures(ReadOnlyMemory<byte> signingKey, string amzDate, string scope, string seedSignature)
{
    private static ReadOnlySpan<byte> EmptyHash => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"u8;
    private readonly byte[] _previous = Encoding.ASCII.GetBytes(seedSignature);

    /// <summary>Checks the next chunk by the SHA-256 (32 bytes) of its data; on success the chain moves on.</summary>
    public bool VerifyChunk(ReadOnlySpan<byte> dataSha256, ReadOnlySpan<char> signature)
        => Verify("AWS4-HMAC-SHA256-PAYLOAD\n"u8, EmptyHash, dataSha256, signature);

    /// <summary>Checks the trailer by the SHA-256 (32 bytes) of its canonical lines, <c>name:value\n</c> each.</summary>
    public bool VerifyTrailer(ReadOnlySpan<byte> trailerSha256, ReadOnlySpan<char> signature)
        => Verify("AWS4-HMAC-SHA256-TRAILER\n"u8, default, trailerSha256, signature);

    private bool Verify(
        ReadOnlySpan<byte> algorithm, ReadOnlySpan<byte> extensionHash, ReadOnlySpan<byte> sha256, ReadOnlySpan<char> signature)
    {
        using var toSign = WriteStringToSign(algorithm, extensionHash, sha256);
        if (!SignatureV4.Matches(signingKey.Span, toSign.Written, signature))
        {
            return false;
        }

        Encoding.ASCII.GetBytes(signature, _previous);
        return true;
    }

    private Utf8Writer WriteStringToSign(ReadOnlySpan<byte> algorithm, ReadOnlySpan<byte> extensionHash, ReadOnlySpan<byte> sha256)
    {
        var writer = new Utf8Writer(512);
        writer.Append(algorithm);
        writer.Append(amzDate);
        writer.Append((byte)'\n');
        writer.Append(scope);
        writer.Append((byte)'\n');
        writer.Append(_previous);
        writer.Append((byte)'\n');
        if (!extensionHash.IsEmpty)
        {
            writer.Append(extensionHash);
            writer.Append((byte)'\n');
        }

        Span<byte> hex = stackalloc byte[2 * SHA256.HashSizeInBytes];
        Convert.TryToHexStringLower(sha256, hex, out var length);
        writer.Append(hex[..length]);
        return writer;
    }
}
