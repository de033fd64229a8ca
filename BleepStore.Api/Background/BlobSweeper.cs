using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Storage;

namespace BleepStore.Api.Background;

/// <summary>This process's place in the history of its node.</summary>
/// <param name="Node">Number of the node; 0 embedded.</param>
/// <param name="Boot">Number of this boot.</param>
/// <param name="MaySweep">False where the metadata is older than the storage root (it was restored): then an operator decides.</param>
internal sealed record NodeBoot(uint Node, uint Boot, bool MaySweep);

/// <summary>
/// After a start, deletes blobs of earlier boots that no row names: what a kill between blob and command left behind. This boot's own are never
/// touched, so nothing in flight can be; nor are those of boots that the metadata does not know or knows as done.
/// </summary>
internal sealed partial class BlobSweeper(IMetadataStore metadata, IObjectStorage storage, NodeBoot boot, TimeProvider time, ILogger<BlobSweeper> logger)
{
    private const int BlobsPerPause = 1000;

    /// <summary>Sweeps all boots that were not; the answer is how many blobs were deleted.</summary>
    public async ValueTask<int> SweepAsync(CancellationToken cancellationToken)
    {
        if (!metadata.IsDurable || !storage.IsDurable)
        {
            return 0;
        }

        if (!boot.MaySweep)
        {
            Log.Waiting(logger);
            return 0;
        }

        var rule = await SweepRule.ReadAsync(metadata, boot, cancellationToken);
        if (rule.Boots.Count == 0)
        {
            return 0;
        }

        var (seen, deleted, refused) = (0, 0, 0);
        await foreach (var blob in storage.ListAsync(cancellationToken))
        {
            if (rule.MayDelete(blob.Id) && await metadata.FindBlobOwnerAsync(blob.Id.Value, cancellationToken) is null)
            {
                _ = await TryDeleteAsync(blob, cancellationToken) ? deleted++ : refused++;
            }

            if (++seen % BlobsPerPause == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellationToken);
            }
        }

        // What the disk refuses now is for the next start: nobody looks at a boot again that was swept.
        foreach (var number in rule.Boots.Where(_ => refused == 0))
        {
            await metadata.ExecuteAsync(new MarkBootSwept { Time = time.GetUtcNow(), Node = boot.Node, Boot = number }, cancellationToken);
        }

        Log.Swept(logger, seen > 0 ? LogLevel.Information : LogLevel.Debug, seen, deleted);
        return deleted;
    }

    private async ValueTask<bool> TryDeleteAsync(StoredBlob blob, CancellationToken cancellationToken)
    {
        try
        {
            await storage.DeleteAsync(blob, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotDeleted(logger, blob.Id, e);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1211, Message = "Swept {Seen} blobs of earlier boots, deleted {Deleted} that no row names")]
        public static partial void Swept(ILogger logger, LogLevel level, int seen, int deleted);

        [LoggerMessage(1212, LogLevel.Warning, "The storage root knows later boots than the metadata: it may have been restored. Nothing is swept")]
        public static partial void Waiting(ILogger logger);

        [LoggerMessage(1213, LogLevel.Error, "Blob {Blob} of an earlier boot, which no row names, could not be deleted; the next start tries again")]
        public static partial void NotDeleted(ILogger logger, BlobId blob, Exception exception);
    }
}
