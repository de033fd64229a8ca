using System.Collections.Immutable;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Content;

/// <summary>Writes bytes as segments before the command that names them, and takes them back when that command was certainly refused.</summary>
internal sealed partial class BlobWriter(IObjectStorage storage, BlobIdSource ids, FreeSpaceGuard freeSpace, ILogger<BlobWriter> logger)
{
    /// <summary>Reads <paramref name="content"/> to its end into one durable blob; no segment for no bytes.</summary>
    /// <exception cref="StorageFullException">There is no room; nothing is left behind.</exception>
    public async ValueTask<ImmutableArray<Segment>> WriteAsync(
        string bucket, string key, Stream content, long length, bool isPart, CancellationToken cancellationToken)
    {
        // A row needs room too.
        RequireSpace(length);
        if (length == 0)
        {
            // The source still has to say, at its last read, that nothing was all there was.
            var probe = new byte[1];
            return await content.ReadAsync(probe, cancellationToken) == 0
                ? []
                : throw new InvalidDataException("More bytes came than were announced.");
        }

        var blob = await storage.WriteAsync(new BlobAddress(bucket, key, ids.Next(), isPart), content, length, cancellationToken);
        return [ToSegment(blob)];
    }

    /// <summary>Makes segments of their own from verified bytes of others.</summary>
    public async ValueTask<ImmutableArray<Segment>> CopyAsync(
        string bucket, string key, Segment source, long offset, long length, bool isPart, CancellationToken cancellationToken)
    {
        RequireSpace(length);
        try
        {
            var address = new BlobAddress(bucket, key, ids.Next(), isPart);
            return [ToSegment(await storage.CopyAsync(ToBlob(source), offset, length, address, cancellationToken))];
        }
        catch (FileNotFoundException)
        {
            throw new BlobCorruptException(new BlobId(source.BlobId), "it is absent", isAbsent: true);
        }
    }

    /// <summary>Carries out the command that names <paramref name="segments"/>. Where it is certainly not applied, they are deleted.</summary>
    public async ValueTask<WriteOutcome> CommitAsync(
        IMetadataStore metadata, MetadataCommand<WriteOutcome> command, ImmutableArray<Segment> segments, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await metadata.ExecuteAsync(command, cancellationToken);
            if (!outcome.IsDone)
            {
                await DropAsync(segments);
            }

            return outcome;
        }
        catch (Exception e) when (e is OperationCanceledException or MetadataBusyException or MetadataFullException or MetadataUnavailableException { OutcomeUnknown: false })
        {
            await DropAsync(segments);
            throw;
        }
    }

    /// <summary>Deletes blobs that no row names and none will. A failure leaves them to the sweep.</summary>
    public async ValueTask DropAsync(ImmutableArray<Segment> segments)
    {
        foreach (var segment in segments)
        {
            try
            {
                await storage.DeleteAsync(ToBlob(segment), CancellationToken.None);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.NotDropped(logger, ToBlob(segment).Id, e);
            }
        }
    }

    public static StoredBlob ToBlob(Segment segment)
        => new(new BlobId(segment.BlobId), segment.Backend, segment.Locator, segment.Length, segment.StoredLength);

    private void RequireSpace(long length)
    {
        if (!freeSpace.CanAddBytes(length))
        {
            throw new StorageFullException("Free space is below storage.min_free.");
        }
    }

    private static Segment ToSegment(StoredBlob blob)
        => new(SegmentKind.Blob, blob.Id.Value, blob.Backend, blob.Locator, blob.Length, blob.StoredLength);

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Warning, "Blob {Blob} of a refused request could not be deleted; the next start sweeps it")]
        public static partial void NotDropped(ILogger logger, BlobId blob, Exception exception);
    }
}
