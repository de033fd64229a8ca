using System.Security.Cryptography;
using System.Text;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Encryption;

/// <summary>
/// Wraps a data key by a key of 32 bytes: salt, commitment, encrypted key, tag. Key and commitment are derived together, so that what is wrapped
/// opens with one key alone, and another one is known before anything is decrypted.
/// </summary>
internal static class KeyEnvelope
{
    private const int SaltBytes = 32;
    private const int CommitmentBytes = 32;
    private const int TagBytes = 16;
    private const int NonceBytes = 12;
    private const int WrappedBytes = SaltBytes + CommitmentBytes + DataKey.SizeBytes + TagBytes;

    /// <summary>Wraps a data key.</summary>
    /// <param name="purpose">Mode, key id and context: not stored here, and needed again to unwrap.</param>
    public static byte[] Wrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> purpose)
    {
        var wrapped = new byte[WrappedBytes];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, SaltBytes));
        Span<byte> derived = stackalloc byte[DataKey.SizeBytes + CommitmentBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, wrappingKey, derived, wrapped.AsSpan(0, SaltBytes), purpose);
        derived[DataKey.SizeBytes..].CopyTo(wrapped.AsSpan(SaltBytes));
        using var aes = new AesGcm(derived[..DataKey.SizeBytes], TagBytes);
        // The key is of this envelope alone, so its one nonce may be the same in all.
        aes.Encrypt(
            stackalloc byte[NonceBytes],
            dataKey,
            wrapped.AsSpan(SaltBytes + CommitmentBytes, DataKey.SizeBytes),
            wrapped.AsSpan(WrappedBytes - TagBytes));
        CryptographicOperations.ZeroMemory(derived);
        return wrapped;
    }

    /// <summary>The data key; null when another key wrapped it, or for another purpose.</summary>
    /// <exception cref="InvalidDataException">The right key wrapped it, and it was changed since.</exception>
    public static byte[]? TryUnwrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> purpose)
    {
        if (wrapped.Length != WrappedBytes)
        {
            throw new InvalidDataException("A wrapped data key is damaged: it has not the length of one.");
        }

        Span<byte> derived = stackalloc byte[DataKey.SizeBytes + CommitmentBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, wrappingKey, derived, wrapped[..SaltBytes], purpose);
        if (!CryptographicOperations.FixedTimeEquals(derived[DataKey.SizeBytes..], wrapped.Slice(SaltBytes, CommitmentBytes)))
        {
            return null;
        }

        var dataKey = new byte[DataKey.SizeBytes];
        try
        {
            using var aes = new AesGcm(derived[..DataKey.SizeBytes], TagBytes);
            aes.Decrypt(stackalloc byte[NonceBytes], wrapped.Slice(SaltBytes + CommitmentBytes, DataKey.SizeBytes), wrapped[^TagBytes..], dataKey);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new InvalidDataException("A wrapped data key is damaged: it fails its authentication.", e);
        }

        CryptographicOperations.ZeroMemory(derived);
        return dataKey;
    }

    /// <summary>What the envelope of a record is bound to.</summary>
    public static byte[] PurposeOf(EncryptionMode mode, string keyId, string? context)
        => Encoding.UTF8.GetBytes($"bleepstore data key 1\n{(int)mode}\n{keyId}\n{context}");
}
