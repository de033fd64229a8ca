using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>Identity of a conditional write that its client may repeat; see <see cref="RememberedOperation"/>.</summary>
/// <param name="Id">Hash of access key, operation, bucket id, key and invocation id.</param>
/// <param name="Fingerprint">Hash of payload digest and conditions.</param>
public sealed record RetryIdentity(ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Fingerprint)
{
    /// <summary>How long an answer is remembered, by command time.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);
}

/// <summary>Stores an object whose bytes are already durable.</summary>
public sealed record PutObject : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    /// <summary>The object; order, version id and last modified are assigned by the store.</summary>
    public required ObjectRecord Object { get; init; }

    /// <summary>The bytes of the object's <see cref="SegmentKind.Inline"/> segment; empty when it has none.</summary>
    public ReadOnlyMemory<byte> InlineBody { get; init; }

    /// <summary>Random where the bucket has versions; goes into the version id.</summary>
    public long VersionSalt { get; init; }

    public WriteCondition Condition { get; init; } = WriteCondition.None;

    /// <summary>Set for conditional writes with an invocation id.</summary>
    public RetryIdentity? Retry { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override int SizeBytes => 1024 + InlineBody.Length;

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is not { } bucket)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        if (Retry is not null && transaction.FindOperation(Retry.Id) is { } remembered
            && remembered.Fingerprint.Span.SequenceEqual(Retry.Fingerprint.Span))
        {
            // The first attempt's bytes are the object's; this attempt's are garbage, unless it is the very same command once more.
            foreach (var segment in Object.Segments)
            {
                if (segment.Kind != SegmentKind.Inline && transaction.FindBlobOwner(segment.BlobId) is null)
                {
                    transaction.AddGarbage(GarbageKind.Segment, segment);
                }
            }

            return remembered.Outcome;
        }

        var before = transaction.FindObject(BucketId, Object.Key);
        var decision = Condition.Decide(before);
        if (decision != WriteStatus.Done)
        {
            return new WriteOutcome(decision);
        }

        var stored = transaction.PutCurrent(bucket, Object, InlineBody, before, VersionSalt, Time);
        var outcome = WriteOutcome.Of(bucket, stored);
        if (Retry is not null)
        {
            transaction.ForgetOperations((Time - RetryIdentity.Memory).UtcTicks, limit: 2);
            transaction.PutOperation(new RememberedOperation(Retry.Id, Retry.Fingerprint, stored.Order, outcome));
        }

        transaction.Tell(Event, Bucket, stored, stored.Order);
        return outcome;
    }
}

/// <summary>
/// Asks whether a conditional write was carried out before: only then is its body worth reading although its condition does not hold any more.
/// Changes nothing.
/// </summary>
public sealed record RecallOperation : MetadataCommand<bool>
{
    /// <summary>The <see cref="RetryIdentity.Id"/> of the write.</summary>
    public required ReadOnlyMemory<byte> Id { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction) => transaction.FindOperation(Id) is not null;
}

/// <summary>Replaces the access control list of an object.</summary>
public sealed record SetObjectAcl : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required string Key { get; init; }

    /// <summary>The version whose list it is; null for the current object.</summary>
    public string? VersionId { get; init; }

    public required AccessControlList Acl { get; init; }

    /// <summary>Only if it is the version of this order, which the request was authorised against; null for whatever stands there.</summary>
    public long? ObjectOrder { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
        => ObjectChange.Apply(transaction, this, Bucket, BucketId, (Key, VersionId), ObjectOrder, Event, current => current with { Acl = Acl });
}

/// <summary>Replaces the tags of an object; none removes them.</summary>
public sealed record SetObjectTags : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required string Key { get; init; }

    /// <summary>The version whose tags they are; null for the current object.</summary>
    public string? VersionId { get; init; }

    public required ImmutableArray<KeyValuePair<string, string>> Tags { get; init; }

    /// <summary>Only if it is the version of this order, which the request was authorised against; null for whatever stands there.</summary>
    public long? ObjectOrder { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
        => ObjectChange.Apply(transaction, this, Bucket, BucketId, (Key, VersionId), ObjectOrder, Event, current => current with { Tags = Tags });
}

/// <summary>A change of a version's record that leaves its bytes, order and time alone.</summary>
internal static class ObjectChange
{
    /// <summary>Changes what locks the current object, or the version that is named; refused where that gives null.</summary>
    public static WriteOutcome ApplyToLock(
        IMetadataTransaction transaction,
        MetadataCommand<WriteOutcome> command,
        string bucketName,
        long bucketId,
        (string Key, string? VersionId) name,
        EventIntent? intent,
        Func<ObjectLock, ObjectLock?> change)
        => transaction.FindBucket(bucketName, bucketId) is { ObjectLockEnabled: false }
            ? new WriteOutcome(WriteStatus.BucketNotLocked)
            : Apply(
                transaction, command, bucketName, bucketId, name, order: null, intent, version => change(version.Lock) is { } changed ? version with { Lock = changed } : null);

    /// <summary>Changes the current object, or the version that is named; refused as locked where that gives null.</summary>
    public static WriteOutcome Apply(
        IMetadataTransaction transaction,
        MetadataCommand<WriteOutcome> command,
        string bucketName,
        long bucketId,
        (string Key, string? VersionId) name,
        long? order,
        EventIntent? intent,
        Func<ObjectRecord, ObjectRecord?> change)
    {
        if (transaction.FindBucket(bucketName, bucketId) is not { } bucket)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        var current = transaction.FindObject(bucketId, name.Key);
        var version = name.VersionId is not { } versionId || current?.VersionId == versionId ? current
            : transaction.FindVersion(bucketId, name.Key, versionId);
        if (version is null)
        {
            return new WriteOutcome(name.VersionId is null ? WriteStatus.KeyMissing : WriteStatus.VersionMissing);
        }

        if (version.IsDeleteMarker)
        {
            return new WriteOutcome(WriteStatus.IsDeleteMarker, VersionId: version.VersionId);
        }

        if (order is not null && order != version.Order)
        {
            return new WriteOutcome(WriteStatus.ObjectChanged);
        }

        if (change(version) is not { } changed)
        {
            return new WriteOutcome(WriteStatus.ObjectLocked);
        }

        var changeOrder = transaction.NextOrder(command.Time);
        if (ReferenceEquals(version, current))
        {
            transaction.PutObject(bucketId, changed);
        }
        else
        {
            transaction.PutVersion(bucketId, changed);
        }

        transaction.Tell(intent, bucketName, version, changeOrder);
        return WriteOutcome.Of(bucket, version) with { Order = changeOrder };
    }
}
