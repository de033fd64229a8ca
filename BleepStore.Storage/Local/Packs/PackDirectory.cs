using System.Collections.Concurrent;
using System.Globalization;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>All packs of a storage root, <c>{root}/packs/{number as 16 hex digits}.pack</c>, and which of them are open.</summary>
internal sealed class PackDirectory : IDisposable
{
    private const string PackExtension = ".pack";
    private const string TableExtension = ".idx";

    private readonly StorageRoot _root;
    private readonly int _maximumOpen;
    private readonly ConcurrentDictionary<ulong, Pack> _packs = new();
    private readonly Lock _lock = new();
    private readonly List<Pack> _open = [];
    private readonly IStorageDirectory? _names;
    private volatile bool _cannotPunch;

    public PackDirectory(StorageRoot root, PackOptions options, SyncThreads syncThreads, ICrashPoints crashPoints)
    {
        _root = root;
        _maximumOpen = options.MaximumOpenPacks;
        SyncThreads = syncThreads;
        CrashPoints = crashPoints;
        foreach (var entry in root.HasPacks ? root.FileSystem.List(root.Packs) : [])
        {
            if (entry.Kind == FileKind.File && TryParse(entry.Name, out ulong number))
            {
                _packs[number] = new Pack(this, number);
            }
        }

        // Open from the start: a name must never be in force and not be made durable because there is no descriptor left.
        _names = root.IsReadOnly ? null : FileSystem.OpenDirectory(root.Packs);
    }

    public IFileSystem FileSystem => _root.FileSystem;

    public SyncThreads SyncThreads { get; }

    public ICrashPoints CrashPoints { get; }

    /// <summary>True when nothing may be written, not even what can be derived.</summary>
    public bool IsReadOnly => _root.IsReadOnly;

    /// <summary>Directory for files that the next start may remove.</summary>
    public string Temporary => _root.Temporary;

    /// <summary>False where the file system keeps the room of a dead entry.</summary>
    public bool CanPunch => !_cannotPunch;

    /// <summary>Bytes that could still be written.</summary>
    public long FreeBytes => FileSystem.FreeBytes(_root.Path);

    public Pack? Find(ulong number) => _packs.GetValueOrDefault(number);

    /// <summary>All packs of the moment, the oldest first.</summary>
    public Pack[] All() => [.. _packs.Values.OrderBy(static pack => pack.Number)];

    public string PathOf(ulong number) => Path.Join(_root.Packs, Name(number) + PackExtension);

    public string TablePathOf(ulong number) => Path.Join(_root.Packs, Name(number) + TableExtension);

    public string TemporaryPathOf(ulong number) => Path.Join(Temporary, Name(number) + PackExtension);

    public void Add(Pack pack) => _packs[pack.Number] = pack;

    public void Remove(Pack pack)
    {
        _packs.TryRemove(pack.Number, out _);
        lock (_lock)
        {
            _open.Remove(pack);
        }
    }

    /// <summary>Counts a pack as open, and closes the one that nobody read for longest when there are too many.</summary>
    public void Opened(Pack pack)
    {
        Pack? oldest = null;
        lock (_lock)
        {
            if (!_open.Contains(pack))
            {
                _open.Add(pack);
            }

            if (_open.Count > _maximumOpen)
            {
                oldest = _open.Where(other => other != pack).MinBy(static other => other.LastUsed);
                _open.Remove(oldest!);
            }
        }

        oldest?.Rest();
    }

    /// <summary>Gives back the pages of an entry that was marked dead; false where they stay taken.</summary>
    public bool Free(IStorageFile file, long offset, long length)
    {
        var (start, count) = PackLayout.Freeable(offset, length);
        if (count == 0 || _cannotPunch)
        {
            return count == 0;
        }

        try
        {
            bool isFreed = file.PunchHole(start, count);
            _cannotPunch = !isFreed;
            return isFreed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The mark is what counts; compaction wins the room back.
            return false;
        }
    }

    /// <summary>Makes all names of packs durable. Only where the root may be written.</summary>
    public void SyncNames() => _names!.Sync();

    public void Dispose()
    {
        foreach (var pack in _packs.Values)
        {
            pack.Rest();
        }

        _names?.Dispose();
    }

    private static string Name(ulong number) => number.ToString("x16", CultureInfo.InvariantCulture);

    private static bool TryParse(string name, out ulong number)
    {
        number = 0;
        return name.EndsWith(PackExtension, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan(0, name.Length - PackExtension.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            && name == Name(number) + PackExtension;
    }
}
