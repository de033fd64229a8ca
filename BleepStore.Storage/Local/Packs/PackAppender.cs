using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// The one thread that appends: takes whatever entries wait, writes them behind one another, makes all of them durable by one sync, and only
/// then tells their writers.
/// </summary>
internal sealed class PackAppender : IAsyncDisposable
{
    private readonly PackDirectory _directory;
    private readonly StorageRoot _root;
    private readonly long _packSize;
    private readonly SyncThreads _thread = new(maximum: 1);
    private readonly GroupWork<PackAppend> _work;
    private readonly List<(PackAppend Append, long Offset)> _written = [];

    // An id is never used twice; this finds the caller that does it all the same, soon enough to matter.
    private readonly HashSet<BlobId> _ids = [];
    private uint _sequence;
    private Pack? _pack;
    private PackFile? _file;
    private bool _isNameDurable;
    private bool _isFull;
    private long _tail;

    public PackAppender(PackDirectory directory, StorageRoot root, PackOptions options)
    {
        _directory = directory;
        _root = root;
        _packSize = options.PackSizeBytes;
        _work = new GroupWork<PackAppend>(_thread, Append);
    }

    private bool IsFull => _isFull || _tail >= _packSize;

    /// <summary>Appends a blob, durable once the task ends well. Cancellation before it is taken leaves no trace, later it is ignored.</summary>
    public async Task<PackLocator> AppendAsync(PackAppend append, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((PackAppend)state!).Cancel(token), append);
        _work.Add(append);
        return await append.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _thread.RunAsync(static owner => owner.SealCurrent(), this);
        _thread.Dispose();
    }

    private void Append(List<PackAppend> group)
    {
        try
        {
            for (int done = 0; done < group.Count;)
            {
                OpenPack();
                done = Write(group, done);
                Sync();
            }
        }
#pragma warning disable CA1031 // Whatever it was belongs to those who wait.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // What of these is on the disk is not known, so nothing is appended to that pack any more.
            _pack?.Abandon();
            _pack = null;
            _written.Clear();
            // All who were not told anything yet: none may wait for ever, whatever it was and however far the group had come.
            group.ForEach(append => append.TrySetException(exception));
        }
    }

    /// <summary>Makes a pack where there is none; its number, of boot and count, was never used.</summary>
    private void OpenPack()
    {
        if (_pack is not null)
        {
            return;
        }

        ulong number = ((ulong)_root.Boot!.Value << 32) | ++_sequence;
        string path = _directory.PathOf(number);
        var file = _directory.FileSystem.CreateFile(path, preallocateBytes: 0);
        try
        {
            var header = PackHeader.Make(number, isCompacted: false, length: 0);
            header.Write(file);
            _file = new PackFile(file, header, new PackTable());
        }
        catch
        {
            file.Dispose();
            _directory.FileSystem.TryDelete(path);
            throw;
        }

        _pack = new Pack(_directory, number, _file);
        _directory.Add(_pack);
        _isNameDurable = false;
        _isFull = false;
        _ids.Clear();
        _tail = PackLayout.FirstEntry;
    }

    /// <summary>Writes entries until the pack is full; the answer is how far it came.</summary>
    private int Write(List<PackAppend> group, int from)
    {
        // How far failed writes may have come.
        long reach = 0;
        int next = from;
        for (; next < group.Count && !IsFull; next++)
        {
            var append = group[next];
            if (!append.TryTake())
            {
                continue;
            }

            if (!_ids.Add(append.Id))
            {
                append.SetException(new IOException($"Blob {append.Id} exists."));
                continue;
            }

            try
            {
                new PackEntryHeader(append.Id, append.Length, _tail, PackEntryState.Live).Write(append.Entry, _file!.Header!.Value.Id, _tail);
                _file.File.Write(append.Entry, _tail);
                _written.Add((append, _tail));
                _tail += PackLayout.EntryLength(append.Length);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The next entry is written over what there is of this one, or over a part of it.
                reach = Math.Max(reach, _tail + append.Entry.Length);
                _ids.Remove(append.Id);
                append.SetException(exception);
            }
        }

        _directory.CrashPoints.Hit(BlobCrashPoints.PackWritten);
        if (reach > _tail)
        {
            CutLeftover();
        }

        return next;
    }

    private void CutLeftover()
    {
        try
        {
            _file!.File.SetLength(_tail);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Then nothing may follow it.
            _isFull = true;
        }
    }

    private void Sync()
    {
        if (_written.Count > 0)
        {
            _file!.File.Sync();
            if (!_isNameDurable)
            {
                _directory.SyncNames();
                _isNameDurable = true;
            }

            _directory.CrashPoints.Hit(BlobCrashPoints.PackSynced);
            foreach (var (append, offset) in _written)
            {
                _file.Table!.Add(new PackEntry(append.Id, offset, offset, append.Length, isDead: false));
                append.SetResult(new PackLocator(_pack!.Number, offset));
            }

            _written.Clear();
        }

        if (IsFull)
        {
            SealCurrent();
        }
    }

    private void SealCurrent()
    {
        _pack?.Seal();
        _pack = null;
    }
}
