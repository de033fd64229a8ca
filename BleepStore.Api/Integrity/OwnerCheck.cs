using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Integrity;

/// <summary>The second step of a fsck: every owner row against the record that it speaks of. What waits as garbage needs no record.</summary>
internal sealed class OwnerCheck(FsckScope scope)
{
    private const int OwnersPerPage = 1000;

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        scope.Run.Begin("owner rows");
        var expected = scope.Run.Tally().Blobs;
        var seen = 0L;
        for (UInt128? after = null; ;)
        {
            var page = await scope.Metadata.ListBlobOwnersAsync(after, OwnersPerPage, cancellationToken);
            foreach (var owner in page.Where(owner => !scope.Disputed.Contains(owner.BlobId)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await CheckAsync(owner, cancellationToken);
            }

            scope.Run.Advance(seen += page.Length, expected);
            if (page.Length < OwnersPerPage)
            {
                return;
            }

            after = page[^1].BlobId;
        }
    }

    private async ValueTask CheckAsync(BlobOwner owner, CancellationToken cancellationToken)
    {
        if (await FaultAsync(owner, cancellationToken) is not { } fault)
        {
            return;
        }

        // Looked at again: a row is collected with what it named, and one that changed speaks for another record.
        var again = await scope.Metadata.FindBlobOwnerAsync(owner.BlobId, cancellationToken);
        if (again is null || (again != owner && await FaultAsync(again, cancellationToken) is null))
        {
            return;
        }

        var place = await scope.Places.OfAsync(again, piece: null, cancellationToken);
        scope.Run.Report(new Finding(fault.Kind, place, fault.Detail, new BlobId(owner.BlobId)));
    }

    private async ValueTask<SegmentFault?> FaultAsync(BlobOwner owner, CancellationToken cancellationToken)
    {
        if (await scope.Pieces.FindAsync(owner, cancellationToken) is null)
        {
            return await scope.Garbage.HoldsAsync(owner.BlobId, owner.UploadId, cancellationToken)
                ? null
                : new SegmentFault(FindingKind.OwnerStray, "its owner row names it, but there is no such record, or it has other bytes");
        }

        if (owner.UploadId is { } uploadId)
        {
            // An upload that began after the first step passed has blobs of this boot alone.
            return scope.ReachableUploads.Contains(uploadId) || scope.IsInFlight(new BlobId(owner.BlobId))
                || await scope.Garbage.HoldsAsync(owner.BlobId, uploadId, cancellationToken)
                    ? null
                    : new SegmentFault(FindingKind.PartStray, "its upload is neither open nor an object, and does not wait to be collected");
        }

        return await scope.Places.FindBucketAsync(owner.BucketId, cancellationToken) is null
            ? new SegmentFault(FindingKind.BucketMissing, "the object is there, its bucket is not")
            : null;
    }
}
