namespace BleepStore.Metadata.Records;

/// <summary>Where a segment's bytes are kept. The numbers reach disk.</summary>
public enum SegmentKind
{
    /// <summary>A blob of a storage backend.</summary>
    Blob = 1,

    /// <summary>Bytes kept by the metadata store itself, under the blob id.</summary>
    Inline = 2,
}

/// <summary>
/// One piece of an object's bytes; an object is an ordered list of them, each owned by exactly one object version or part.
/// </summary>
/// <param name="Kind">Blob or inline.</param>
/// <param name="BlobId">The 16 bytes of the blob id as a number.</param>
/// <param name="Backend">Name of the storage backend; a backend that is not configured stops the start.</param>
/// <param name="Locator">What the backend names the blob by; empty where the id is enough.</param>
/// <param name="Length">Plain length in bytes; what is stored of encrypted bytes is longer.</param>
/// <param name="StoredLength">Bytes occupied at the backend.</param>
public sealed record Segment(SegmentKind Kind, UInt128 BlobId, string Backend, string Locator, long Length, long StoredLength)
{
    /// <summary>Salt from which an encrypted segment's key is derived, then the commitment to that key; empty when the bytes are plain.</summary>
    public ReadOnlyMemory<byte> KeySalt { get; init; }
}
