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

    public WriteCondition Condition { get; init; } = WriteCondition.None;

    /// <summary>Set for conditional writes with an invocation id.</summary>
    public RetryIdentity? Retry { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override int SizeBytes => 1024 + InlineBody.Length;

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is null)
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

        var stored = transaction.Replace(BucketId, Object, before, Time);
        transaction.PutInlineBodies(Object.Segments, InlineBody);
        var outcome = new WriteOutcome(WriteStatus.Done, stored.Order, stored.VersionId, stored.LastModified);
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

/// <summary>One key of a <see cref="DeleteObjects"/>.</summary>
/// <param name="Key">The key.</param>
/// <param name="IfMatch">ETag (unquoted) the object must have; null for no condition.</param>
public sealed record ObjectToDelete(string Key, string? IfMatch = null);

/// <summary>Removes up to 1,000 objects, each on its own: one failed condition does not hinder the others. An absent key is done.</summary>
public sealed record DeleteObjects : MetadataCommand<ImmutableArray<WriteOutcome>>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required ImmutableArray<ObjectToDelete> Keys { get; init; }

    /// <summary>Set for a conditional removal of one key with an invocation id.</summary>
    public RetryIdentity? Retry { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override int SizeBytes => 256 * Keys.Length;

    /// <inheritdoc/>
    public override ImmutableArray<WriteOutcome> Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is null)
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
            outcomes.Add(Delete(transaction, key));
        }

        if (Retry is not null && outcomes[0] is { IsDone: true } done)
        {
            transaction.ForgetOperations((Time - RetryIdentity.Memory).UtcTicks, limit: 2);
            transaction.PutOperation(new RememberedOperation(Retry.Id, Retry.Fingerprint, done.Order, done));
        }

        return outcomes.DrainToImmutable();
    }

    private WriteOutcome Delete(IMetadataTransaction transaction, ObjectToDelete key)
    {
        var current = transaction.FindObject(BucketId, key.Key);
        var decision = new WriteCondition(key.IfMatch, IfNoneMatch: false).Decide(current);
        if (decision != WriteStatus.Done)
        {
            return new WriteOutcome(decision);
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
        return new WriteOutcome(WriteStatus.Done, order, current.VersionId);
    }
}

/// <summary>Replaces the access control list of an object.</summary>
public sealed record SetObjectAcl : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required string Key { get; init; }

    public required AccessControlList Acl { get; init; }

    /// <summary>Only if the object is this account's, as it was when the request was authorised; null for anybody's.</summary>
    public string? ObjectOwnerId { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
        => ObjectChange.Apply(transaction, this, Bucket, BucketId, Key, ObjectOwnerId, Event, current => current with { Acl = Acl });
}

/// <summary>Replaces the tags of an object; none removes them.</summary>
public sealed record SetObjectTags : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required string Key { get; init; }

    public required ImmutableArray<KeyValuePair<string, string>> Tags { get; init; }

    /// <summary>Only if the object is this account's, as it was when the request was authorised; null for anybody's.</summary>
    public string? ObjectOwnerId { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
        => ObjectChange.Apply(transaction, this, Bucket, BucketId, Key, ObjectOwnerId, Event, current => current with { Tags = Tags });
}

/// <summary>A change of an object's record that leaves its bytes, order and time alone.</summary>
file static class ObjectChange
{
    public static WriteOutcome Apply(
        IMetadataTransaction transaction,
        MetadataCommand<WriteOutcome> command,
        string bucket,
        long bucketId,
        string key,
        string? ownerId,
        EventIntent? intent,
        Func<ObjectRecord, ObjectRecord> change)
    {
        if (transaction.FindBucket(bucket, bucketId) is null)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        if (transaction.FindObject(bucketId, key) is not { } current
            || (ownerId is not null && ownerId != current.Acl.OwnerId))
        {
            return new WriteOutcome(WriteStatus.KeyMissing);
        }

        var order = transaction.NextOrder(command.Time);
        transaction.PutObject(bucketId, change(current));
        transaction.Tell(intent, bucket, current, order);
        return new WriteOutcome(WriteStatus.Done, order, current.VersionId, current.LastModified);
    }
}
