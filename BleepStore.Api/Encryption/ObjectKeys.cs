using System.Security.Cryptography;
using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Encryption;

/// <summary>How the bytes of an object are encrypted, with the key that does it.</summary>
/// <param name="Record">What the object's record keeps.</param>
/// <param name="Key">The data key.</param>
/// <param name="CustomerKeyMd5">MD5 of the customer's key, which answers repeat; null for all others.</param>
internal sealed record ObjectEncryption(EncryptionRecord Record, DataKey Key, string? CustomerKeyMd5);

/// <summary>What is asked of the encryption of new bytes.</summary>
/// <param name="Mode">Whose key.</param>
internal sealed record EncryptionRequest(EncryptionMode Mode)
{
    /// <summary>Id or ARN of the key of SSE-KMS; null for the default one.</summary>
    public string? KeyId { get; init; }

    /// <summary>Encryption context of SSE-KMS, checked, as sent; null for none.</summary>
    public string? Context { get; init; }

    /// <summary>True for an S3 Bucket Key.</summary>
    public bool BucketKeyEnabled { get; init; }

    /// <summary>False where the bucket decides on the Bucket Key.</summary>
    public bool SaysBucketKey { get; init; }

    /// <summary>The key of SSE-C.</summary>
    public CustomerKey? CustomerKey { get; init; }
}

/// <summary>Makes the data keys of objects and opens them again, whoever's key wraps them.</summary>
internal sealed class ObjectKeys(StoreKeys storeKeys, EncryptionSettings settings)
{
    /// <summary>Name of the key of SSE-KMS that every store has.</summary>
    private const string ManagedKeyId = "alias/aws/s3";

    private static ReadOnlySpan<byte> ETagPurpose => "bleepstore etag 1"u8;

    /// <summary>A fresh data key.</summary>
    /// <exception cref="S3Exception">KMS.NotFoundException: the ring has no key of that name.</exception>
    public async ValueTask<ObjectEncryption> CreateAsync(EncryptionRequest wanted, CancellationToken cancellationToken)
    {
        var (keyId, wrappingKey) = wanted switch
        {
            { Mode: EncryptionMode.SseS3 } => await storeKeys.GetCurrentAsync(cancellationToken),
            { Mode: EncryptionMode.SseC, CustomerKey: { } customer } => ("", customer.Key.ToArray()),
            { Mode: EncryptionMode.SseKms, KeyId: var id } => await FindKmsKeyAsync(id ?? settings.KmsKeys.Default?.Id ?? ManagedKeyId, isNew: true, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(wanted), wanted.Mode, "A mode without a key."),
        };
        var dataKey = RandomNumberGenerator.GetBytes(DataKey.SizeBytes);
        var wrapped = KeyEnvelope.Wrap(wrappingKey, dataKey, KeyEnvelope.PurposeOf(wanted.Mode, keyId, wanted.Context));
        var record = new EncryptionRecord(wanted.Mode, wrapped) { KeyId = keyId, Context = wanted.Context, BucketKeyEnabled = wanted.BucketKeyEnabled };
        return new ObjectEncryption(record, new DataKey(dataKey, ETagKeyOf(wanted.Mode, wrappingKey)), wanted.CustomerKey?.Md5);
    }

    /// <summary>The data key of a record; null when the customer's key is not the one that wrapped it.</summary>
    /// <param name="customerKey">The key of the request; not null for SSE-C.</param>
    /// <exception cref="S3Exception">KMS.NotFoundException: the ring has the key no more.</exception>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public async ValueTask<DataKey?> TryOpenAsync(EncryptionRecord record, CustomerKey? customerKey, CancellationToken cancellationToken)
    {
        var wrappingKey = record.Mode switch
        {
            EncryptionMode.SseS3 => await storeKeys.GetAsync(record.KeyId, cancellationToken),
            EncryptionMode.SseKms => (await FindKmsKeyAsync(record.KeyId, isNew: false, cancellationToken)).Key,
            EncryptionMode.SseC => (customerKey ?? throw new InvalidOperationException("Bytes of a customer's key are opened without one.")).Key.ToArray(),
            _ => throw new InvalidDataException($"A record names an encryption mode {(int)record.Mode} that this release does not know."),
        };
        var purpose = KeyEnvelope.PurposeOf(record.Mode, record.KeyId, record.Context);
        return KeyEnvelope.TryUnwrap(wrappingKey, record.WrappedKey.Span, purpose) is { } dataKey
            ? new DataKey(dataKey, ETagKeyOf(record.Mode, wrappingKey))
            : record.Mode == EncryptionMode.SseC ? null
            : throw new InvalidDataException($"A data key was not wrapped by the key {record.KeyId} that its record names.");
    }

    /// <summary>The data key of a record that no customer has to bring a key for; null where the store's or ring's key is not at hand.</summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public async ValueTask<DataKey?> FindOwnAsync(EncryptionRecord record, CancellationToken cancellationToken)
    {
        try
        {
            return record.Mode == EncryptionMode.SseC ? null : await TryOpenAsync(record, customerKey: null, cancellationToken);
        }
        catch (Exception e) when (e is S3Exception or RootKeyException)
        {
            return null;
        }
    }

    private async ValueTask<(string Id, byte[] Key)> FindKmsKeyAsync(string id, bool isNew, CancellationToken cancellationToken)
    {
        if (settings.KmsKeys.Find(id) is { } key)
        {
            return (id, key.Material.ToArray());
        }

        if (id != ManagedKeyId && !id.EndsWith(':' + ManagedKeyId, StringComparison.Ordinal))
        {
            throw new S3Exception(S3Errors.KMSNotFoundException.Because(
                id.StartsWith("arn:", StringComparison.Ordinal) || Guid.TryParse(id, out _) ? $"Key '{id}' does not exist" : $"Invalid keyId '{id}'"));
        }

        // The store's first key for all time: what it wraps names this key and no number.
        if (isNew)
        {
            await storeKeys.GetCurrentAsync(cancellationToken);
        }

        return (id, await storeKeys.GetAsync("1", cancellationToken));
    }

    // By the wrapping key: a client's second attempt at the same bytes has another data key and has to get the same tag.
    private static byte[]? ETagKeyOf(EncryptionMode mode, byte[] wrappingKey)
        => mode == EncryptionMode.SseS3 ? null : HKDF.Expand(HashAlgorithmName.SHA256, wrappingKey, DataKey.SizeBytes, ETagPurpose.ToArray());
}
