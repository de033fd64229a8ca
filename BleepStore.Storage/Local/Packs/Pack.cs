using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>One pack: opens it when it is needed, finds blobs in it, and lets one change at a time happen to it.</summary>
internal sealed class Pack
{
    private readonly PackDirectory _directory;
    private readonly GroupWork<PackDeletion> _deletions;
    private readonly Lock _opening = new();
    private PackFile? _current;
    private bool _isGone;

    /// <summary>A pack that exists.</summary>
    public Pack(PackDirectory directory, ulong number)
    {
        _directory = directory;
        Number = number;
        _deletions = new GroupWork<PackDeletion>(directory.SyncThreads, new PackDeleter(this, directory).Delete);
    }

    /// <summary>A pack that is being written.</summary>
    /// <param name="file">Its file, owned.</param>
    public Pack(PackDirectory directory, ulong number, PackFile file)
        : this(directory, number)
    {
        _current = file;
        IsActive = true;
    }

    public ulong Number { get; }

    // Made when needed: a large store has many thousand packs.
    public string Path => _directory.PathOf(Number);

    public string TablePath => _directory.TablePathOf(Number);

    /// <summary>
    /// Held by whoever changes what the pack holds, syncs included: deletes, sealing and the moment in which a compacted copy takes its
    /// place. Readers do without. Taken before any other lock.
    /// </summary>
    public Lock Changes { get; } = new();

    /// <summary>True while entries are appended.</summary>
    public bool IsActive { get; private set; }

    /// <summary>What it holds and costs; null until its table was read once.</summary>
    public PackUsage? Usage { get; set; }

    /// <summary>Set where compaction met damage or a defect: this process leaves the pack as it is.</summary>
    public bool IsHeldBack { get; set; }

    /// <summary>When it was last read, in milliseconds of the system's uptime.</summary>
    public long LastUsed { get; private set; }

    /// <summary>The open pack, to be disposed; null when it is no more.</summary>
    public PackFile? Lease()
    {
        LastUsed = Environment.TickCount64;
        if (Volatile.Read(ref _current) is { } open && open.TryLease())
        {
            return open;
        }

        PackFile current;
        lock (_opening)
        {
            if (_current is { } opened && opened.TryLease())
            {
                return opened;
            }

            if (_isGone || _directory.FileSystem.OpenFile(Path, writable: false) is not { } file)
            {
                return null;
            }

            current = Open(file);
            current.TryLease();
            Volatile.Write(ref _current, current);
        }

        _directory.Opened(this);
        return current;
    }

    /// <summary>Opens a range of a blob; null when it is absent.</summary>
    /// <exception cref="BlobCorruptException">What stands at its place is not that blob, whole.</exception>
    public BlobReadStream? OpenRead(StoredBlob blob, long home, long offset, long length)
    {
        using var file = Lease();
#pragma warning disable CA2000 // The stream owns it.
        return file is not null && FindLive(file, blob, home) is long at
            ? BlobReadStream.Open(new PackedBlobFile(file, at, blob.Length), blob.Id, blob.Length, offset, length)
            : null;
#pragma warning restore CA2000
    }

    /// <summary>Deletes a blob, durable once the task ends well; an absent one is success.</summary>
    public Task DeleteAsync(StoredBlob blob, long home)
    {
        var deletion = new PackDeletion(blob.Id, blob.Length, home);
        _deletions.Add(deletion);
        return deletion.Task;
    }

    /// <summary>The table of the pack as it is now; null when there is no pack, or none whose header can be read.</summary>
    public PackTable? ReadTable()
    {
        using var file = Lease();
        if (file?.Header is not null)
        {
            return TableOf(file);
        }

        if (!IsActive && file?.File.Length == 0)
        {
            // Made just before its process died; it never held anything.
            Usage = new PackUsage(Live: 0, LiveBytes: 0, WastedBytes: 0, HasDamage: false);
        }

        return null;
    }

    /// <summary>The pack's table, made anew from the pack where there is none. The pack's header must be readable.</summary>
    public PackTable TableOf(PackFile file)
    {
        if (file.Table is { } known)
        {
            return known;
        }

        lock (Changes)
        {
            if (file.Table is { } loaded)
            {
                return loaded;
            }

            var header = file.Header!.Value;
            var table = PackTableFile.Load(_directory.FileSystem, TablePath, header.Id);
            bool isCurrent = Volatile.Read(ref _current) == file;
            if (table is null)
            {
                var scanner = new PackScanner(file.File, header);
                table = scanner.Scan();
                if (isCurrent && scanner.IsAllRead && !_directory.IsReadOnly)
                {
                    PackTableFile.Save(_directory.FileSystem, TablePath, header.Id, table);
                }
            }

            file.Table = table;
            Usage = isCurrent ? table.Measure(_directory.CanPunch) : Usage;
            return table;
        }
    }

    /// <summary>Nothing is appended any more: what is known of the pack is written beside it, and it may be closed, or go.</summary>
    public void Seal()
    {
        lock (Changes)
        {
            IsActive = false;
            var file = _current!;
            PackTableFile.Save(_directory.FileSystem, TablePath, file.Header!.Value.Id, file.Table!);
            Usage = file.Table!.Measure(_directory.CanPunch);
            RemoveIfEmpty();
        }

        if (!_isGone)
        {
            _directory.Opened(this);
        }
    }

    /// <summary>
    /// Nothing is appended any more, after an error: what stands behind the entries that are known was never told of. Writes nothing, for
    /// the disk may be what failed.
    /// </summary>
    public void Abandon()
    {
        lock (Changes)
        {
            IsActive = false;
            Usage = _current!.Table!.Measure(_directory.CanPunch);
        }

        _directory.Opened(this);
    }

    /// <summary>Closes the file once its readers have left.</summary>
    public void Rest()
    {
        PackFile? current;
        lock (_opening)
        {
            current = _current;
            _current = null;
        }

        current?.Dispose();
    }

    /// <summary>Puts another file in place of the pack's, atomically. The caller holds <see cref="Changes"/>.</summary>
    /// <param name="path">Where the file stands, durable but for its name.</param>
    /// <param name="file">The same, opened; owned from now on.</param>
    public void Replace(string path, PackFile file)
    {
        PackFile? before;
        lock (_opening)
        {
            _directory.FileSystem.Replace(path, Path);
            before = _current;
            Volatile.Write(ref _current, file);
        }

        before?.Dispose();
    }

    /// <summary>Removes a pack that holds nothing.</summary>
    /// <remarks>Not synced: should a loss of power bring it back, all in it is dead.</remarks>
    public void RemoveIfEmpty()
    {
        lock (Changes)
        {
            RemoveIfEmptyCore();
        }
    }

    private void RemoveIfEmptyCore()
    {
        if (IsActive || Usage is not { Live: 0, HasDamage: false })
        {
            return;
        }

        _directory.FileSystem.TryDelete(TablePath);
        if (!_directory.FileSystem.TryDelete(Path))
        {
            // The upkeep tries again.
            return;
        }

        lock (_opening)
        {
            _isGone = true;
        }

        Rest();
        _directory.Remove(this);
    }

    /// <summary>Where the entry with that home stands; null when a compaction has left it out.</summary>
    public long? Locate(PackFile file, long home) =>
        !file.Header!.Value.IsCompacted ? home : TableOf(file).Find(home) is var (_, entry) ? entry.Offset : null;

    private PackFile Open(IStorageFile file)
    {
        try
        {
            return new PackFile(file, PackHeader.Read(file, Number));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private long? FindLive(PackFile file, StoredBlob blob, long home)
    {
        if (file.Header is not { } header)
        {
            throw new BlobCorruptException(blob.Id, $"the header of {Path} is damaged or of another pack");
        }

        if (Locate(file, home) is not long at)
        {
            return !TableOf(file).HasDamage ? null : throw new BlobCorruptException(blob.Id, $"{Path} is damaged and does not show it");
        }

        Span<byte> bytes = stackalloc byte[PackLayout.HeaderSize];
        int read = file.File.Read(bytes, at);
        if (!PackEntryHeader.TryParse(bytes[..read], header.Id, at, out var entry))
        {
            throw new BlobCorruptException(blob.Id, $"its header at byte {at} of {Path} is damaged");
        }

        if (entry.Id != blob.Id || entry.Length != blob.Length || entry.Home != home)
        {
            throw new BlobCorruptException(
                blob.Id, $"byte {at} of {Path} begins blob {entry.Id} of {entry.Length} bytes where the record says {blob.Length}");
        }

        return entry.State switch
        {
            PackEntryState.Live => at,
            PackEntryState.Dead => null,
            _ => throw new BlobCorruptException(blob.Id, $"its state at byte {at} of {Path} is damaged"),
        };
    }
}
