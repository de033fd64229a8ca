using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Content;

/// <summary>Opens any range of an object as one stream, whether its bytes are one segment or ten thousand parts.</summary>
internal sealed class ObjectReader(IMetadataStore metadata, IObjectStorage storage)
{
    private const int PartsPerPage = 100;

    /// <summary>Opens verified bytes of an object whose inline ones may have come with its record.</summary>
    public ValueTask<Stream> OpenAsync(ObjectWithBody found, long offset, long length, CancellationToken cancellationToken)
    {
        if (found is { InlineBody: { } row, Object.Segments: [{ Kind: SegmentKind.Inline } segment] } && length > 0)
        {
            return ValueTask.FromResult<Stream>(Open(segment, row, offset, length));
        }

        return OpenAsync(found.Object, offset, length, cancellationToken);
    }

    /// <summary>Opens verified bytes. The caller disposes; a reader registration must outlive the stream.</summary>
    public async ValueTask<Stream> OpenAsync(ObjectRecord record, long offset, long length, CancellationToken cancellationToken)
    {
        if (length == 0)
        {
            return Stream.Null;
        }

        if (record is { UploadId: null, Segments: [var only] })
        {
            return await OpenSegmentAsync(only, offset, length, cancellationToken);
        }

        return new SegmentedStream(this, SegmentsAsync(record, offset, length, cancellationToken));
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
    /// <exception cref="BlobCorruptException">The bytes that a row names are absent or damaged.</exception>
    public async ValueTask<Stream> OpenSegmentAsync(Segment segment, long offset, long length, CancellationToken cancellationToken)
        => segment.Kind == SegmentKind.Inline
            ? await OpenInlineAsync(segment, offset, length, cancellationToken)
            : await storage.OpenAsync(BlobWriter.ToBlob(segment), offset, length, cancellationToken) ?? throw Absent(segment);

    private async ValueTask<Stream> OpenInlineAsync(Segment segment, long offset, long length, CancellationToken cancellationToken)
        => Open(segment, await metadata.FindInlineBodyAsync(segment.BlobId, cancellationToken) ?? throw Absent(segment), offset, length);

    private static MemoryStream Open(Segment segment, ReadOnlyMemory<byte> row, long offset, long length)
    {
        var plain = InlineBody.Open(new BlobId(segment.BlobId), row, segment.Length);
        return new MemoryStream(plain.Slice((int)offset, (int)length).ToArray(), writable: false);
    }

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
