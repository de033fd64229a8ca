using BleepStore.Api.Encryption;
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
    /// <param name="dataKey">Encrypts the bytes; null to write them as they are.</param>
    /// <exception cref="StorageFullException">There is no room; nothing is left behind.</exception>
    public ValueTask<WrittenContent> WriteAsync(
        string bucket, string key, Stream content, long? length, bool isPart, DataKey? dataKey, CancellationToken cancellationToken)
    {
        // A row needs room too.
        RequireSpace(length ?? 0);
        return length is null ? WriteUnknownAsync(bucket, key, content, isPart, dataKey, cancellationToken)
            : WriteFittingAsync(bucket, key, content, length, isPart, dataKey, cancellationToken);
    }

    // Whether it is small shows at its end, or where that does not come in time.
    private async ValueTask<WrittenContent> WriteUnknownAsync(
        string bucket, string key, Stream content, bool isPart, DataKey? dataKey, CancellationToken cancellationToken)
    {
        var start = await ReadStartAsync(content, inline.Bytes + 1, cancellationToken);
        await using var continued = new ContinuedStream(start, content);
        return await WriteFittingAsync(
            bucket, key, continued, start.Length <= inline.Bytes ? start.Length : null, isPart, dataKey, cancellationToken);
    }

    /// <summary>Writes a body in the shape that its length asks for; one of unknown length is no small one.</summary>
    private async ValueTask<WrittenContent> WriteFittingAsync(
        string bucket, string key, Stream content, long? length, bool isPart, DataKey? dataKey, CancellationToken cancellationToken)
    {
        if (length <= inline.Bytes)
        {
            return await ReadInlineAsync(content, (int)length, dataKey, cancellationToken);
        }

        var address = new BlobAddress(bucket, key, ids.Next(), isPart);
        if (dataKey is not null)
        {
            return await WriteSealedAsync(address, content, length, dataKey, cancellationToken);
        }

        var blob = await storage.WriteAsync(address, content, length, cancellationToken);
        return new WrittenContent([ToSegment(blob)], default);
    }

    private async ValueTask<WrittenContent> WriteSealedAsync(
        BlobAddress address, Stream content, long? length, DataKey dataKey, CancellationToken cancellationToken)
    {
        using var cipher = dataKey.CreateSegment(address.Id, out var keySalt);
        await using var sealing = new SealingStream(content, cipher);
        var blob = await storage.WriteAsync(address, sealing, length is { } known ? SealedLayout.StoredLength(known) : null, cancellationToken);
        return new WrittenContent([ToSegment(blob) with { Length = SealedLayout.PlainLength(blob.Length), KeySalt = keySalt }], default);
    }

    /// <summary>True when the backend can make the copy by itself: the bytes are a plain blob, and the copy is to be one too.</summary>
    public bool CanCopy(Segment source, long length)
        => source is { Kind: SegmentKind.Blob, KeySalt.IsEmpty: true } && length > inline.Bytes;

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

    /// <summary>What the storage knows of a segment's bytes: of encrypted ones it knows the ciphertext alone.</summary>
    public static StoredBlob ToBlob(Segment segment) => new(
        new BlobId(segment.BlobId),
        segment.Backend,
        segment.Locator,
        segment.KeySalt.IsEmpty ? segment.Length : SealedLayout.StoredLength(segment.Length),
        segment.StoredLength);

    private static async ValueTask<ReadOnlyMemory<byte>> ReadStartAsync(Stream content, int most, CancellationToken cancellationToken)
    {
        var bytes = new byte[most];
        return bytes.AsMemory(0, await content.ReadAtLeastAsync(bytes, most, throwOnEndOfStream: false, cancellationToken));
    }

    private async ValueTask<WrittenContent> ReadInlineAsync(Stream content, int length, DataKey? dataKey, CancellationToken cancellationToken)
    {
        // The room of the seal also lets the source be asked for its end: only then has it kept all its promises.
        var bytes = new byte[length + (dataKey is null ? 0 : SealedLayout.TagBytes) + InlineBody.SealBytes];
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
        var keySalt = dataKey is null ? default : Encrypt(id, bytes.AsSpan(0, length + SealedLayout.TagBytes), dataKey);
        InlineBody.Seal(id, bytes);
        var segment = new Segment(SegmentKind.Inline, id.Value, Backend: "", Locator: "", length, bytes.Length) { KeySalt = keySalt };
        return new WrittenContent([segment], bytes);
    }

    // In place: behind the plain bytes is room for the tag.
    private static ReadOnlyMemory<byte> Encrypt(BlobId id, Span<byte> bytes, DataKey dataKey)
    {
        using var cipher = dataKey.CreateSegment(id, out var keySalt);
        cipher.Seal(0, isLast: true, bytes[..^SealedLayout.TagBytes], bytes);
        return keySalt;
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
