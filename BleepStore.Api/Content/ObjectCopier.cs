using BleepStore.Api.Checksums;
using BleepStore.Api.Encryption;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Content;

/// <summary>Bytes copied into segments of their own, with what is known of them.</summary>
internal sealed record CopiedContent(WrittenContent Content, string ETag, ChecksumRecord Checksum);

/// <summary>The keys of a copy.</summary>
/// <param name="Source">Key of the bytes that are copied; null when they are plain.</param>
/// <param name="Target">Encrypts the copy; null to leave it plain.</param>
internal readonly record struct CopyKeys(DataKey? Source, DataKey? Target);

/// <summary>Copies a range of an object, always through verification, so that a copy never blesses rot.</summary>
internal sealed class ObjectCopier(ObjectReader reader, BlobWriter blobs)
{
    /// <summary>Copies <paramref name="length"/> bytes from <paramref name="offset"/>.</summary>
    /// <param name="algorithm">Checksum the copy gets.</param>
    /// <param name="keys">Those of source and copy.</param>
    public async ValueTask<CopiedContent> CopyAsync(
        ObjectRecord source, long offset, long length, string bucket, string key, ChecksumAlgorithm algorithm, bool isPart, CopyKeys keys, CancellationToken cancellationToken)
    {
        if (!isPart && keys.Target is null && length == source.Size && IsKnown(source, algorithm) is { } known && blobs.CanCopy(source.Segments[0], length))
        {
            // One whole blob whose digests are known: the backend verifies and copies it by itself.
            var copied = await blobs.CopyAsync(bucket, key, source.Segments[0], 0, length, isPart, cancellationToken);
            return new CopiedContent(copied, source.ETag, known);
        }

        await using var content = new DigestingStream(await reader.OpenAsync(source, offset, length, keys.Source, cancellationToken), algorithm);
        var written = await blobs.WriteAsync(bucket, key, content, length, isPart, keys.Target, cancellationToken);
        var checksum = new ChecksumRecord((int)algorithm, (int)ChecksumType.FullObject, content.FinishChecksum());
        var md5 = content.FinishMd5();
        return new CopiedContent(written, keys.Target?.ETagOf(md5) ?? Convert.ToHexStringLower(md5), checksum);
    }

    private static ChecksumRecord? IsKnown(ObjectRecord source, ChecksumAlgorithm algorithm)
        => source is { UploadId: null, Segments: [_], Checksum: { } checksum }
            && checksum.Algorithm == (int)algorithm && checksum.Type == (int)ChecksumType.FullObject
                ? checksum
                : null;
}
