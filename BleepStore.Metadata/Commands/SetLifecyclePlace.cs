using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>
/// Remembers how far the pass of lifecycle rules has come, in the place of what was remembered before; false, and nothing is changed, where the bucket
/// or its rules are others by now.
/// </summary>
public sealed record SetLifecyclePlace : MetadataCommand<bool>
{
    /// <summary>The place; null when the pass is over, and the next one begins with the first bucket.</summary>
    public required LifecyclePlace? Place { get; init; }

    // One small row that replaces itself; and a full disk may be what the rules are about to make room on.

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction)
    {
        if (Place is not null && !(transaction.FindBucket(Place.Bucket, Place.BucketId) is { } bucket && Place.IsIn(bucket)))
        {
            return false;
        }

        transaction.PutLifecyclePlace(Place);
        return true;
    }
}
