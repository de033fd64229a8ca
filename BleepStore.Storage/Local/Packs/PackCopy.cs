using System.Buffers;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// What lives in a pack, copied entry by entry to a new file that then takes the pack's name. Until that moment the old file is in force and
/// takes deletes; in that moment they are carried over. All calls block; one at a time.
/// </summary>
internal sealed class PackCopy : IDisposable
{
    private const long Stride = 1024 * 1024;

    private readonly PackDirectory _directory;
    private readonly Pack _pack;
    private readonly PackFile _source;
    private readonly PackEntry[] _live;
    private readonly string _path;
    private readonly IStorageFile _file;
    private readonly PackHeader _header;
    private readonly PackTable _table = new();
    private long _tail = PackLayout.FirstEntry;
    private int _next;
    private bool _isInForce;

    /// <summary>Begins a copy of what lives in a pack.</summary>
    /// <param name="source">The pack as it is, whose header can be read. Not owned.</param>
    /// <param name="live">The entries to keep, in order.</param>
    public PackCopy(PackDirectory directory, Pack pack, PackFile source, PackEntry[] live)
    {
        _directory = directory;
        _pack = pack;
        _source = source;
        _live = live;
        _path = directory.TemporaryPathOf(pack.Number);
        directory.FileSystem.Delete(_path);
        _file = directory.FileSystem.CreateFile(_path, preallocateBytes: 0);
        _header = PackHeader.Make(pack.Number, isCompacted: true, length: 0);
    }

    /// <summary>True when all is copied.</summary>
    public bool IsComplete => _next == _live.Length;

    /// <summary>True when an entry was met that is not what was written, or cannot be read: then the pack stays as it is.</summary>
    public bool HasDamage { get; private set; }

    /// <summary>Bytes copied so far.</summary>
    public long CopiedBytes => _tail - PackLayout.FirstEntry;

    /// <summary>Copies about a megabyte, each entry verified.</summary>
    public void CopyStride()
    {
        long end = _tail + Stride;
        for (; _next < _live.Length && _tail < end && !HasDamage; _next++)
        {
            Copy(_live[_next]);
        }
    }

    /// <summary>Makes the copy durable and puts it in the pack's place.</summary>
    public void Publish()
    {
        var header = _header with { Length = _tail };
        header.Write(_file);
        _file.SetLength(_tail);
        _file.Sync();
        _directory.CrashPoints.Hit(BlobCrashPoints.PackCopied);
        lock (_pack.Changes)
        {
            using var current = _pack.Lease();
            if (current?.Header?.Id != _source.Header?.Id)
            {
                return;
            }

            CarryDeletes(_pack.TableOf(current!));
#pragma warning disable CA2000 // The pack owns it.
            _pack.Replace(_path, new PackFile(_file, header, _table));
#pragma warning restore CA2000
            _isInForce = true;
            _directory.CrashPoints.Hit(BlobCrashPoints.PackReplaced);
            _directory.SyncNames();
            _directory.CrashPoints.Hit(BlobCrashPoints.PackCompacted);
            PackTableFile.Save(_directory.FileSystem, _pack.TablePath, header.Id, _table);
            _pack.Usage = _table.Measure(_directory.CanPunch);
            _pack.RemoveIfEmpty();
        }
    }

    /// <summary>Removes a copy that did not come into force.</summary>
    public void Dispose()
    {
        if (!_isInForce)
        {
            _file.Dispose();
            _directory.FileSystem.TryDelete(_path);
        }
    }

    private void Copy(in PackEntry entry)
    {
        int size = PackLayout.HeaderSize + (int)BlobLayout.StoredLength(entry.Length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var bytes = buffer.AsSpan(0, size);
            if (TryRead(bytes, entry.Offset) && StateOf(bytes, entry) == PackEntryState.Live && BlobLayout.IsWhole(bytes[PackLayout.HeaderSize..], entry.Id, (int)entry.Length))
            {
                Append(bytes, entry);
                return;
            }

            // Unless it was deleted meanwhile, even while it was read.
            HasDamage = !TryRead(bytes[..PackLayout.HeaderSize], entry.Offset) || StateOf(bytes, entry) != PackEntryState.Dead;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool TryRead(Span<byte> bytes, long offset)
    {
        try
        {
            return _source.File.Read(bytes, offset) == bytes.Length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Append(Span<byte> bytes, in PackEntry entry)
    {
        new PackEntryHeader(entry.Id, entry.Length, entry.Home, PackEntryState.Live).Write(bytes, _header.Id, _tail);
        _file.Write(bytes, _tail);
        _table.Add(new PackEntry(entry.Id, entry.Home, _tail, entry.Length, isDead: false));
        _tail += entry.Size;
    }

    private PackEntryState StateOf(ReadOnlySpan<byte> bytes, in PackEntry entry) =>
        PackEntryHeader.TryParse(bytes, _source.Header!.Value.Id, entry.Offset, out var header)
            && header.Id == entry.Id && header.Home == entry.Home && header.Length == entry.Length
            ? header.State
            : PackEntryState.Damaged;

    private void CarryDeletes(PackTable current)
    {
        bool hasMarked = false;
        var entries = _table.ToArray();
        for (int i = 0; i < entries.Length; i++)
        {
            if (current.Find(entries[i].Home) is (_, { IsDead: true }))
            {
                _file.Write(PackEntryHeader.DeadState, entries[i].Offset + PackEntryHeader.StateOffset);
                _table.MarkDead(i, _directory.Free(_file, entries[i].Offset, entries[i].Length));
                hasMarked = true;
            }
        }

        if (hasMarked)
        {
            _file.Sync();
        }
    }
}
