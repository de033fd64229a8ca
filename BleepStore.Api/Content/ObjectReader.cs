using BleepStore.Api.Encryption;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Content;

/// <summary>Opens any range of an object as one stream, whether its bytes are one segment or ten thousand parts.</summary>
/// <param name="keys">Opens bytes for checks too; null where there are no keys.</param>
internal sealed class ObjectReader(IMetadataStore metadata, IObjectStorage storage, ObjectKeys? keys = null)
{
    private const int PartsPerPage = 100;

    /// <summary>Opens verified bytes of an object whose inline ones may have come with its record.</summary>
    /// <param name="dataKey">The key of the object's bytes; null when they are plain.</param>
    public ValueTask<Stream> OpenAsync(ObjectWithBody found, long offset, long length, DataKey? dataKey, CancellationToken cancellationToken)
    {
        if (found is { InlineBody: { } row, Object.Segments: [{ Kind: SegmentKind.Inline } segment] } && length > 0)
        {
            return ValueTask.FromResult<Stream>(Open(segment, row, offset, length, dataKey));
        }

        return OpenAsync(found.Object, offset, length, dataKey, cancellationToken);
    }

    /// <summary>Opens verified bytes. The caller disposes; a reader registration must outlive the stream.</summary>
    /// <param name="dataKey">The key of the object's bytes; null when they are plain.</param>
    public async ValueTask<Stream> OpenAsync(ObjectRecord record, long offset, long length, DataKey? dataKey, CancellationToken cancellationToken)
    {
        if (length == 0)
        {
            return Stream.Null;
        }

        if (record is { UploadId: null, Segments: [var only] })
        {
            return await OpenSegmentAsync(only, offset, length, dataKey, cancellationToken);
        }

        return new SegmentedStream(this, SegmentsAsync(record, offset, length, cancellationToken), dataKey);
    }

    /// <summary>The pieces of segments that make up a range of an object, in order.</summary>
    public async IAsyncEnumerable<SegmentSlice> SegmentsAsync(
        ObjectRecord record, long offset, long length, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = 0L;
        var end = offset + length;
        if (record.UploadId is null)
        {
            foreach (var segment in record.Segments)
            {
                if (Slice(segment, position, offset, end) is { } slice)
                {
                    yield return slice;
                }

                position += segment.Length;
            }

            yield break;
        }

        var chunk = await metadata.FindManifestChunkAsync(record.UploadId, offset, cancellationToken);
        while (chunk is not null && chunk.Offset < end)
        {
            position = chunk.Offset;
            await foreach (var (part, size) in PartsAsync(chunk, offset, end, cancellationToken))
            {
                foreach (var segment in part?.Segments ?? [])
                {
                    if (Slice(segment, position, offset, end) is { } slice)
                    {
                        yield return slice;
                    }

                    position += segment.Length;
                }

                position += part is null ? size : 0;
            }

            chunk = await metadata.FindManifestChunkAsync(record.UploadId, chunk.Chunk + 1, cancellationToken);
        }
    }

    /// <summary>Opens a piece of one segment.</summary>
    /// <param name="dataKey">The key of the object's bytes; null when they are plain.</param>
    /// <exception cref="BlobCorruptException">The bytes that a row names are absent or damaged.</exception>
    public async ValueTask<Stream> OpenSegmentAsync(Segment segment, long offset, long length, DataKey? dataKey, CancellationToken cancellationToken)
        => segment.Kind == SegmentKind.Inline ? Open(segment, await FindRowAsync(segment, cancellationToken), offset, length, dataKey)
            : dataKey is not null || !segment.KeySalt.IsEmpty ? await OpenSealedAsync(segment, offset, length, dataKey, cancellationToken)
            : await storage.OpenAsync(BlobWriter.ToBlob(segment), offset, length, cancellationToken) ?? throw Absent(segment);

    /// <summary>The data key of a record, for a check; null when the bytes are plain, or the key is a customer's or not at hand.</summary>
    /// <exception cref="InvalidDataException">The record says what cannot be.</exception>
    public ValueTask<DataKey?> FindOwnKeyAsync(EncryptionRecord? encryption, CancellationToken cancellationToken)
        => keys is null || encryption is null ? ValueTask.FromResult<DataKey?>(null) : keys.FindOwnAsync(encryption, cancellationToken);

    /// <summary>Opens stored bytes of a segment as they lie there, verified by their checksums alone: for whoever has no key.</summary>
    /// <exception cref="BlobCorruptException">The bytes that a row names are absent or damaged.</exception>
    public async ValueTask<Stream> OpenStoredAsync(Segment segment, long offset, long length, CancellationToken cancellationToken)
    {
        var blob = BlobWriter.ToBlob(segment);
        return segment.Kind == SegmentKind.Inline
            ? ToStream(InlineBody.Open(blob.Id, await FindRowAsync(segment, cancellationToken), blob.Length).Slice((int)offset, (int)length))
            : await storage.OpenAsync(blob, offset, length, cancellationToken) ?? throw Absent(segment);
    }

    private async ValueTask<Stream> OpenSealedAsync(Segment segment, long offset, long length, DataKey? dataKey, CancellationToken cancellationToken)
    {
        var blob = BlobWriter.ToBlob(segment);
        var (storedOffset, storedLength) = OpeningStream.StoredRange(segment.Length, offset, length);
        var stored = await storage.OpenAsync(blob, storedOffset, storedLength, cancellationToken) ?? throw Absent(segment);
        try
        {
#pragma warning disable CA2000 // The stream takes both over.
            return OpeningStream.Open(stored, CipherOf(segment, dataKey), blob.Id, segment.Length, offset, length);
#pragma warning restore CA2000
        }
        catch
        {
            await stored.DisposeAsync();
            throw;
        }
    }

    private static SegmentCipher CipherOf(Segment segment, DataKey? dataKey)
        => (dataKey ?? throw new InvalidOperationException("Encrypted bytes are opened without a key."))
            .OpenSegment(new BlobId(segment.BlobId), segment.KeySalt.Span);

    private async ValueTask<ReadOnlyMemory<byte>> FindRowAsync(Segment segment, CancellationToken cancellationToken)
        => await metadata.FindInlineBodyAsync(segment.BlobId, cancellationToken) ?? throw Absent(segment);

    private static MemoryStream Open(Segment segment, ReadOnlyMemory<byte> row, long offset, long length, DataKey? dataKey)
    {
        var blob = BlobWriter.ToBlob(segment);
        var bytes = InlineBody.Open(blob.Id, row, blob.Length);
        if (dataKey is not null || !segment.KeySalt.IsEmpty)
        {
            bytes = Decrypt(segment, bytes, dataKey);
        }

        return ToStream(bytes.Slice((int)offset, (int)length));
    }

    private static byte[] Decrypt(Segment segment, ReadOnlyMemory<byte> sealedBytes, DataKey? dataKey)
    {
        using var cipher = CipherOf(segment, dataKey);
        var plain = new byte[segment.Length];
        return cipher.TryOpen(0, isLast: true, sealedBytes.Span, plain)
            ? plain
            : throw new BlobCorruptException(new BlobId(segment.BlobId), "its row fails its authentication");
    }

    private static MemoryStream ToStream(ReadOnlyMemory<byte> bytes) => new(bytes.ToArray(), writable: false);

    private static BlobCorruptException Absent(Segment segment) => new(new BlobId(segment.BlobId), "it is absent", isAbsent: true);

    private static SegmentSlice? Slice(Segment segment, long position, long offset, long end)
    {
        var from = Math.Max(offset, position);
        var to = Math.Min(end, position + segment.Length);
        return from < to ? new SegmentSlice(segment, from - position, to - from) : null;
    }

    /// <summary>The listed parts of a chunk; null with a size for those before the range, whose rows need not be read.</summary>
    private async IAsyncEnumerable<(PartRecord? Part, long Size)> PartsAsync(
        ManifestChunk chunk, long offset, long end, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = chunk.Offset;
        var page = new Dictionary<int, PartRecord>();
        foreach (var (number, size) in chunk.Parts)
        {
            if (position >= end)
            {
                yield break;
            }

            if (position + size <= offset)
            {
                yield return (null, size);
            }
            else
            {
                if (!page.TryGetValue(number, out var part))
                {
                    page = (await metadata.ListPartsAsync(chunk.UploadId, number - 1, PartsPerPage, cancellationToken)).ToDictionary(row => row.PartNumber);
                    part = page.GetValueOrDefault(number) ?? throw new InvalidDataException($"Part {number} of upload {chunk.UploadId} has no row.");
                }

                yield return (part, size);
            }

            position += size;
        }
    }
}

/// <summary>A range of one segment.</summary>
internal readonly record struct SegmentSlice(Segment Segment, long Offset, long Length);
