using BleepStore.Api.Background;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Sqlite;
using BleepStore.Storage;
using BleepStore.Storage.FileSystem;
using BleepStore.Storage.Local;
using Microsoft.Extensions.Logging.Abstractions;

namespace BleepStore.Tests.Crash;

/// <summary>Opens the data directory of a server that does not run, as its next start would, and holds rows against files.</summary>
internal static class StoreAudit
{
    /// <summary>Sweeps and collects to the end; after that every blob has a row and every row its blob.</summary>
    public static async Task<(int Blobs, int Swept)> CheckAsync(string metadataPath, string storagePath, CancellationToken cancellationToken)
    {
        await using var metadata = new SqliteMetadataStore(new SqliteMetadataOptions { Path = Path.GetDirectoryName(metadataPath)!, ReserveBytes = 0 });
        var root = StorageRoot.Open(new PhysicalFileSystem(), storagePath);
        await using var storage = new LocalObjectStorage(root);
        var boot = await metadata.ExecuteAsync(
            new StartBoot { Time = TimeProvider.System.GetUtcNow(), Node = 0, RootHighestBoot = root.HighestBoot }, cancellationToken);
        root.Claim(metadata.StoreId, boot);
        var sweeper = new BlobSweeper(metadata, storage, new NodeBoot(0, boot, MaySweep: true), TimeProvider.System, NullLogger<BlobSweeper>.Instance);
        var swept = await sweeper.SweepAsync(cancellationToken);
        var collector = new GarbageCollector(
            metadata, storage, new ReaderRegistry(), NoCrashPoints.Instance, TimeProvider.System, NullLogger<GarbageCollector>.Instance);
        while (await collector.CollectBatchAsync(cancellationToken))
        {
            // Until nothing is left that may go.
        }

        (await metadata.ReadGarbageAsync(metadata.PublishedSequence, 10, cancellationToken)).ShouldBeEmpty();
        var blobs = new HashSet<UInt128>();
        await foreach (var blob in storage.ListAsync(cancellationToken))
        {
            blobs.Add(blob.Id.Value);
        }

        var rows = await metadata.ListBlobOwnersAsync(after: null, limit: 1_000_000, cancellationToken);
        foreach (var inline in rows.Where(row => row.Backend.Length == 0))
        {
            (await metadata.FindInlineBodyAsync(inline.BlobId, cancellationToken)).ShouldNotBeNull($"the row of inline blob {inline.BlobId:x32} has no bytes");
        }

        var owners = rows.Where(row => row.Backend.Length > 0).Select(row => row.BlobId).ToHashSet();
        blobs.Except(owners).ShouldBeEmpty("blobs without a row");
        owners.Except(blobs).ShouldBeEmpty("rows without a blob");
        Directory.EnumerateFiles(Path.Combine(storagePath, ".tmp")).ShouldBeEmpty();
        return (blobs.Count, swept);
    }
}
