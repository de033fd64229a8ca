namespace BleepStore.Metadata.Records;

/// <summary>What a garbage row names. The numbers reach disk.</summary>
public enum GarbageKind
{
    /// <summary>One segment's bytes.</summary>
    Segment = 1,

    /// <summary>All parts and the manifest of an upload that was aborted or whose object is gone.</summary>
    Upload = 2,

    /// <summary>The parts of a completed upload that Complete did not list.</summary>
    UnlistedParts = 3,

    /// <summary>Everything below a deleted bucket: its open uploads.</summary>
    Bucket = 4,
}

/// <summary>Something no row refers to any more, waiting until no reader can still hold it.</summary>
/// <param name="Sequence">Sequence of the command that dropped it; collected only when no older reader is registered.</param>
/// <param name="Ordinal">Distinguishes rows of one command.</param>
/// <param name="Kind">What is named.</param>
/// <param name="Segment">The segment, for <see cref="GarbageKind.Segment"/>.</param>
/// <param name="UploadId">The upload, for the two upload kinds.</param>
/// <param name="BucketId">The bucket, for <see cref="GarbageKind.Bucket"/>.</param>
public sealed record GarbageEntry(long Sequence, int Ordinal, GarbageKind Kind, Segment? Segment = null, string? UploadId = null,
    long BucketId = 0);

/// <summary>Who a blob of a storage backend belongs to: exactly one object version or part. Inline bytes have no such row.</summary>
/// <param name="BlobId">The blob.</param>
/// <param name="BucketId">Bucket of the object; 0 for a part.</param>
/// <param name="Key">Key of the object; null for a part.</param>
/// <param name="Order">Order of the object version; 0 for a part.</param>
/// <param name="UploadId">Upload of the part; null for an object.</param>
/// <param name="PartNumber">Number of the part; 0 for an object.</param>
public sealed record BlobOwner(UInt128 BlobId, long BucketId, string? Key, long Order, string? UploadId, int PartNumber)
{
    /// <summary>Name of the storage backend that holds the blob.</summary>
    public string Backend { get; init; } = "";
}

/// <summary>One start of a node.</summary>
/// <param name="Node">Number of the node; 0 embedded.</param>
/// <param name="Boot">Counts up for ever.</param>
/// <param name="Swept">True when blobs of that boot without an owner are known to be gone.</param>
public readonly record struct BootRecord(uint Node, uint Boot, bool Swept);
