using BleepStore.Api.Auth;
using BleepStore.Api.Background;
using BleepStore.Api.Hosting;
using BleepStore.Api.Integrity;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
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
        var audited = await OpenAndCheckAsync(metadataPath, storagePath, cancellationToken);
        NothingIsTemporary(storagePath);
        return audited;
    }

    private static async Task<(int Blobs, int Swept)> OpenAndCheckAsync(string metadataPath, string storagePath, CancellationToken cancellationToken)
    {
        await using var metadata = new SqliteMetadataStore(new SqliteMetadataOptions { Path = Path.GetDirectoryName(metadataPath)!, ReserveBytes = 0 });
        var root = StorageRoot.Open(new PhysicalFileSystem(), storagePath);
        await using var storage = new LocalObjectStorage(root);
        var boot = await metadata.ExecuteAsync(
            new StartBoot { Time = TimeProvider.System.GetUtcNow(), Node = 0, RootHighestBoot = root.HighestBoot }, cancellationToken);
        root.Claim(metadata.StoreId, boot);
        var store = new OpenedStore(metadata, storage, metadata.StoreId, new NodeBoot(0, boot, MaySweep: true), RootKey.Generate());
        return await CheckAsync(store, cancellationToken);
    }

    /// <summary>As the other, of a store that was opened.</summary>
    public static async Task<(int Blobs, int Swept)> CheckAsync(OpenedStore store, CancellationToken cancellationToken)
    {
        var (metadata, storage) = (store.Metadata, store.Storage);
        var sweeper = new BlobSweeper(metadata, storage, store.Boot, TimeProvider.System, NullLogger<BlobSweeper>.Instance);
        var swept = await sweeper.SweepAsync(cancellationToken);
        var collector = new GarbageCollector(
            metadata, storage, new ReaderRegistry(), NoCrashPoints.Instance, TimeProvider.System, NullLogger<GarbageCollector>.Instance);
        while (await collector.CollectBatchAsync(cancellationToken))
        {
            // Until nothing is left that may go.
        }

        (await metadata.ReadGarbageAsync(after: null, metadata.PublishedSequence, 10, cancellationToken)).ShouldBeEmpty();
        var blobs = new HashSet<UInt128>();
        await foreach (var blob in storage.ListAsync(cancellationToken))
        {
            blobs.Add(blob.Id.Value);
        }

        var rows = await metadata.ListBlobOwnersAsync(after: null, limit: 1_000_000, cancellationToken);
        var owners = rows.Select(row => row.BlobId).ToHashSet();
        blobs.Except(owners).ShouldBeEmpty("blobs without a row");
        owners.Except(blobs).ShouldBeEmpty("rows without a blob");
        var inline = await metadata.ListInlineBodiesAsync(after: null, limit: 1_000_000, cancellationToken);
        inline.ShouldBe(await NamedInlineAsync(metadata, cancellationToken), ignoreOrder: true, "bodies that the metadata keeps and records name");
        return (blobs.Count, swept);
    }

    /// <summary>Nothing half-written is left in the root of a store that was closed; while it is open, a pack may be on its way to be compacted.</summary>
    public static void NothingIsTemporary(string storagePath)
    {
        Directory.EnumerateFiles(Path.Combine(storagePath, ".tmp")).ShouldBeEmpty();
        Directory.EnumerateFiles(Path.Combine(storagePath, ".multipart")).ShouldBeEmpty();
    }

    private static async Task<List<UInt128>> NamedInlineAsync(IMetadataStore metadata, CancellationToken cancellationToken)
    {
        var walk = new StoreWalk(metadata, new ReaderRegistry());
        var named = new List<UInt128>();
        void Add(IEnumerable<Segment> segments)
            => named.AddRange(segments.Where(segment => segment.Kind == SegmentKind.Inline).Select(segment => segment.BlobId));
        async Task AddPartsAsync(string uploadId)
        {
            await foreach (var page in walk.PartsAsync(uploadId, cancellationToken))
            {
                Add(page.SelectMany(part => part.Segments));
            }
        }

        await foreach (var bucket in walk.BucketsAsync(cancellationToken))
        {
            await foreach (var page in walk.VersionsAsync(bucket.BucketId, cancellationToken))
            {
                foreach (var (record, _) in page)
                {
                    Add(record.Segments);
                    await AddPartsAsync(record.UploadId ?? "");
                }
            }

            await foreach (var upload in walk.UploadsAsync(bucket.BucketId, cancellationToken))
            {
                await AddPartsAsync(upload.UploadId);
            }
        }

        return named;
    }
}
