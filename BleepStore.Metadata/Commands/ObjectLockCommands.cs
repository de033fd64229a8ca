using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>Enables object lock on a bucket for ever, and says how it retains new versions by default.</summary>
public sealed record SetObjectLockConfiguration : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    /// <summary>The default for new versions; null for none.</summary>
    public required DefaultRetention? DefaultRetention { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is not { } bucket)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        if (bucket.Versioning != VersioningState.Enabled)
        {
            return new WriteOutcome(WriteStatus.VersioningRequired);
        }

        var order = transaction.NextOrder(Time);
        transaction.PutBucket(bucket with { ObjectLockEnabled = true, DefaultRetention = DefaultRetention });
        transaction.Tell(Event, Bucket, order);
        return new WriteOutcome(WriteStatus.Done, order);
    }
}

/// <summary>Retains a version, extends how long, or ends it where that is allowed.</summary>
public sealed record SetObjectRetention : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required string Key { get; init; }

    /// <summary>The version; null for the current object.</summary>
    public string? VersionId { get; init; }

    /// <summary>The mode; <see cref="RetentionMode.None"/> ends the retention.</summary>
    public required RetentionMode Mode { get; init; }

    public DateTimeOffset RetainUntil { get; init; }

    /// <summary>True when the caller may, and wants to, pass over governance.</summary>
    public bool BypassesGovernance { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
        => ObjectChange.ApplyToLock(
            transaction,
            this,
            Bucket,
            BucketId,
            (Key, VersionId),
            Event,
            before => before.AllowsRetention(Mode, RetainUntil, Time, BypassesGovernance) ? before with { Mode = Mode, RetainUntil = RetainUntil } : null);
}

/// <summary>Holds a version, or lets it go.</summary>
public sealed record SetObjectLegalHold : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required string Key { get; init; }

    /// <summary>The version; null for the current object.</summary>
    public string? VersionId { get; init; }

    public required bool IsOn { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
        => ObjectChange.ApplyToLock(
            transaction,
            this,
            Bucket,
            BucketId,
            (Key, VersionId),
            Event,
            before => before with { LegalHold = IsOn ? LegalHold.On : LegalHold.Off });
}
