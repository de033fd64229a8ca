using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>Steps that several commands share, written once over the rows of a transaction.</summary>
internal static class TransactionSteps
{
    /// <summary>The bucket of that name, if it is still the one the command was authorised against.</summary>
    public static BucketRecord? FindBucket(this IMetadataTransaction transaction, string name, long bucketId)
        => transaction.FindBucket(name) is { } bucket && bucket.BucketId == bucketId ? bucket : null;

    /// <summary>Keeps what the bytes of a record need beside it: the owner row of each blob, and the bytes of the inline segment.</summary>
    public static void PutBytes(
        this IMetadataTransaction transaction, ImmutableArray<Segment> segments, ReadOnlyMemory<byte> inlineBody, BlobOwner owner)
    {
        foreach (var segment in segments)
        {
            if (segment.Kind == SegmentKind.Inline)
            {
                transaction.PutInlineBody(segment.BlobId, inlineBody);
            }
            else
            {
                transaction.PutBlobOwner(owner with { BlobId = segment.BlobId, Backend = segment.Backend });
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
