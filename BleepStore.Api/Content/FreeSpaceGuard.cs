using BleepStore.Metadata;
using BleepStore.Storage;

namespace BleepStore.Api.Content;

/// <summary>
/// Keeps the last part of a disk free: below <c>storage.min_free</c> on the file system of the bytes or of the metadata nothing is added,
/// while deletes, collection and checkpoints go on. Thread safe.
/// </summary>
/// <param name="blobSpace">Free and total bytes where blobs live; total null when unknown, both null when unbounded.</param>
/// <param name="metadataSpace">Free and total bytes where the metadata lives.</param>
/// <param name="minFree">Bytes that must stay free; null for the larger of 1 GiB and 2% of each file system.</param>
/// <param name="time">Clock of the cache.</param>
internal sealed class FreeSpaceGuard(Func<DiskSpace> blobSpace, Func<DiskSpace> metadataSpace, long? minFree, TimeProvider time)
{
    private const long DefaultMinFree = 1L << 30;
    private const int DefaultMinFreePercent = 2;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private Room? _room;

    /// <summary>The guard of a store; what is not on a disk is bounded by itself alone.</summary>
    public static FreeSpaceGuard Of(
        IObjectStorage storage, string? storagePath, IMetadataStore metadata, string? metadataPath, long? minFree, TimeProvider time)
        => new(
            () => storagePath is null ? new DiskSpace(storage.FreeBytes, Total: null) : DiskSpace.Of(storagePath, storage.FreeBytes),
            () => metadataPath is null ? new DiskSpace(metadata.FreeBytes, Total: null) : DiskSpace.Of(metadataPath, metadata.FreeBytes),
            minFree,
            time);

    /// <summary>
    /// True when <paramref name="bytes"/> more would leave enough free. A look at most a second old decides, less what was let in since.
    /// </summary>
    public bool CanAddBytes(long bytes)
    {
        if (_room is { } room && time.GetElapsedTime(room.SeenAt) < Freshness && room.TryTake(bytes))
        {
            return true;
        }

        // What was let in may have been refused or deleted again, so a refusal needs a fresh look.
        return Look().TryTake(bytes);
    }

    private Room Look() => _room = new Room(RoomIn(blobSpace()), RoomIn(metadataSpace()), time.GetTimestamp());

    private long RoomIn(DiskSpace space)
    {
        if (space.Free is not { } free)
        {
            return long.MaxValue;
        }

        // What has no size of its own, such as a bounded memory, needs no reserve.
        var reserve = space.Total is { } total ? minFree ?? Math.Max(DefaultMinFree, total / 100 * DefaultMinFreePercent) : 0;
        return free - reserve;
    }

    private sealed class Room(long forBlobs, long forMetadata, long seenAt)
    {
        private long _left = forBlobs;

        public long SeenAt => seenAt;

        public bool TryTake(long bytes)
        {
            if (forMetadata < 0 || bytes > Volatile.Read(ref _left))
            {
                return false;
            }

            Interlocked.Add(ref _left, -bytes);
            return true;
        }
    }
}

/// <summary>Room of a file system.</summary>
/// <param name="Free">Bytes free to this process; null when unbounded or unknown.</param>
/// <param name="Total">Size in bytes; null when it has none.</param>
internal readonly record struct DiskSpace(long? Free, long? Total)
{
    /// <summary>The file system that holds an existing path.</summary>
    public static DiskSpace Of(string path, long? free)
    {
        try
        {
            return new DiskSpace(free, new DriveInfo(path).TotalSize);
        }
        catch (IOException)
        {
            return new DiskSpace(free, Total: null);
        }
    }
}
