using System.Buffers.Binary;
using System.Security.Cryptography;
using BleepStore.Storage;

namespace BleepStore.Api.Encryption;

/// <summary>
/// The random key of one object or upload. It encrypts nothing itself: each segment has a key derived from it, from a salt and from the blob's id,
/// and the segment's row commits to that key. Safe for concurrent use.
/// </summary>
/// <param name="key">32 random bytes.</param>
/// <param name="eTagKey">Hides the MD5 of bytes whose ETag must not be one; null where it is.</param>
internal sealed class DataKey(byte[] key, byte[]? eTagKey)
{
    public const int SizeBytes = 32;

    private const int SaltBytes = 16;
    private const int CommitmentBytes = 32;
    private const int BlobIdBytes = 16;
    private const int Md5Bytes = 16;

    // Names what is derived: another use or another version of it has another name.
    private static ReadOnlySpan<byte> Purpose => "bleepstore segment 1"u8;

    /// <summary>The entity tag of bytes by their MD5: that itself for keys of the store, nothing that tells of the bytes for all others.</summary>
    public string ETagOf(ReadOnlySpan<byte> md5)
        => Convert.ToHexStringLower(eTagKey is null ? md5 : HMACSHA256.HashData(eTagKey, md5).AsSpan(0, Md5Bytes));

    /// <summary>A cipher for a new segment, and what its row has to keep as <c>KeySalt</c>.</summary>
    public SegmentCipher CreateSegment(BlobId id, out ReadOnlyMemory<byte> keySalt)
    {
        var kept = new byte[SaltBytes + CommitmentBytes];
        RandomNumberGenerator.Fill(kept.AsSpan(0, SaltBytes));
        Span<byte> derived = stackalloc byte[SizeBytes + CommitmentBytes];
        Derive(id, kept.AsSpan(0, SaltBytes), derived);
        derived[SizeBytes..].CopyTo(kept.AsSpan(SaltBytes));
        keySalt = kept;
        return Take(derived);
    }

    /// <summary>The cipher of a segment that was written with this key.</summary>
    /// <exception cref="BlobCorruptException">The row commits to another key.</exception>
    public SegmentCipher OpenSegment(BlobId id, ReadOnlySpan<byte> keySalt)
    {
        if (keySalt.Length != SaltBytes + CommitmentBytes)
        {
            throw new BlobCorruptException(id, keySalt.IsEmpty ? "its row says that it is plain, its object's that it is encrypted" : "its row has no key salt of this version");
        }

        Span<byte> derived = stackalloc byte[SizeBytes + CommitmentBytes];
        Derive(id, keySalt[..SaltBytes], derived);
        return CryptographicOperations.FixedTimeEquals(derived[SizeBytes..], keySalt[SaltBytes..])
            ? Take(derived)
            : throw new BlobCorruptException(id, "it was encrypted with another key than its object's");
    }

    public override string ToString() => "data key";

    private static SegmentCipher Take(Span<byte> derived)
    {
        var cipher = new SegmentCipher(derived[..SizeBytes]);
        CryptographicOperations.ZeroMemory(derived);
        return cipher;
    }

    private void Derive(BlobId id, ReadOnlySpan<byte> salt, Span<byte> derived)
    {
        Span<byte> info = stackalloc byte[Purpose.Length + BlobIdBytes];
        Purpose.CopyTo(info);
        BinaryPrimitives.WriteUInt128BigEndian(info[Purpose.Length..], id.Value);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt, info);
    }
}
