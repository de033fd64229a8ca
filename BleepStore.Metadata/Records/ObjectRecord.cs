using System.Collections.Immutable;

namespace BleepStore.Metadata.Records;

/// <summary>The system headers that S3 stores with an object and gives back unchanged; null where the client sent none.</summary>
public sealed record ContentHeaders(
    string? ContentType = null,
    string? ContentEncoding = null,
    string? ContentLanguage = null,
    string? ContentDisposition = null,
    string? CacheControl = null,
    string? Expires = null);

/// <summary>A stored checksum. The numbers are those of the S3 layer and reach disk.</summary>
/// <param name="Algorithm">1 CRC32, 2 CRC32C, 3 CRC64NVME, 4 SHA1, 5 SHA256.</param>
/// <param name="Type">1 full object, 2 composite.</param>
/// <param name="Value">The raw digest, big-endian for CRCs.</param>
public sealed record ChecksumRecord(int Algorithm, int Type, ReadOnlyMemory<byte> Value)
{
    /// <inheritdoc/>
    public bool Equals(ChecksumRecord? other)
        => other is not null && Algorithm == other.Algorithm && Type == other.Type && Value.Span.SequenceEqual(other.Value.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Algorithm, Type, Value.Length);
}

/// <summary>One version of an object: everything S3 knows of it but its bytes.</summary>
public sealed record ObjectRecord
{
    public required string Key { get; init; }

    /// <summary>
    /// Place among all versions of all keys, assigned by the store: larger is newer. 100 ns of the command's time, made unique.
    /// </summary>
    public long Order { get; init; }

    /// <summary>What clients name the version by; opaque. <c>null</c> where <see cref="IsNull"/>.</summary>
    public string VersionId { get; init; } = NullVersion;

    /// <summary>True for the version that was written while versioning was off or suspended.</summary>
    public bool IsNull { get; init; } = true;

    public bool IsDeleteMarker { get; init; }

    /// <summary>Plain size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Entity tag without quotes.</summary>
    public string ETag { get; init; } = "";

    public DateTimeOffset LastModified { get; init; }

    public ContentHeaders Headers { get; init; } = new();

    /// <summary>User metadata: lower-case names without the <c>x-amz-meta-</c> prefix, in the order sent.</summary>
    public ImmutableArray<KeyValuePair<string, string>> UserMetadata { get; init; } = [];

    public ImmutableArray<KeyValuePair<string, string>> Tags { get; init; } = [];

    public required AccessControlList Acl { get; init; }

    public string StorageClass { get; init; } = "STANDARD";

    public ChecksumRecord? Checksum { get; init; }

    /// <summary>The object's bytes in order; empty for a multipart object, whose bytes are the parts of <see cref="UploadId"/>.</summary>
    public ImmutableArray<Segment> Segments { get; init; } = [];

    /// <summary>The completed upload whose parts are the object's bytes; null for all others.</summary>
    public string? UploadId { get; init; }

    /// <summary>Parts of a multipart object; 0 for all others.</summary>
    public int PartCount { get; init; }

    /// <summary>What keeps the version from being removed.</summary>
    public ObjectLock Lock { get; init; } = ObjectLock.None;

    /// <summary>Where a website sends browsers that ask for it; null for nowhere.</summary>
    public string? WebsiteRedirect { get; init; }

    /// <summary>How the object's bytes are encrypted; null when they are plain.</summary>
    public EncryptionRecord? Encryption { get; init; }

    /// <summary>The one segment of an object whose bytes the metadata store keeps itself; null for all others.</summary>
    internal Segment? InlineSegment => Segments is [{ Kind: SegmentKind.Inline } only] ? only : null;

    /// <summary>The version id of objects that have none of their own.</summary>
    public const string NullVersion = "null";
}
