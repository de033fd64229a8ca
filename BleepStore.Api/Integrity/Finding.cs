using BleepStore.Api.Observability;
using BleepStore.Storage;

namespace BleepStore.Api.Integrity;

/// <summary>What a check can find. Its <see cref="FindingWords"/> are an interface.</summary>
internal enum FindingKind
{
    /// <summary>Nothing is left of bytes that a record names.</summary>
    BlobMissing,

    /// <summary>Bytes that a record names fail their checksum, are cut short, or are another blob's.</summary>
    BlobDamaged,

    /// <summary>The disk or the system refuses to read bytes that a record names.</summary>
    BlobUnreadable,

    /// <summary>Every piece is sound, and together they are not what the client sent: MD5 or stored checksum differ.</summary>
    ContentWrong,

    /// <summary>A record contradicts itself: sizes, parts, ETag.</summary>
    RecordInconsistent,

    /// <summary>An object lists a part that has no row.</summary>
    PartMissing,

    /// <summary>Parts of no open upload and of no object.</summary>
    PartStray,

    /// <summary>A record names a blob that has no owner row: a sweep could take it for an orphan. Can be repaired.</summary>
    OwnerMissing,

    /// <summary>A record names a blob that belongs to another.</summary>
    OwnerWrong,

    /// <summary>A blob belongs to an object or part that does not exist or has other bytes: a record may be lost.</summary>
    OwnerStray,

    /// <summary>An object of a bucket that does not exist.</summary>
    BucketMissing,

    /// <summary>The counters of a bucket are not what its objects add up to. Can be repaired.</summary>
    CountersWrong,

    /// <summary>A blob that no row names: what an interrupted write left behind. Not damage; can be repaired where nobody can miss it.</summary>
    BlobOrphan,
}

/// <summary>The words by which findings are known outside.</summary>
internal static class FindingWords
{
    public static string Word(this FindingKind kind) => kind switch
    {
        FindingKind.BlobMissing => "blob-missing",
        FindingKind.BlobDamaged => "blob-damaged",
        FindingKind.BlobUnreadable => "blob-unreadable",
        FindingKind.ContentWrong => "content-wrong",
        FindingKind.RecordInconsistent => "record-inconsistent",
        FindingKind.PartMissing => "part-missing",
        FindingKind.PartStray => "part-stray",
        FindingKind.OwnerMissing => "owner-missing",
        FindingKind.OwnerWrong => "owner-wrong",
        FindingKind.OwnerStray => "owner-stray",
        FindingKind.BucketMissing => "bucket-missing",
        FindingKind.CountersWrong => "counters-wrong",
        FindingKind.BlobOrphan => "blob-orphan",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind without a word."),
    };
}

/// <summary>Whose bytes or rows are meant: a bucket, an object, or a part of an upload or object.</summary>
/// <param name="Bucket">Name of the bucket; null where none is known.</param>
/// <param name="Key">Key of the object; null for a bucket.</param>
/// <param name="VersionId">Version of the object; null for parts of open uploads and where none is known.</param>
/// <param name="UploadId">The upload, for parts.</param>
/// <param name="PartNumber">Number of the part; 0 for none.</param>
internal sealed record Place(string? Bucket, string? Key, string? VersionId = null, string? UploadId = null, int PartNumber = 0)
{
    public static readonly Place Nowhere = new(Bucket: null, Key: null);

    /// <summary>One line that no name can break.</summary>
    public override string ToString()
    {
        const int maxKey = 1024;
        var name = LogText.Escape(Key is null ? Bucket ?? "(no object)" : $"{Bucket ?? "(no bucket)"}/{Key}", maxKey);
        var part = PartNumber > 0 ? $" part {PartNumber} of upload {UploadId}" : "";
        return VersionId is null or Metadata.Records.ObjectRecord.NullVersion ? name + part : $"{name} version {VersionId}{part}";
    }
}

/// <summary>One thing that a check found.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Place">Whose it is.</param>
/// <param name="Detail">What is wrong, in words.</param>
/// <param name="Blob">The blob; null where no single one is meant.</param>
/// <param name="IsRepaired">True when it was put right.</param>
internal sealed record Finding(FindingKind Kind, Place Place, string Detail, BlobId? Blob = null, bool IsRepaired = false)
{
    /// <summary>True when something of a user's is lost, wrong or in danger; false for what was repaired and for litter.</summary>
    public bool IsDamage => !IsRepaired && Kind != FindingKind.BlobOrphan;

    /// <summary>True when bytes are at fault, false for rows.</summary>
    public bool IsOfBytes => Kind is FindingKind.BlobMissing or FindingKind.BlobDamaged or FindingKind.BlobUnreadable or FindingKind.ContentWrong;

    /// <summary>The line for people.</summary>
    public override string ToString()
        => $"{Kind.Word()}: {Place}{(Blob is { } blob ? $", blob {blob}" : "")}: {Detail}{(IsRepaired ? " (repaired)" : "")}";
}
