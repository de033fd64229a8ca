using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>Steps that several commands share, written once over the rows of a transaction.</summary>
internal static class TransactionSteps
{
    /// <summary>The bucket of that name, if it is still the one the command was authorised against.</summary>
    public static BucketRecord? FindBucket(this IMetadataTransaction transaction, string name, long bucketId)
        => transaction.FindBucket(name) is { } bucket && bucket.BucketId == bucketId ? bucket : null;

    /// <summary>Writes the current version of a key in place of the one before, with counters, owners and garbage.</summary>
    public static ObjectRecord Replace(
        this IMetadataTransaction transaction, long bucketId, ObjectRecord record, ObjectRecord? before, DateTimeOffset time)
    {
        var order = transaction.NextOrder(time);
        var stored = record with { Order = order, LastModified = time, VersionId = ObjectRecord.NullVersion, IsNull = true };
        if (before is not null)
        {
            transaction.DropBytes(before);
        }

        transaction.PutObject(bucketId, stored);
        foreach (var segment in stored.Segments)
        {
            transaction.PutBlobOwner(
                new BlobOwner(segment.BlobId, bucketId, stored.Key, stored.Order, UploadId: null, PartNumber: 0)
                {
                    Backend = segment.BlobBackend,
                });
        }

        transaction.AddToCounters(bucketId, before is null ? 1 : 0, stored.Size - (before?.Size ?? 0));
        return stored;
    }

    /// <summary>Keeps the bytes that came with a command for the inline segment among those it names.</summary>
    public static void PutInlineBodies(this IMetadataTransaction transaction, ImmutableArray<Segment> segments, ReadOnlyMemory<byte> body)
    {
        foreach (var segment in segments)
        {
            if (segment.Kind == SegmentKind.Inline)
            {
                transaction.PutInlineBody(segment.BlobId, body);
            }
        }
    }

    /// <summary>Turns the bytes of an object that no row names any more into garbage.</summary>
    public static void DropBytes(this IMetadataTransaction transaction, ObjectRecord record)
    {
        foreach (var segment in record.Segments)
        {
            transaction.AddGarbage(GarbageKind.Segment, segment);
        }

        if (record.UploadId is { } uploadId)
        {
            transaction.AddGarbage(GarbageKind.Upload, uploadId: uploadId);
        }
    }

    /// <summary>Puts the event of a bucket into the outbox, where the command carries one.</summary>
    public static void Tell(this IMetadataTransaction transaction, EventIntent? intent, string bucket, long order)
    {
        if (intent is not null)
        {
            transaction.AddEvent(intent, bucket, key: "", order, versionId: "", size: 0, eTag: "");
        }
    }

    /// <summary>Puts the event of an object into the outbox, where the command carries one.</summary>
    public static void Tell(this IMetadataTransaction transaction, EventIntent? intent, string bucket, ObjectRecord record, long order)
    {
        if (intent is not null)
        {
            transaction.AddEvent(intent, bucket, record.Key, order, record.VersionId, record.Size, record.ETag);
        }
    }
}
