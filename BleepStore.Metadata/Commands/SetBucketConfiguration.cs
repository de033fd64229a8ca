using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>Replaces or removes the document of one subresource of a bucket; to remove an absent one is done.</summary>
public sealed record SetBucketConfiguration : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    /// <summary>Query name of the subresource: <c>cors</c>, <c>tagging</c> …</summary>
    public required string Name { get; init; }

    /// <summary>The document's text; null removes it.</summary>
    public required string? Document { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => Document is null;

    /// <inheritdoc/>
    public override int SizeBytes => 1024 + (2 * (Document?.Length ?? 0));

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is not { } bucket)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        var order = transaction.NextOrder(Time);
        transaction.PutBucket(bucket with
        {
            Configurations = Document is null ? bucket.Configurations.Remove(Name) : bucket.Configurations.SetItem(Name, Document),
        });
        transaction.Tell(Event, Bucket, order);
        return new WriteOutcome(WriteStatus.Done, order);
    }
}
