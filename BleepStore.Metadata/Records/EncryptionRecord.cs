namespace BleepStore.Metadata.Records;

/// <summary>Whose key protects the bytes of an object. The numbers reach disk.</summary>
public enum EncryptionMode
{
    /// <summary>A key of the store itself: <c>x-amz-server-side-encryption: AES256</c>.</summary>
    SseS3 = 1,

    /// <summary>A key of the configured ring, by name: <c>aws:kms</c>.</summary>
    SseKms = 2,

    /// <summary>A key that the client sends with each request and that is stored nowhere.</summary>
    SseC = 3,
}

/// <summary>How the bytes of an object, upload or part are encrypted: everything but the key that opens <see cref="WrappedKey"/>.</summary>
/// <param name="Mode">Whose key it is.</param>
/// <param name="WrappedKey">The data key of the bytes, wrapped; opaque to the metadata.</param>
public sealed record EncryptionRecord(EncryptionMode Mode, ReadOnlyMemory<byte> WrappedKey)
{
    /// <summary>Name of the wrapping key: number of the store's key, or id or ARN of the ring's as the client named it; empty for a customer's.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>Encryption context of SSE-KMS as the client sent it (base64 of JSON); null for none.</summary>
    public string? Context { get; init; }

    /// <summary>True when the client asked for an S3 Bucket Key.</summary>
    public bool BucketKeyEnabled { get; init; }

    /// <inheritdoc/>
    public bool Equals(EncryptionRecord? other)
        => other is not null && Mode == other.Mode && KeyId == other.KeyId && Context == other.Context
            && BucketKeyEnabled == other.BucketKeyEnabled && WrappedKey.Span.SequenceEqual(other.WrappedKey.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mode, KeyId, Context, WrappedKey.Length);
}
