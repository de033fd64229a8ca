namespace BleepStore.Api.Auth;

/// <summary>How a verified request's body proves that it is what was signed: the contract between verifier and <c>Bodies</c>.</summary>
internal abstract record PayloadMode
{
    /// <summary>The body's SHA-256 was signed (32 bytes) and is checked at its last read.</summary>
    public sealed record SignedHash(ReadOnlyMemory<byte> Sha256) : PayloadMode;

    /// <summary>UNSIGNED-PAYLOAD, presigned or anonymous: the bytes prove nothing by themselves.</summary>
    public sealed record Unsigned : PayloadMode;

    /// <summary>STREAMING-AWS4-HMAC-SHA256-PAYLOAD, …-TRAILER with <paramref name="HasTrailer"/>: every chunk is signed.</summary>
    public sealed record StreamingSigned(ChunkSignatures Signatures, bool HasTrailer) : PayloadMode;

    /// <summary>STREAMING-UNSIGNED-PAYLOAD-TRAILER: framed in chunks without signatures, a checksum in the trailer.</summary>
    public sealed record StreamingUnsignedTrailer : PayloadMode;
}
