using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Integrity;

/// <summary>The first step of a fsck: every object and open upload against its own numbers, its rows and its bytes; and the counters.</summary>
internal sealed class RecordCheck(FsckScope scope)
{
    private readonly PieceCheck _pieces = new(scope);
    private readonly CounterCheck _counters = new(scope);
    private long _objects;

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        scope.Run.Begin("objects");
        var expected = (await scope.Metadata.CountAllAsync(cancellationToken)).Objects;
        await foreach (var bucket in scope.Walk.BucketsAsync(cancellationToken))
        {
            await CheckBucketAsync(bucket, expected, cancellationToken);
        }

        // Uploads of deleted buckets wait to become garbage.
        foreach (var bucketId in await scope.Garbage.BucketsAsync(cancellationToken))
        {
            await foreach (var upload in scope.Walk.UploadsAsync(bucketId, cancellationToken))
            {
                scope.ReachableUploads.Add(upload.UploadId);
            }
        }
    }

    private async ValueTask CheckBucketAsync(BucketRecord bucket, long expected, CancellationToken cancellationToken)
    {
        // Uploads before objects: one that is completed meanwhile is seen as the one or as the other.
        await foreach (var upload in scope.Walk.UploadsAsync(bucket.BucketId, cancellationToken))
        {
            scope.ReachableUploads.Add(upload.UploadId);
            await CheckUploadAsync(bucket, upload, cancellationToken);
        }

        var sequence = scope.Metadata.PublishedSequence;
        var sum = default(BucketCounters);
        var order = new VersionOrderCheck(scope, bucket);
        await foreach (var page in scope.Walk.VersionsAsync(bucket.BucketId, cancellationToken))
        {
            foreach (var row in page)
            {
                sum = CounterCheck.Add(sum, row);
                await order.CheckAsync(row, cancellationToken);
                await CheckObjectAsync(bucket, row.Version, cancellationToken);
                scope.Run.Advance(++_objects, expected);
            }
        }

        await _counters.JudgeAsync(bucket, sum, sequence, cancellationToken);
    }

    private async ValueTask CheckObjectAsync(BucketRecord bucket, ObjectRecord record, CancellationToken cancellationToken)
    {
        scope.Run.CountRecord();
        var suspect = new Suspect(
            new Place(bucket.Name, record.Key, record.VersionId),
            async () => await scope.Metadata.FindVersionAsync(bucket.BucketId, record.Key, record.Order, cancellationToken) is not null);
        if (record.UploadId is { } uploadId)
        {
            scope.ReachableUploads.Add(uploadId);
            await CheckPartsAsync(suspect, record, uploadId, cancellationToken);
            return;
        }

        await _pieces.CheckLengthAsync(suspect, record.Segments, record.Size);
        foreach (var segment in record.Segments)
        {
            var owner = new BlobOwner(segment.BlobId, bucket.BucketId, record.Key, record.Order, UploadId: null, PartNumber: 0);
            await _pieces.CheckAsync(suspect, segment, record.Encryption, owner, cancellationToken);
        }
    }

    /// <summary>Holds the manifest of a completed upload against the object and against the parts; both are in order of number.</summary>
    private async ValueTask CheckPartsAsync(Suspect suspect, ObjectRecord record, string uploadId, CancellationToken cancellationToken)
    {
        var listed = await ReadManifestAsync(suspect, record, uploadId, cancellationToken);
        var found = ImmutableArray.CreateBuilder<PartRecord>(listed.Count);
        var next = 0;
        await foreach (var page in scope.Walk.PartsAsync(uploadId, cancellationToken))
        {
            foreach (var part in page)
            {
                for (; next < listed.Count && listed[next].PartNumber < part.PartNumber; next++)
                {
                    await ReportMissingAsync(suspect, uploadId, listed[next]);
                }

                var place = suspect.Place with { UploadId = uploadId, PartNumber = part.PartNumber };
                if (next < listed.Count && listed[next].PartNumber == part.PartNumber)
                {
                    found.Add(part);
                    await _pieces.CheckPartAsync(suspect with { Place = place }, part, listed[next++].Size, cancellationToken);
                }
                else
                {
                    await CheckUnlistedAsync(place, part, cancellationToken);
                }
            }
        }

        for (; next < listed.Count; next++)
        {
            await ReportMissingAsync(suspect, uploadId, listed[next]);
        }

        if (found.Count == listed.Count && listed.Count == record.PartCount && found.All(part => part.ETag.Length == 32)
            && Operations.Uploads.PartList.ETagOf(found.ToImmutable()) is var eTag && eTag != record.ETag)
        {
            await suspect.ReportAsync(scope.Run, FindingKind.RecordInconsistent, $"its parts make the ETag {eTag}, its record says {record.ETag}");
        }
    }

    private async ValueTask<List<ManifestPart>> ReadManifestAsync(
        Suspect suspect, ObjectRecord record, string uploadId, CancellationToken cancellationToken)
    {
        var listed = new List<ManifestPart>(record.PartCount);
        var (size, isUnbroken) = (0L, true);
        for (var index = 0; await scope.Metadata.FindManifestChunkAsync(uploadId, chunk: index, cancellationToken) is { } chunk; index++)
        {
            isUnbroken &= chunk.Offset == size;
            listed.AddRange(chunk.Parts);
            size += chunk.Parts.Sum(part => part.Size);
        }

        if (listed.Count != record.PartCount || size != record.Size || !isUnbroken)
        {
            await suspect.ReportAsync(
                scope.Run,
                FindingKind.RecordInconsistent,
                $"its manifest lists {listed.Count} parts of {size} bytes{(isUnbroken ? "" : " with gaps")}, its record says {record.PartCount} of {record.Size}");
        }

        return listed;
    }

    private ValueTask ReportMissingAsync(Suspect suspect, string uploadId, ManifestPart part)
        => (suspect with { Place = suspect.Place with { UploadId = uploadId, PartNumber = part.PartNumber } })
            .ReportAsync(scope.Run, FindingKind.PartMissing, $"there is no row of this part of {part.Size} bytes");

    /// <summary>Parts that Complete did not list wait as garbage; one that does not is kept for ever.</summary>
    private async ValueTask CheckUnlistedAsync(Place place, PartRecord part, CancellationToken cancellationToken)
    {
        if (!await scope.Garbage.HoldsAsync(UInt128.Zero, part.UploadId, cancellationToken))
        {
            // Looked at again: a part is collected before its garbage row goes.
            var suspect = new Suspect(place, async ()
                => await scope.Metadata.ListPartsAsync(part.UploadId, part.PartNumber - 1, limit: 1, cancellationToken) is [var again]
                    && again.PartNumber == part.PartNumber);
            await suspect.ReportAsync(scope.Run, FindingKind.PartStray, "the object does not list this part, and it does not wait to be collected");
        }
    }

    private async ValueTask CheckUploadAsync(BucketRecord bucket, UploadRecord upload, CancellationToken cancellationToken)
    {
        await foreach (var page in scope.Walk.PartsAsync(upload.UploadId, cancellationToken))
        {
            foreach (var part in page)
            {
                var suspect = new Suspect(
                    new Place(bucket.Name, upload.Key, VersionId: null, upload.UploadId, part.PartNumber),
                    async () => await scope.Metadata.FindUploadAsync(bucket.BucketId, upload.Key, upload.UploadId, cancellationToken) is not null
                        && await scope.Metadata.ListPartsAsync(upload.UploadId, part.PartNumber - 1, limit: 1, cancellationToken) is [var again]
                        && again.PartNumber == part.PartNumber && again.Segments.SequenceEqual(part.Segments));
                await _pieces.CheckPartAsync(suspect, part, part.Size, cancellationToken);
            }
        }
    }
}

/// <summary>A record under suspicion, and how to find out that it is still the store's: nothing is reported of one that is not.</summary>
internal sealed record Suspect(Place Place, Func<ValueTask<bool>> IsCurrentAsync)
{
    public async ValueTask ReportAsync(CheckRun run, FindingKind kind, string detail, Storage.BlobId? blob = null)
    {
        if (await IsCurrentAsync())
        {
            run.Report(new Finding(kind, Place, detail, blob));
        }
    }
}
