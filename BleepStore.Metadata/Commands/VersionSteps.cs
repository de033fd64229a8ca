using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>
/// How versions of a key follow each other. The current object is the newest of all; beside it lie older versions and delete markers, and where
/// there is no current object, the newest of those is a delete marker.
/// </summary>
internal static class VersionSteps
{
    /// <summary>
    /// Makes an object the current one of its key, with counters, owners and garbage. The one before stays as a version where the bucket's
    /// versioning says so.
    /// </summary>
    /// <param name="transaction">The rows.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="record">The object; order, version id and time are assigned.</param>
    /// <param name="inlineBody">Bytes of its inline segment.</param>
    /// <param name="before">The current object; null when there is none.</param>
    /// <param name="salt">What the command gives to a version id.</param>
    /// <param name="time">Command time.</param>
    public static ObjectRecord PutCurrent(
        this IMetadataTransaction transaction,
        BucketRecord bucket,
        ObjectRecord record,
        ReadOnlyMemory<byte> inlineBody,
        ObjectRecord? before,
        long salt,
        DateTimeOffset time)
    {
        var order = transaction.NextOrder(time);
        var isNull = bucket.Versioning != VersioningState.Enabled;
        var versionId = isNull ? ObjectRecord.NullVersion : VersionIds.Of(order, salt);
        var stored = record with { Order = order, LastModified = time, VersionId = versionId, IsNull = isNull };
        if (bucket.DefaultRetention is { } retention)
        {
            stored = stored with { Lock = retention.ApplyTo(stored.Lock, time) };
        }

        var freedBytes = transaction.MakeWay(bucket, record.Key, before);
        transaction.PutObject(bucket.BucketId, stored);
        transaction.PutBytes(
            stored.Segments, inlineBody, new BlobOwner(BlobId: 0, bucket.BucketId, stored.Key, stored.Order, UploadId: null, PartNumber: 0));
        transaction.AddToCounters(bucket.BucketId, before is null ? 1 : 0, stored.Size - freedBytes);
        return stored;
    }

    /// <summary>Makes a delete marker the newest of its key: the key has no current object any more.</summary>
    public static ObjectRecord PutMarker(
        this IMetadataTransaction transaction,
        BucketRecord bucket,
        string key,
        string ownerId,
        ObjectRecord? before,
        long salt,
        DateTimeOffset time)
    {
        var order = transaction.NextOrder(time);
        var isNull = bucket.Versioning != VersioningState.Enabled;
        var marker = new ObjectRecord
        {
            Key = key,
            Order = order,
            LastModified = time,
            VersionId = isNull ? ObjectRecord.NullVersion : VersionIds.Of(order, salt),
            IsNull = isNull,
            IsDeleteMarker = true,
            Acl = new AccessControlList(ownerId, []),
        };
        var freedBytes = transaction.MakeWay(bucket, key, before);
        if (before is not null)
        {
            transaction.DeleteObject(bucket.BucketId, key);
        }

        transaction.PutVersion(bucket.BucketId, marker);
        transaction.AddToCounters(bucket.BucketId, before is null ? 0 : -1, -freedBytes);
        return marker;
    }

    /// <summary>
    /// Removes a version or delete marker for ever. Where it was the newest, the one before it takes its place. False, and nothing done, where object
    /// lock forbids it: there is no other way to remove a version.
    /// </summary>
    public static bool TryRemove(
        this IMetadataTransaction transaction, long bucketId, ObjectRecord version, ObjectRecord? current, DateTimeOffset time, bool bypassesGovernance)
    {
        if (version.Lock.ForbidsRemoval(time, bypassesGovernance))
        {
            return false;
        }

        var objects = 0;
        transaction.DropBytes(version);
        if (current is not null && current.Order == version.Order)
        {
            transaction.DeleteObject(bucketId, version.Key);
            (current, objects) = (null, -1);
        }
        else
        {
            transaction.DeleteVersion(bucketId, version);
        }

        if (current is null && transaction.FindNewestVersion(bucketId, version.Key) is { IsDeleteMarker: false } next)
        {
            transaction.DeleteVersion(bucketId, next);
            transaction.PutObject(bucketId, next);
            objects++;
        }

        transaction.AddToCounters(bucketId, objects, -version.Size);
        return true;
    }

    /// <summary>
    /// Moves what is current aside for a newer version, or drops it; the answer is how many bytes were dropped. Nothing that is dropped here is locked:
    /// object lock needs versions and forbids to suspend them, and where they are enabled nothing is dropped.
    /// </summary>
    private static long MakeWay(this IMetadataTransaction transaction, BucketRecord bucket, string key, ObjectRecord? before)
    {
        if (bucket.Versioning != VersioningState.Enabled && before is { IsNull: true })
        {
            transaction.DropBytes(before);
            return before.Size;
        }

        if (before is not null)
        {
            transaction.PutVersion(bucket.BucketId, before);
        }

        // Only one version of a key is the null version: the new one takes the name of the old one, which may lie behind others.
        if (bucket.Versioning == VersioningState.Suspended
            && transaction.FindVersion(bucket.BucketId, key, ObjectRecord.NullVersion) is { } replaced)
        {
            transaction.DropBytes(replaced);
            transaction.DeleteVersion(bucket.BucketId, replaced);
            return replaced.Size;
        }

        return 0;
    }
}
