using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// Makes the table of a pack from the pack itself: from entry to entry, and where one should be and is not, by looking at every sector, so
/// that neither a damaged header nor a sector that the disk refuses to read hides anything behind it.
/// </summary>
internal sealed class PackScanner(IStorageFile file, PackHeader header)
{
    private const int ProbeSize = 64 * 1024;

    private readonly List<PackEntry> _entries = [];
    private readonly byte[] _headerBytes = new byte[PackLayout.HeaderSize];
    private byte[]? _probe;
    private bool _hasDamage;

    /// <summary>False when the disk refused to read a part of the pack: another look may show more.</summary>
    public bool IsAllRead { get; private set; } = true;

    public PackTable Scan()
    {
        long length = file.Length;
        _hasDamage = length < header.Length;
        for (long at = PackLayout.FirstEntry; at < length;)
        {
            TryRead(_headerBytes, at, out int read);
            at = TryAdd(_headerBytes.AsSpan(0, read), at) ? _entries[^1].End : Probe(at, length);
        }

        var table = new PackTable(_hasDamage);
        _entries.ForEach(table.Add);
        return table;
    }

    private bool TryAdd(ReadOnlySpan<byte> bytes, long offset)
    {
        if (!PackEntryHeader.TryParse(bytes, header.Id, offset, out var found))
        {
            return false;
        }

        _hasDamage |= found.State == PackEntryState.Damaged;
        _entries.Add(new PackEntry(found.Id, found.Home, offset, found.Length, found.State == PackEntryState.Dead));
        return true;
    }

    /// <summary>Takes the next entry behind bytes that are none; the answer is where it ends, or the pack.</summary>
    private long Probe(long from, long length)
    {
        _probe ??= new byte[ProbeSize];
        for (long at = from; at < length; at += ProbeSize)
        {
            bool isRead = TryRead(_probe, at, out int read);
            int end = isRead ? read : ProbeSize;
            for (int within = 0; within < end; within += PackLayout.Sector)
            {
                var sector = _probe.AsSpan(within, Math.Min(PackLayout.Sector, end - within));
                if (!isRead)
                {
                    sector = ReadSector(sector, at + within);
                }

                if (TryAdd(sector, at + within))
                {
                    return _entries[^1].End;
                }

                // Sectors of a group that a loss of power kept from being written are zero and hold nothing.
                _hasDamage |= sector.ContainsAnyExcept((byte)0);
            }
        }

        return length;
    }

    /// <summary>One sector of a stretch that could not be read as a whole; nothing, and damage, where the disk refuses this one too.</summary>
    private Span<byte> ReadSector(Span<byte> sector, long offset)
    {
        bool isRead = TryRead(sector, offset, out int read);
        _hasDamage |= !isRead;
        IsAllRead &= isRead;
        return sector[..read];
    }

    private bool TryRead(Span<byte> buffer, long offset, out int read)
    {
        try
        {
            read = file.Read(buffer, offset);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            read = 0;
            return false;
        }
    }
}
