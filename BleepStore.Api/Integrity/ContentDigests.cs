using BleepStore.Api.Checksums;
using BleepStore.Api.Content;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Integrity;

/// <summary>What a record says that its bytes come to: noticed is even a sound blob in the wrong place.</summary>
/// <param name="ETag">The MD5 as hex; anything else is no digest and not compared.</param>
/// <param name="Checksum">The stored checksum; null for none.</param>
internal sealed record ContentDigests(string ETag, ChecksumRecord? Checksum)
{
    private const int Md5HexLength = 32;

    /// <summary>The algorithm to run beside MD5; any where no checksum is stored.</summary>
    public ChecksumAlgorithm Algorithm => Checksum is null ? ChecksumAlgorithm.Crc32 : (ChecksumAlgorithm)Checksum.Algorithm;

    /// <summary>Those of an object whose bytes are one segment; null for all others, whose digests cover more than one.</summary>
    public static ContentDigests? Of(ObjectRecord record)
        => record is { UploadId: null, Segments.Length: 1 } ? new ContentDigests(Md5Of(record.ETag, record.Encryption), record.Checksum) : null;

    /// <summary>Those of a part whose bytes are one segment; null for all others.</summary>
    public static ContentDigests? Of(PartRecord part)
        => part.Segments.Length == 1 ? new ContentDigests(Md5Of(part.ETag, part.Encryption), part.WholeChecksum ?? part.Checksum) : null;

    // Under keys that are not the store's the tag looks like an MD5 and is none.
    private static string Md5Of(string eTag, EncryptionRecord? encryption) => encryption is null or { Mode: EncryptionMode.SseS3 } ? eTag : "";

    /// <summary>What differs, once all bytes were read; null when nothing does.</summary>
    public string? Fault(DigestingStream read)
    {
        var md5 = Convert.ToHexStringLower(read.FinishMd5());
        var checksum = read.FinishChecksum();
        return ETag.Length == Md5HexLength && !ETag.Equals(md5, StringComparison.OrdinalIgnoreCase)
            ? $"the bytes have the MD5 {md5} where the ETag is {ETag}"
            : Checksum is { } stored && !stored.Value.Span.SequenceEqual(checksum)
                ? $"the bytes have the {Algorithm.Info().Name} {Convert.ToBase64String(checksum)} where {Convert.ToBase64String(stored.Value.Span)} is stored"
                : null;
    }
}
