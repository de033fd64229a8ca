using BleepStore.Api.Background;
using BleepStore.Storage;

namespace BleepStore.Api.Integrity;

/// <summary>
/// The last step of a fsck: every blob of the storage against the owner rows. A blob that no row names is what an interrupted write left
/// behind; it is deleted only where the sweep of the next start would, and never while rows were found to be wrong.
/// </summary>
internal sealed class OrphanCheck(FsckScope scope)
{
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        scope.Run.Begin("blobs on disk");
        var rule = await SweepRule.ReadAsync(scope.Metadata, scope.Settings.Boot, cancellationToken);
        var expected = scope.Run.Tally().Blobs;
        var seen = 0L;
        await foreach (var blob in scope.Storage.ListAsync(cancellationToken))
        {
            if (await IsOrphanAsync(blob, cancellationToken))
            {
                await ReportAsync(blob, rule, cancellationToken);
            }

            scope.Run.Advance(++seen, expected);
        }
    }

    private async ValueTask<bool> IsOrphanAsync(StoredBlob blob, CancellationToken cancellationToken)
        => !scope.IsInFlight(blob.Id)
            && !scope.Disputed.Contains(blob.Id.Value)
            && await scope.Metadata.FindBlobOwnerAsync(blob.Id.Value, cancellationToken) is null
            && !await scope.Garbage.HoldsAsync(blob.Id.Value, uploadId: null, cancellationToken)
            // Looked at again: a blob is collected before its owner row goes.
            && await IsPresentAsync(blob, cancellationToken);

    private async ValueTask<bool> IsPresentAsync(StoredBlob blob, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await scope.Storage.OpenAsync(blob, 0, 0, cancellationToken);
            return content is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Damaged is not absent.
            return true;
        }
    }

    /// <summary>Null when it is gone, else why not.</summary>
    private async ValueTask<string?> TryDeleteAsync(StoredBlob blob, CancellationToken cancellationToken)
    {
        try
        {
            await scope.Storage.DeleteAsync(blob, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private async ValueTask ReportAsync(StoredBlob blob, SweepRule rule, CancellationToken cancellationToken)
    {
        var mayDelete = rule.MayDelete(blob.Id);
        string? refusal = null;
        var isRepaired = false;
        if (mayDelete && scope.Settings.MayRepair && !scope.Run.HasDamagedRows)
        {
            refusal = await TryDeleteAsync(blob, cancellationToken);
            isRepaired = refusal is null;
        }

        var fate = isRepaired ? "deleted"
            : refusal is not null ? $"it could not be deleted: {refusal}"
            : !scope.Settings.Boot.MaySweep ? "kept, since the metadata is older than the storage root"
            : !mayDelete ? "kept, since it is of a boot that the metadata does not know or has swept"
            : scope.Settings.MayRepair ? "kept, since rows were found to be wrong"
            : "the next start sweeps it";
        scope.Run.Report(new Finding(FindingKind.BlobOrphan, Place.Nowhere, $"no row names these {blob.Length} bytes; {fate}", blob.Id, isRepaired));
    }
}
