using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>How a write ended. The numbers are remembered on disk.</summary>
public enum WriteStatus
{
    Done = 0,

    /// <summary>The bucket is absent, or another one than the request was authorised against.</summary>
    BucketMissing = 1,

    /// <summary>The object that the request needs is absent.</summary>
    KeyMissing = 2,

    /// <summary>A precondition does not hold.</summary>
    PreconditionFailed = 3,

    /// <summary>The upload is absent, completed or aborted.</summary>
    UploadMissing = 4,

    /// <summary>A listed part changed or vanished since the request computed its answer.</summary>
    PartChanged = 5,

    /// <summary>The bucket holds objects.</summary>
    BucketNotEmpty = 6,

    /// <summary>The bucket exists; <see cref="WriteOutcome.OwnerId"/> tells whose.</summary>
    BucketExists = 7,

    /// <summary>The version that the request names is absent.</summary>
    VersionMissing = 8,

    /// <summary>The version is a delete marker, which has nothing that the request could change.</summary>
    IsDeleteMarker = 9,

    /// <summary>Object lock keeps the versioning of the bucket enabled.</summary>
    VersioningLocked = 10,

    /// <summary>Object lock keeps the version, or its retention, as it is.</summary>
    ObjectLocked = 13,

    /// <summary>The bucket has no object lock.</summary>
    BucketNotLocked = 14,

    /// <summary>Object lock needs versions, which the bucket does not have enabled.</summary>
    VersioningRequired = 15,

    /// <summary>Another object stands where the one was that the request was authorised against.</summary>
    ObjectChanged = 26,

    /// <summary>The object was written while the upload that is to replace it was open: its condition may speak of what the client has not seen.</summary>
    ChangedDuringUpload = 27,
}

/// <summary>What a write did.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Order">Order the store assigned; the sequencer.</param>
/// <param name="VersionId">Version id of the object or delete marker written or removed; null where the bucket never had versions.</param>
/// <param name="LastModified">Time the object was given.</param>
/// <param name="OwnerId">Owner of the bucket that stands in the way, for <see cref="WriteStatus.BucketExists"/>.</param>
/// <param name="IsDeleteMarker">True when a delete marker was written or removed.</param>
public sealed record WriteOutcome(
    WriteStatus Status,
    long Order = 0,
    string? VersionId = null,
    DateTimeOffset LastModified = default,
    string? OwnerId = null,
    bool IsDeleteMarker = false)
{
    /// <summary>What is told of a version that was written; its id only where the bucket has versions.</summary>
    internal static WriteOutcome Of(BucketRecord bucket, ObjectRecord version)
        => new(
            WriteStatus.Done,
            version.Order,
            bucket.Versioning == VersioningState.Unversioned ? null : version.VersionId,
            version.LastModified);

    /// <summary>True when the change was made; every other status has changed nothing.</summary>
    public bool IsDone => Status == WriteStatus.Done;
}
