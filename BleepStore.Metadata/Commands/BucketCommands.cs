using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>Makes a bucket, unless its name is taken.</summary>
public sealed record CreateBucket : MetadataCommand<WriteOutcome>
{
    /// <summary>The bucket; its id is assigned by the store.</summary>
    public required BucketRecord Bucket { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket.Name) is { } existing)
        {
            return new WriteOutcome(WriteStatus.BucketExists, OwnerId: existing.OwnerId);
        }

        var order = transaction.NextOrder(Time);
        // Object lock is about versions: a bucket never has the one without the others.
        var versioning = Bucket.ObjectLockEnabled ? VersioningState.Enabled : Bucket.Versioning;
        transaction.PutBucket(Bucket with { BucketId = transaction.NextBucketId(), CreatedAt = Time, Versioning = versioning });
        transaction.Tell(Event, Bucket.Name, order);
        return new WriteOutcome(WriteStatus.Done, order, LastModified: Time);
    }
}

/// <summary>Removes an empty bucket; its open uploads go with it, as garbage.</summary>
public sealed record DeleteBucket : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is not { } bucket)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        if (transaction.HasObjects(BucketId))
        {
            return new WriteOutcome(WriteStatus.BucketNotEmpty);
        }

        var order = transaction.NextOrder(Time);
        transaction.DeleteBucket(bucket);
        transaction.AddGarbage(GarbageKind.Bucket, bucketId: BucketId);
        transaction.Tell(Event, Bucket, order);
        return new WriteOutcome(WriteStatus.Done, order);
    }
}

/// <summary>Replaces the access control list of a bucket.</summary>
public sealed record SetBucketAcl : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required AccessControlList Acl { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is not { } bucket)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        var order = transaction.NextOrder(Time);
        transaction.PutBucket(bucket with { Acl = Acl });
        transaction.Tell(Event, Bucket, order);
        return new WriteOutcome(WriteStatus.Done, order);
    }
}

/// <summary>Turns versions of a bucket's objects on, or off for what is written from now on; there is no way back to never.</summary>
public sealed record SetBucketVersioning : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    /// <summary>True to enable versions, false to suspend them.</summary>
    public required bool IsEnabled { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is not { } bucket)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        if (bucket.ObjectLockEnabled && !IsEnabled)
        {
            return new WriteOutcome(WriteStatus.VersioningLocked);
        }

        var order = transaction.NextOrder(Time);
        transaction.PutBucket(bucket with { Versioning = IsEnabled ? VersioningState.Enabled : VersioningState.Suspended });
        transaction.Tell(Event, Bucket, order);
        return new WriteOutcome(WriteStatus.Done, order);
    }
}
