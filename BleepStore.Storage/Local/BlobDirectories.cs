using System.Globalization;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local;

/// <summary>
/// The 256 directories of blobs: made when first needed, and kept open so that a published blob can always be made durable.
/// </summary>
internal sealed class BlobDirectories : IDisposable
{
    private const int Count = 256;

    private readonly StorageRoot _root;
    private readonly Lock _lock = new();
    private readonly IStorageDirectory?[] _open = new IStorageDirectory?[Count];
    private readonly bool[] _present = new bool[Count];
    private readonly string[] _paths = new string[Count];

    public BlobDirectories(StorageRoot root)
    {
        _root = root;
        for (int i = 0; i < Count; i++)
        {
            _paths[i] = Path.Join(root.Path, i.ToString("x2", CultureInfo.InvariantCulture));
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
    public IStorageDirectory OpenFor(BlobId id)
    {
        int index = (byte)id.Sequence;
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
}
