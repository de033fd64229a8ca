using System.Buffers;
using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Integrity;

/// <summary>What is wrong with the bytes of one segment.</summary>
internal readonly record struct SegmentFault(FindingKind Kind, string Detail);

/// <summary>
/// Reads segments through the verified path that requests use, and says what is wrong with them instead of throwing. Encrypted bytes are decrypted
/// and authenticated where the key is the store's own; those of customers' keys are verified by the checksums of what is stored.
/// </summary>
internal sealed class SegmentProbe(ObjectReader reader, Pace pace)
{
    private const int BufferBytes = 256 * 1024;

    // Up to here all bytes are read where the ends were asked for: one read proves them all.
    private const int SmallBytes = 64 * 1024;

    /// <summary>Reads header, first and last bytes; null when they are sound.</summary>
    public async ValueTask<SegmentFault?> ProbeEndsAsync(
        Segment segment, EncryptionRecord? encryption, CheckRun run, CancellationToken cancellationToken)
        => segment.Length <= SmallBytes
            ? await ReadAsync(segment, encryption, 0, segment.Length, digests: null, run, cancellationToken)
            : await ReadAsync(segment, encryption, 0, 1, digests: null, run, cancellationToken)
                ?? await ReadAsync(segment, encryption, segment.Length - 1, 1, digests: null, run, cancellationToken);

    /// <summary>Reads all bytes, and compares what they come to where <paramref name="digests"/> say it; null when they are sound.</summary>
    public ValueTask<SegmentFault?> ProbeWholeAsync(
        Segment segment, EncryptionRecord? encryption, ContentDigests? digests, CheckRun run, CancellationToken cancellationToken)
        => ReadAsync(segment, encryption, 0, segment.Length, digests, run, cancellationToken);

    private async ValueTask<SegmentFault?> ReadAsync(
        Segment segment, EncryptionRecord? encryption, long offset, long length, ContentDigests? digests, CheckRun run, CancellationToken cancellationToken)
    {
        if (segment.KeySalt.IsEmpty != encryption is null)
        {
            return new SegmentFault(FindingKind.RecordInconsistent, "its row and its record do not agree on whether it is encrypted");
        }

        try
        {
            var key = await reader.FindOwnKeyAsync(encryption, cancellationToken);
            if (encryption is not null && key is null)
            {
                // All of what is stored, or its first byte, or its last.
                var end = SealedLayout.StoredLength(segment.Length);
                var (from, to) = length == segment.Length ? (0, end) : offset == 0 ? (0, 1) : (end - 1, end);
                await using var stored = await reader.OpenStoredAsync(segment, from, to - from, cancellationToken);
                return await ReadToEndAsync(stored, to - from, run, cancellationToken);
            }

            await using var plain = await reader.OpenSegmentAsync(segment, offset, length, key, cancellationToken);
            if (digests is null)
            {
                return await ReadToEndAsync(plain, length, run, cancellationToken);
            }

            await using var digesting = new DigestingStream(plain, digests.Algorithm);
            return await ReadToEndAsync(digesting, length, run, cancellationToken)
                ?? (digests.Fault(digesting) is { } fault ? new SegmentFault(FindingKind.ContentWrong, fault) : null);
        }
        catch (BlobCorruptException e)
        {
            return new SegmentFault(e.IsAbsent ? FindingKind.BlobMissing : FindingKind.BlobDamaged, e.Detail);
        }
        catch (InvalidDataException e)
        {
            return new SegmentFault(FindingKind.RecordInconsistent, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SegmentFault(FindingKind.BlobUnreadable, e.Message);
        }
    }

    private async ValueTask<SegmentFault?> ReadToEndAsync(Stream content, long length, CheckRun run, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var total = 0L;
            for (int count; (count = await content.ReadAsync(buffer, cancellationToken)) > 0; total += count)
            {
                run.CountBytes(count);
                await pace.SpendAsync(count, cancellationToken);
            }

            return total == length ? null : new SegmentFault(FindingKind.BlobDamaged, $"{total} bytes came of {length}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
