using System.Numerics;
using System.Runtime.CompilerServices;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// Keeps small blobs in packs: many in one file, so that one costs neither a file nor a sync of its own. Its bytes are described at
/// <see cref="PackLayout"/>.
/// </summary>
internal sealed class PackStore : IAsyncDisposable
{
    private readonly PackOptions _options;
    private readonly PackAppender _appender;
    private long _buffered;

    public PackStore(StorageRoot root, PackOptions options, SyncThreads syncThreads, ICrashPoints crashPoints, TimeProvider time)
    {
        _options = options;
        Directory = new PackDirectory(root, options, syncThreads, crashPoints);
        _appender = new PackAppender(Directory, root, options);
        Upkeep = new PackUpkeep(Directory, options, time);
    }

    public PackDirectory Directory { get; }

    public PackUpkeep Upkeep { get; }

    /// <summary>Writes a blob of that announced length; null, with nothing read, when it is to have a file of its own.</summary>
    public async ValueTask<StoredBlob?> TryWriteAsync(BlobId id, Stream content, long? length, CancellationToken cancellationToken)
    {
        if (length is not long announced || announced > _options.Threshold || _options.Threshold == 0)
        {
            return null;
        }

        // What the pool of buffers really gives.
        long room = (long)BitOperations.RoundUpToPowerOf2((ulong)PackLayout.EntryLength(announced));
        if (Interlocked.Add(ref _buffered, room) > _options.MaximumBufferedBytes)
        {
            Interlocked.Add(ref _buffered, -room);
            return null;
        }

        try
        {
            using var append = await PackAppend.ReadAsync(id, content, (int)announced, cancellationToken);
            var locator = await _appender.AppendAsync(append, cancellationToken);
            return new StoredBlob(id, LocalObjectStorage.BackendName, locator.ToString(), announced, PackLayout.EntryLength(announced));
        }
        finally
        {
            Interlocked.Add(ref _buffered, -room);
        }
    }

    /// <summary>Opens a range of a blob that has a locator; null when it is absent.</summary>
    public BlobReadStream? Open(StoredBlob blob, long offset, long length)
    {
        var locator = LocatorOf(blob);
        return Directory.Find(locator.Pack)?.OpenRead(blob, locator.Home, offset, length);
    }

    /// <summary>Deletes a blob that has a locator, durable once the task ends well.</summary>
    public Task DeleteAsync(StoredBlob blob)
    {
        var locator = LocatorOf(blob);
        return Directory.Find(locator.Pack)?.DeleteAsync(blob, locator.Home) ?? Task.CompletedTask;
    }

    /// <summary>All blobs in packs whose header can be read: what a damaged or failing disk does not show keeps the rest from nobody.</summary>
    public async IAsyncEnumerable<StoredBlob> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var pack in Directory.All())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var listing = new Listing(pack);
            await Directory.SyncThreads.RunAsync(static listing => listing.Run(), listing);
            foreach (var entry in listing.Entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!entry.IsDead)
                {
                    yield return entry.ToBlob(pack.Number);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Upkeep.DisposeAsync();
        await _appender.DisposeAsync();
        Directory.Dispose();
    }

    private static PackLocator LocatorOf(StoredBlob blob) =>
        PackLocator.TryParse(blob.Locator, out var locator)
            ? locator
            : throw new BlobCorruptException(blob.Id, $"{blob.Locator} is not the place of a blob");

    private sealed class Listing(Pack pack)
    {
        public PackEntry[] Entries { get; private set; } = [];

        public void Run()
        {
            try
            {
                Entries = pack.ReadTable()?.ToArray() ?? [];
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Whoever reads one of its blobs is told.
            }
        }
    }
}
