using System.Collections.Immutable;

namespace BleepStore.Metadata.Records;

/// <summary>An open multipart upload and what its object will get.</summary>
public sealed record UploadRecord
{
    /// <summary>Opaque to clients; sorts by initiation.</summary>
    public required string UploadId { get; init; }

    public required long BucketId { get; init; }

    public required string Key { get; init; }

    public DateTimeOffset InitiatedAt { get; init; }

    /// <summary>Canonical id of the account that initiated it.</summary>
    public required string InitiatorId { get; init; }

    public ContentHeaders Headers { get; init; } = new();

    public ImmutableArray<KeyValuePair<string, string>> UserMetadata { get; init; } = [];

    public ImmutableArray<KeyValuePair<string, string>> Tags { get; init; } = [];

    public required AccessControlList Acl { get; init; }

    public string StorageClass { get; init; } = "STANDARD";

    /// <summary>Checksum algorithm the client named (numbers of <see cref="ChecksumRecord"/>); 0 when it named none.</summary>
    public int ChecksumAlgorithm { get; init; }

    /// <summary>1 full object, 2 composite, 0 when the client named no algorithm.</summary>
    public int ChecksumType { get; init; }

    /// <summary>What the object's first version will be kept by.</summary>
    public ObjectLock Lock { get; init; } = ObjectLock.None;

    /// <summary>Where a website sends browsers that ask for it; null for nowhere.</summary>
    public string? WebsiteRedirect { get; init; }

    /// <summary>How the bytes of parts and object are encrypted; null when they are plain.</summary>
    public EncryptionRecord? Encryption { get; init; }
}

/// <summary>One uploaded part. It stays a row under its upload id when the upload is completed.</summary>
public sealed record PartRecord
{
    public required string UploadId { get; init; }

    /// <summary>1 to 10,000.</summary>
    public required int PartNumber { get; init; }

    /// <summary>Plain size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Entity tag without quotes: the MD5 of the part, but for those encrypted by keys of the ring or of a customer.</summary>
    public string ETag { get; init; } = "";

    public DateTimeOffset LastModified { get; init; }

    /// <summary>The checksum that clients are told of: sent by one, or of the algorithm that the upload names; null when there is none such.</summary>
    public ChecksumRecord? Checksum { get; init; }

    /// <summary>The CRC64NVME that the object's checksum is made of where the upload names no algorithm; null where it names one.</summary>
    public ChecksumRecord? WholeChecksum { get; init; }

    public ImmutableArray<Segment> Segments { get; init; } = [];

    /// <summary>How the part's bytes are encrypted, which is as its upload says: so that a part can be verified by itself.</summary>
    public EncryptionRecord? Encryption { get; init; }
}

/// <summary>One part of a completed upload as its manifest lists it.</summary>
/// <param name="PartNumber">1 to 10,000.</param>
/// <param name="Size">Plain size in bytes.</param>
public readonly record struct ManifestPart(int PartNumber, long Size);

/// <summary>Up to 1,000 consecutive listed parts of a completed upload, so that a range or part read touches one row.</summary>
/// <param name="UploadId">The completed upload.</param>
/// <param name="Chunk">0-based number of the chunk.</param>
/// <param name="Offset">Offset in the object of the chunk's first byte.</param>
/// <param name="Parts">The listed parts in order.</param>
public sealed record ManifestChunk(string UploadId, int Chunk, long Offset, ImmutableArray<ManifestPart> Parts)
{
    /// <summary>Parts per chunk.</summary>
    public const int PartsPerChunk = 1000;

    /// <summary>True when the byte at an offset of the object lies in one of the chunk's parts.</summary>
    public bool Holds(long offset) => offset >= Offset && offset - Offset < Parts.Sum(part => part.Size);
}

/// <summary>The remembered answer of a completed upload, so that the same Complete again within a day gets the same answer.</summary>
/// <param name="UploadId">The completed upload.</param>
/// <param name="BucketId">Its bucket.</param>
/// <param name="Key">Its key.</param>
/// <param name="PartListDigest">SHA-256 of the part list that was completed.</param>
/// <param name="CompletedAt">Command time.</param>
/// <param name="Outcome">What was answered.</param>
/// <param name="ETag">ETag of the object made.</param>
/// <param name="Checksum">Checksum of the object made, if any.</param>
public sealed record CompletedUploadRecord(
    string UploadId,
    long BucketId,
    string Key,
    ReadOnlyMemory<byte> PartListDigest,
    DateTimeOffset CompletedAt,
    Commands.WriteOutcome Outcome,
    string ETag,
    ChecksumRecord? Checksum);
