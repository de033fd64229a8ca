using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>What lifecycle rules want to be done with a version.</summary>
public enum ExpirationKind
{
    /// <summary>The current object goes as if it were deleted: where the bucket has versions, a delete marker takes its place.</summary>
    Current,

    /// <summary>A version or delete marker that is not the newest of its key goes for ever.</summary>
    Noncurrent,

    /// <summary>A delete marker goes that is all that is left of its key.</summary>
    Marker,
}

/// <summary>One version that lifecycle rules found due.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Version">The version as the rules saw it.</param>
/// <param name="KeptNewer">How many noncurrent versions newer than it there must be, or it stays.</param>
public sealed record Expiration(ExpirationKind Kind, ObjectRecord Version, int KeptNewer = 0);

/// <summary>
/// Does what the lifecycle rules of a bucket want, each version on its own, if it and the rules are still what they were when that was decided:
/// an object that was written or tagged anew stays, and so does one that object lock keeps, or one that is among the newest that a rule keeps.
/// </summary>
public sealed record ExpireObjects : MetadataCommand<ImmutableArray<WriteOutcome>>
{
    /// <summary>Name of the subresource whose document holds the rules.</summary>
    public const string Configuration = "lifecycle";

    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    /// <summary>The document of the rules.</summary>
    public required string Rules { get; init; }

    public required ImmutableArray<Expiration> Expirations { get; init; }

    /// <summary>Random; goes into the version ids of delete markers.</summary>
    public long VersionSalt { get; init; }

    /// <summary>True when the rules were read of a bucket with versions, where objects that expire get delete markers.</summary>
    public bool AddsMarkers { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => !AddsMarkers || Expirations.All(expiration => expiration.Kind != ExpirationKind.Current);

    /// <inheritdoc/>
    public override int SizeBytes => 256 * Expirations.Length;

    /// <inheritdoc/>
    public override bool IsLarge => Expirations.Length >= ManyRows;

    /// <inheritdoc/>
    public override ImmutableArray<WriteOutcome> Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is not { } bucket)
        {
            return Refuse(WriteStatus.BucketMissing);
        }

        return bucket.Configurations.GetValueOrDefault(Configuration) == Rules
            ? [.. Expirations.Select(expiration => Expire(transaction, bucket, expiration))]
            : Refuse(WriteStatus.PreconditionFailed);
    }

    private ImmutableArray<WriteOutcome> Refuse(WriteStatus status) => [.. Expirations.Select(_ => new WriteOutcome(status))];

    private WriteOutcome Expire(IMetadataTransaction transaction, BucketRecord bucket, Expiration expiration)
    {
        var (key, order) = (expiration.Version.Key, expiration.Version.Order);
        var current = transaction.FindObject(BucketId, key);
        var isNewest = (current ?? transaction.FindNewestVersion(BucketId, key))?.Order == order;
        if (expiration.Kind == ExpirationKind.Current)
        {
            return current is not null && isNewest && current.Tags.SequenceEqual(expiration.Version.Tags)
                ? Delete(transaction, bucket, current)
                : new WriteOutcome(WriteStatus.PreconditionFailed);
        }

        // Older versions never come into being, so a marker that was all there was still is, where it is the newest.
        var version = transaction.FindVersion(BucketId, key, order);
        if (version is null || isNewest != (expiration.Kind == ExpirationKind.Marker) || !version.Tags.SequenceEqual(expiration.Version.Tags))
        {
            return new WriteOutcome(WriteStatus.PreconditionFailed);
        }

        // Newer ones may have been removed since they were counted. Where nothing is current, the newest of them is a marker that stands for it.
        var needed = expiration.KeptNewer + (current is null ? 1 : 0);
        if (expiration.KeptNewer > 0 && transaction.CountNewerVersions(BucketId, key, order, needed) < needed)
        {
            return new WriteOutcome(WriteStatus.PreconditionFailed);
        }

        return transaction.TryRemove(BucketId, version, current, Time, bypassesGovernance: false)
            ? new WriteOutcome(WriteStatus.Done, transaction.NextOrder(Time), version.VersionId, IsDeleteMarker: version.IsDeleteMarker)
            : new WriteOutcome(WriteStatus.ObjectLocked);
    }

    private WriteOutcome Delete(IMetadataTransaction transaction, BucketRecord bucket, ObjectRecord current)
    {
        if (bucket.Versioning != VersioningState.Unversioned)
        {
            var marker = transaction.PutMarker(bucket, current.Key, bucket.OwnerId, current, VersionSalt, Time);
            return new WriteOutcome(WriteStatus.Done, marker.Order, marker.VersionId, marker.LastModified, IsDeleteMarker: true);
        }

        return transaction.TryRemove(BucketId, current, current, Time, bypassesGovernance: false)
            ? new WriteOutcome(WriteStatus.Done, transaction.NextOrder(Time))
            : new WriteOutcome(WriteStatus.ObjectLocked);
    }
}
