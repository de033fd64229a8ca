using System.Globalization;
using BleepStore.Storage.FileSystem;
using BleepStore.Storage.Local.Packs;

namespace BleepStore.Storage.Local;

/// <summary>
/// The 256 directories of blobs: made when first needed, and kept open so that a published blob can always be made durable.
/// </summary>
internal sealed class BlobDirectories : IDisposable
{
    private const int Count = 256;

    private readonly StorageRoot _root;
    private readonly ICrashPoints _crashPoints;
    private readonly Lock _lock = new();
    private readonly IStorageDirectory?[] _open = new IStorageDirectory?[Count];
    private readonly bool[] _present = new bool[Count];
    private readonly string[] _paths = new string[Count];
    private readonly GroupWork<BlobDeletion>[] _deletions = new GroupWork<BlobDeletion>[Count];

    public BlobDirectories(StorageRoot root, SyncThreads syncThreads, ICrashPoints crashPoints)
    {
        _root = root;
        _crashPoints = crashPoints;
        for (int i = 0; i < Count; i++)
        {
            int index = i;
            _paths[i] = Path.Join(root.Path, i.ToString("x2", CultureInfo.InvariantCulture));
            _deletions[i] = new GroupWork<BlobDeletion>(syncThreads, group => Delete(index, group));
        }

        foreach (string name in root.Directories())
        {
            if (name.Length == 2 && byte.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte index))
            {
                _present[index] = true;
            }
        }
    }

    /// <summary>Where a blob's file is: in the directory named by the last two digits of its id, so that neighbours are spread.</summary>
    public string PathOf(BlobId id) => $"{_paths[(byte)id.Sequence]}{Path.DirectorySeparatorChar}{id}";

    /// <summary>The directory that a blob is to be published in, itself durable, opened before the blob gets its name.</summary>
    public IStorageDirectory OpenFor(BlobId id) => Open((byte)id.Sequence);

    /// <summary>Removes a blob's file, durable once the task ends well; what waits in one directory shares its sync.</summary>
    public Task DeleteAsync(BlobId id)
    {
        var deletion = new BlobDeletion(id);
        _deletions[(byte)id.Sequence].Add(deletion);
        return deletion.Task;
    }

    public IEnumerable<StoredBlob> List(int index)
    {
        if (!Volatile.Read(ref _present[index]))
        {
            yield break;
        }

        foreach (var entry in _root.FileSystem.List(_paths[index]))
        {
            if (entry.Kind == FileKind.File && BlobId.TryParse(entry.Name, out var id) && (byte)id.Sequence == index)
            {
                yield return new StoredBlob(id, LocalObjectStorage.BackendName, "", BlobLayout.LengthOf(entry.Length), entry.Length);
            }
        }
    }

    public void Dispose()
    {
        foreach (var directory in _open)
        {
            directory?.Dispose();
        }
    }

    private IStorageDirectory Open(int index)
    {
        var opened = Volatile.Read(ref _open[index]);
        if (opened is not null)
        {
            return opened;
        }

        lock (_lock)
        {
            if (_open[index] is null)
            {
                _root.FileSystem.CreateDirectory(_paths[index]);
                Volatile.Write(ref _present[index], true);
                Volatile.Write(ref _open[index], _root.FileSystem.OpenDirectory(_paths[index]));
            }

            return _open[index]!;
        }
    }

    private void Delete(int index, List<BlobDeletion> group)
    {
        foreach (var deletion in group)
        {
            try
            {
                _root.FileSystem.Delete(PathOf(deletion.Id));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                deletion.SetException(exception);
            }
        }

        try
        {
            _crashPoints.Hit(BlobCrashPoints.Deleted);
            // Also where all were absent: whoever removed them may have died before it synced.
            if (Volatile.Read(ref _present[index]))
            {
                Open(index).Sync();
            }

            _crashPoints.Hit(BlobCrashPoints.DeleteSynced);
        }
#pragma warning disable CA1031 // Whatever it was belongs to those who wait.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            group.ForEach(deletion => deletion.TrySetException(exception));
        }

        group.ForEach(static deletion => deletion.TrySetResult());
    }

    /// <summary>A blob whose file somebody wants gone, and who waits for it.</summary>
    private sealed class BlobDeletion(BlobId id) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public BlobId Id { get; } = id;
    }
}
