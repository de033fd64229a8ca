using BleepStore.Api.Checksums;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Content;

/// <summary>Bytes copied into segments of their own, with what is known of them.</summary>
internal sealed record CopiedContent(WrittenContent Content, string ETag, ChecksumRecord Checksum);

/// <summary>Copies a range of an object, always through verification, so that a copy never blesses rot.</summary>
internal sealed class ObjectCopier(ObjectReader reader, BlobWriter blobs)
{
    /// <summary>Copies <paramref name="length"/> bytes from <paramref name="offset"/>.</summary>
    /// <param name="algorithm">Checksum the copy gets.</param>
    public async ValueTask<CopiedContent> CopyAsync(
        ObjectRecord source, long offset, long length, string bucket, string key, ChecksumAlgorithm algorithm, bool isPart, CancellationToken cancellationToken)
    {
        if (!isPart && length == source.Size && IsKnown(source, algorithm) is { } known && blobs.CanCopy(source.Segments[0], length))
        {
            // One whole blob whose digests are known: the backend verifies and copies it by itself.
            var copied = await blobs.CopyAsync(bucket, key, source.Segments[0], 0, length, isPart, cancellationToken);
            return new CopiedContent(copied, source.ETag, known);
        }

        await using var content = new DigestingStream(await reader.OpenAsync(source, offset, length, cancellationToken), algorithm);
        var written = await blobs.WriteAsync(bucket, key, content, length, isPart, cancellationToken);
        var checksum = new ChecksumRecord((int)algorithm, (int)ChecksumType.FullObject, content.FinishChecksum());
        return new CopiedContent(written, Convert.ToHexStringLower(content.FinishMd5()), checksum);
    }

    private static ChecksumRecord? IsKnown(ObjectRecord source, ChecksumAlgorithm algorithm)
        => source is { UploadId: null, Segments: [_], Checksum: { } checksum }
            && checksum.Algorithm == (int)algorithm && checksum.Type == (int)ChecksumType.FullObject
                ? checksum
                : null;
}
