using System.Collections.Immutable;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Integrity;

/// <summary>The part of a scrub that reads the bodies that the metadata keeps itself: they have no owner rows, so it walks the records.</summary>
internal sealed class InlineScrub(IMetadataStore metadata, StoreWalk walk, SegmentProbe probe, bool withChecksums, CheckRun run)
{
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var bucket in walk.BucketsAsync(cancellationToken))
        {
            await foreach (var page in walk.VersionsAsync(bucket.BucketId, cancellationToken))
            {
                foreach (var row in page)
                {
                    await ReadAsync(bucket, row.Version, cancellationToken);
                }
            }

            await foreach (var upload in walk.UploadsAsync(bucket.BucketId, cancellationToken))
            {
                await ReadPartsAsync(
                    new Place(bucket.Name, upload.Key),
                    upload.UploadId,
                    async () => await metadata.FindUploadAsync(bucket.BucketId, upload.Key, upload.UploadId, cancellationToken) is not null,
                    cancellationToken);
            }
        }
    }

    private async ValueTask ReadAsync(BucketRecord bucket, ObjectRecord record, CancellationToken cancellationToken)
    {
        var place = new Place(bucket.Name, record.Key, record.VersionId);
        async ValueTask<bool> IsCurrentAsync()
            => await metadata.FindVersionAsync(bucket.BucketId, record.Key, record.Order, cancellationToken) is not null;
        if (record.UploadId is { } uploadId)
        {
            await ReadPartsAsync(place, uploadId, IsCurrentAsync, cancellationToken);
            return;
        }

        await ReadAsync(new Suspect(place, IsCurrentAsync), record.Segments, record.Encryption, ContentDigests.Of(record), cancellationToken);
    }

    private async ValueTask ReadPartsAsync(Place place, string uploadId, Func<ValueTask<bool>> isCurrentAsync, CancellationToken cancellationToken)
    {
        await foreach (var page in walk.PartsAsync(uploadId, cancellationToken))
        {
            foreach (var part in page)
            {
                // A part may also be replaced while its upload stays.
                var suspect = new Suspect(
                    place with { UploadId = uploadId, PartNumber = part.PartNumber },
                    async () => await isCurrentAsync()
                        && await metadata.ListPartsAsync(uploadId, part.PartNumber - 1, limit: 1, cancellationToken) is [var again]
                        && again.PartNumber == part.PartNumber && again.Segments.SequenceEqual(part.Segments));
                await ReadAsync(suspect, part.Segments, part.Encryption, ContentDigests.Of(part), cancellationToken);
            }
        }
    }

    private async ValueTask ReadAsync(
        Suspect suspect, ImmutableArray<Segment> segments, EncryptionRecord? encryption, ContentDigests? digests, CancellationToken cancellationToken)
    {
        foreach (var segment in segments.Where(segment => segment.Kind == SegmentKind.Inline))
        {
            cancellationToken.ThrowIfCancellationRequested();
            run.CountRecord();
            run.CountBlob();
            if (await probe.ProbeWholeAsync(segment, encryption, withChecksums ? digests : null, run, cancellationToken) is { } fault)
            {
                await suspect.ReportAsync(run, fault.Kind, fault.Detail, new BlobId(segment.BlobId));
            }
        }
    }
}
