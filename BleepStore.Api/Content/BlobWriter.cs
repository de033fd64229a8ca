using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Content;

/// <summary>Writes bytes as segments before the command that names them, and takes them back when that command was certainly refused.</summary>
internal sealed partial class BlobWriter(
    IObjectStorage storage, BlobIdSource ids, FreeSpaceGuard freeSpace, InlineLimit inline, ILogger<BlobWriter> logger)
{
    /// <summary>
    /// Reads <paramref name="content"/> to its end: a small body stays in memory, to travel in its command; any other becomes one durable blob.
    /// </summary>
    /// <param name="length">Plain length in bytes; null when only the end of the content will tell.</param>
    /// <exception cref="StorageFullException">There is no room; nothing is left behind.</exception>
    public async ValueTask<WrittenContent> WriteAsync(
        string bucket, string key, Stream content, long? length, bool isPart, CancellationToken cancellationToken)
    {
        // A row needs room too.
        RequireSpace(length ?? 0);
        if (length <= inline.Bytes)
        {
            return await ReadInlineAsync(content, (int)length, cancellationToken);
        }

        var blob = await storage.WriteAsync(new BlobAddress(bucket, key, ids.Next(), isPart), content, length, cancellationToken);
        return new WrittenContent([ToSegment(blob)], default);
    }

    /// <summary>True when the backend can make the copy by itself: the bytes are a blob, and the copy is to be one too.</summary>
    public bool CanCopy(Segment source, long length) => source.Kind == SegmentKind.Blob && length > inline.Bytes;

    /// <summary>Makes a blob of its own from verified bytes of another.</summary>
    public async ValueTask<WrittenContent> CopyAsync(
        string bucket, string key, Segment source, long offset, long length, bool isPart, CancellationToken cancellationToken)
    {
        RequireSpace(length);
        try
        {
            var address = new BlobAddress(bucket, key, ids.Next(), isPart);
            return new WrittenContent([ToSegment(await storage.CopyAsync(ToBlob(source), offset, length, address, cancellationToken))], default);
        }
        catch (FileNotFoundException)
        {
            throw new BlobCorruptException(new BlobId(source.BlobId), "it is absent", isAbsent: true);
        }
    }

    /// <summary>Carries out the command that names <paramref name="content"/>. Where it is certainly not applied, blobs are deleted.</summary>
    public async ValueTask<WriteOutcome> CommitAsync(
        IMetadataStore metadata, MetadataCommand<WriteOutcome> command, WrittenContent content, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await metadata.ExecuteAsync(command, cancellationToken);
            if (!outcome.IsDone)
            {
                await DropAsync(content);
            }

            return outcome;
        }
        catch (Exception e) when (e is OperationCanceledException or MetadataBusyException or MetadataFullException or MetadataUnavailableException { OutcomeUnknown: false })
        {
            await DropAsync(content);
            throw;
        }
    }

    // No row names these blobs and none will. A failure leaves them to the sweep; inline bytes went nowhere.
    private async ValueTask DropAsync(WrittenContent content)
    {
        foreach (var segment in content.Segments.Where(segment => segment.Kind == SegmentKind.Blob))
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

    private async ValueTask<WrittenContent> ReadInlineAsync(Stream content, int length, CancellationToken cancellationToken)
    {
        // The room of the seal also lets the source be asked for its end: only then has it kept all its promises.
        var bytes = new byte[length + InlineBody.SealBytes];
        var filled = 0;
        while (await content.ReadAsync(bytes.AsMemory(filled), cancellationToken) is var count and > 0)
        {
            filled += count;
            if (filled > length)
            {
                throw new InvalidDataException("More bytes came than were announced.");
            }
        }

        if (filled < length)
        {
            throw new EndOfStreamException("Fewer bytes came than were announced.");
        }

        if (length == 0)
        {
            return WrittenContent.Empty;
        }

        var id = ids.Next();
        InlineBody.Seal(id, bytes);
        return new WrittenContent([new Segment(SegmentKind.Inline, id.Value, Backend: "", Locator: "", length, bytes.Length)], bytes);
    }

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
