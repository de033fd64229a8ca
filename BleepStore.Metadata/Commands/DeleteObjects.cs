using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>One key of a <see cref="DeleteObjects"/>.</summary>
/// <param name="Key">The key.</param>
/// <param name="IfMatch">ETag (unquoted) the object must have, or <c>*</c> for any; null for no condition.</param>
/// <param name="VersionId">The version to remove for ever; null to delete the key as the bucket's versioning says.</param>
public sealed record ObjectToDelete(string Key, string? IfMatch = null, string? VersionId = null)
{
    /// <summary>Size in bytes the object must have where it is there; null for no condition.</summary>
    public long? IfSize { get; init; }

    /// <summary>Time the object must have where it is there, in whole seconds or milliseconds; null for no condition.</summary>
    public DateTimeOffset? IfLastModified { get; init; }

    /// <summary>All conditions.</summary>
    public WriteCondition Condition => new(IfMatch, IfNoneMatch: false) { IfSize = IfSize, IfLastModified = IfLastModified };
}

/// <summary>
/// Deletes up to 1,000 keys or versions, each on its own: one failed condition does not hinder the others. Without a version id a key of a bucket
/// with versions gets a delete marker; an absent key or version is done.
/// </summary>
public sealed record DeleteObjects : MetadataCommand<ImmutableArray<WriteOutcome>>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required ImmutableArray<ObjectToDelete> Keys { get; init; }

    /// <summary>Canonical id of who deletes: the owner of the delete markers.</summary>
    public string OwnerId { get; init; } = "";

    /// <summary>Random; goes into the version ids of delete markers.</summary>
    public long VersionSalt { get; init; }

    /// <summary>True when the request saw a bucket with versions, where keys without a version id add delete markers.</summary>
    public bool AddsMarkers { get; init; }

    /// <summary>True when the caller may, and wants to, remove versions that governance retains.</summary>
    public bool BypassesGovernance { get; init; }

    /// <summary>Set for a conditional removal of one key with an invocation id.</summary>
    public RetryIdentity? Retry { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => !AddsMarkers || Keys.All(key => key.VersionId is not null);

    /// <inheritdoc/>
    public override int SizeBytes => 256 * Keys.Length;

    /// <inheritdoc/>
    public override bool IsLarge => Keys.Length >= ManyRows;

    /// <inheritdoc/>
    public override ImmutableArray<WriteOutcome> Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is not { } bucket)
        {
            return [.. Keys.Select(_ => new WriteOutcome(WriteStatus.BucketMissing))];
        }

        if (Retry is not null && transaction.FindOperation(Retry.Id) is { } remembered
            && remembered.Fingerprint.Span.SequenceEqual(Retry.Fingerprint.Span))
        {
            return [remembered.Outcome];
        }

        var outcomes = ImmutableArray.CreateBuilder<WriteOutcome>(Keys.Length);
        foreach (var key in Keys)
        {
            outcomes.Add(Delete(transaction, bucket, key));
        }

        if (Retry is not null && outcomes[0] is { IsDone: true } done)
        {
            transaction.ForgetOperations((Time - RetryIdentity.Memory).UtcTicks, limit: 2);
            transaction.PutOperation(new RememberedOperation(Retry.Id, Retry.Fingerprint, done.Order, done));
        }

        return outcomes.DrainToImmutable();
    }

    private WriteOutcome Delete(IMetadataTransaction transaction, BucketRecord bucket, ObjectToDelete key)
    {
        // Conditions are about the current object, also where an older version is to go.
        var current = transaction.FindObject(BucketId, key.Key);
        var decision = key.Condition.Decide(current);
        if (decision != WriteStatus.Done)
        {
            return new WriteOutcome(decision);
        }

        if (key.VersionId is { } versionId)
        {
            return DeleteVersion(transaction, key.Key, versionId, current);
        }

        if (bucket.Versioning != VersioningState.Unversioned)
        {
            var marker = transaction.PutMarker(bucket, key.Key, OwnerId, current, VersionSalt, Time);
            transaction.Tell(Event, Bucket, marker, marker.Order);
            return new WriteOutcome(WriteStatus.Done, marker.Order, marker.VersionId, marker.LastModified, IsDeleteMarker: true);
        }

        var order = transaction.NextOrder(Time);
        if (current is null)
        {
            return new WriteOutcome(WriteStatus.Done, order);
        }

        transaction.DropBytes(current);
        transaction.DeleteObject(BucketId, key.Key);
        transaction.AddToCounters(BucketId, -1, -current.Size);
        transaction.Tell(Event, Bucket, current, order);
        return new WriteOutcome(WriteStatus.Done, order);
    }

    private WriteOutcome DeleteVersion(IMetadataTransaction transaction, string key, string versionId, ObjectRecord? current)
    {
        var version = current is not null && current.VersionId == versionId ? current : transaction.FindVersion(BucketId, key, versionId);
        if (version is null)
        {
            return new WriteOutcome(WriteStatus.Done, transaction.NextOrder(Time), versionId);
        }

        if (!transaction.TryRemove(BucketId, version, current, Time, BypassesGovernance))
        {
            return new WriteOutcome(WriteStatus.ObjectLocked);
        }

        var order = transaction.NextOrder(Time);
        transaction.Tell(Event, Bucket, version, order);
        return new WriteOutcome(WriteStatus.Done, order, versionId, IsDeleteMarker: version.IsDeleteMarker);
    }
}
