using System.Collections.Concurrent;
using System.Collections.Immutable;
using BleepStore.Api.Content;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Background;

/// <summary>
/// Deletes the bytes that garbage rows name, once no registered reader can still hold them, and then the rows. Deleting is idempotent, so a crash
/// between the two only repeats it. Rows whose bytes cannot be deleted are passed over, and tried again after a while.
/// </summary>
internal sealed partial class GarbageCollector(
    IMetadataStore metadata, IObjectStorage storage, ReaderRegistry readers, ICrashPoints crashPoints, TimeProvider time, ILogger<GarbageCollector> logger)
{
    // Few enough to share a commit with the commands of requests: a larger command takes turns with them. Measured beside a backlog: commands of
    // 256 rows held 3,000 PUT/s up for half a second. Deletes are durable one by one, but those of one command wait together and share their syncs.
    private const int RowsPerCommand = 48;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    // All garbage up to this row was tried since the round began, so what is left of it are failures.
    private GarbageEntry? _tried;
    private long _roundBegan = time.GetTimestamp();
    private int _failedRows;
    private Exception? _failure;

    /// <summary>Collects one batch; false when nothing is left that may go now.</summary>
    public async ValueTask<bool> CollectBatchAsync(CancellationToken cancellationToken)
    {
        // The published sequence is read before the readers: see ReaderRegistry.
        var published = metadata.PublishedSequence;
        var after = _tried is { } row ? (row.Sequence, row.Ordinal) : ((long, int)?)null;
        var entries = await metadata.ReadGarbageAsync(after, readers.Oldest(published), RowsPerCommand, cancellationToken);
        if (entries.IsEmpty)
        {
            // The rest is not even compiled before there is garbage: most of the time, and in most servers for long, there is none.
            EndPass();
            return false;
        }

        var done = new ConcurrentBag<GarbageEntry>();
        await CollectBlobsAsync(entries, done, cancellationToken);
        foreach (var entry in entries.Where(entry => entry.Segment is null))
        {
            await CollectAsync(entry, done, cancellationToken);
        }

        if (!done.IsEmpty)
        {
            await ForgetAsync(done, cancellationToken);
        }

        _tried = entries.LastOrDefault() ?? _tried;
        if (entries.Length == RowsPerCommand)
        {
            return true;
        }

        EndPass();
        return entries.Any(entry => entry.Kind == GarbageKind.Bucket);
    }

    private Task CollectBlobsAsync(ImmutableArray<GarbageEntry> entries, ConcurrentBag<GarbageEntry> done, CancellationToken cancellationToken)
        => Parallel.ForEachAsync(
            entries.Where(entry => entry.Segment is not null),
            new ParallelOptions { MaxDegreeOfParallelism = RowsPerCommand, CancellationToken = cancellationToken },
            async (entry, token) => await CollectAsync(entry, done, token));

    /// <summary>Tells of failures once, however many rows failed, and lets a new round begin when it is due: never before all rows had their turn.</summary>
    private void EndPass()
    {
        if (Interlocked.Exchange(ref _failedRows, 0) is var count and > 0)
        {
            Log.NotDeleted(logger, count, _failure);
        }

        if (time.GetElapsedTime(_roundBegan) >= RetryAfter)
        {
            (_tried, _roundBegan) = (null, time.GetTimestamp());
        }
    }

    private async ValueTask ForgetAsync(ConcurrentBag<GarbageEntry> done, CancellationToken cancellationToken)
    {
        crashPoints.Hit("collect.deleted");
        var command = new CollectGarbage
        {
            Time = time.GetUtcNow(),
            Rows = [.. done.Select(entry => (entry.Sequence, entry.Ordinal))],
            Blobs = [.. done.Select(entry => entry.Segment).OfType<Segment>().Select(segment => segment.BlobId)],
        };
        await metadata.ExecuteAsync(command, cancellationToken);
    }

    private async ValueTask CollectAsync(GarbageEntry entry, ConcurrentBag<GarbageEntry> done, CancellationToken cancellationToken)
    {
        try
        {
            await (entry.Segment is { } segment ? DeleteAsync(segment, cancellationToken) : ExpandAsync(entry, cancellationToken));
            done.Add(entry);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays a row and is tried again in the next round.
            _failure = e;
            Interlocked.Increment(ref _failedRows);
        }
    }

    private ValueTask ExpandAsync(GarbageEntry entry, CancellationToken cancellationToken) => entry.Kind switch
    {
        GarbageKind.Upload => CollectPartsAsync(entry.UploadId ?? "", keep: [], withManifest: true, cancellationToken),
        GarbageKind.UnlistedParts => CollectUnlistedAsync(entry.UploadId ?? "", cancellationToken),
        GarbageKind.Bucket => ExpandBucketAsync(entry.BucketId, cancellationToken),
        _ => throw new InvalidDataException($"Garbage of the unknown kind {entry.Kind}."),
    };

    private async ValueTask ExpandBucketAsync(long bucketId, CancellationToken cancellationToken)
    {
        while (await metadata.ExecuteAsync(new ExpandDeletedBucket { Time = time.GetUtcNow(), BucketId = bucketId }, cancellationToken) > 0)
        {
            await Task.Yield();
        }
    }

    private async ValueTask CollectUnlistedAsync(string uploadId, CancellationToken cancellationToken)
    {
        var listed = new HashSet<int>();
        for (var index = 0; await metadata.FindManifestChunkAsync(uploadId, chunk: index, cancellationToken) is { } chunk; index++)
        {
            listed.UnionWith(chunk.Parts.Select(part => part.PartNumber));
        }

        await CollectPartsAsync(uploadId, listed, withManifest: false, cancellationToken);
    }

    private async ValueTask CollectPartsAsync(string uploadId, HashSet<int> keep, bool withManifest, CancellationToken cancellationToken)
    {
        for (var after = 0; ;)
        {
            var page = await metadata.ListPartsAsync(uploadId, after, RowsPerCommand, cancellationToken);
            if (page.IsEmpty)
            {
                break;
            }

            after = page[^1].PartNumber;
            var gone = page.Where(part => !keep.Contains(part.PartNumber)).ToImmutableArray();
            await Parallel.ForEachAsync(
                gone.SelectMany(part => part.Segments),
                new ParallelOptions { MaxDegreeOfParallelism = RowsPerCommand, CancellationToken = cancellationToken },
                DeleteAsync);
            var command = new CollectGarbage
            {
                Time = time.GetUtcNow(),
                Parts = [.. gone.Select(part => (uploadId, part.PartNumber))],
                Blobs = [.. gone.SelectMany(part => part.Segments).Select(segment => segment.BlobId)],
            };
            await metadata.ExecuteAsync(command, cancellationToken);
        }

        if (withManifest)
        {
            await metadata.ExecuteAsync(new CollectGarbage { Time = time.GetUtcNow(), Manifests = [uploadId] }, cancellationToken);
        }
    }

    private ValueTask DeleteAsync(Segment segment, CancellationToken cancellationToken)
        => segment.Kind == SegmentKind.Blob ? storage.DeleteAsync(BlobWriter.ToBlob(segment), cancellationToken) : ValueTask.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Warning, "{Count} entries of garbage could not be deleted, the last for the reason below; they are tried again")]
        public static partial void NotDeleted(ILogger logger, int count, Exception? exception);
    }
}
