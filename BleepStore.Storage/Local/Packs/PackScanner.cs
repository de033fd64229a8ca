using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// Makes the table of a pack from the pack itself: from entry to entry, and where one should be and is not, by looking at every sector, so
/// that a damaged header hides nothing behind it.
/// </summary>
internal sealed class PackScanner(IStorageFile file, PackHeader header)
{
    private const int ProbeSize = 64 * 1024;

    private readonly List<PackEntry> _entries = [];
    private readonly byte[] _headerBytes = new byte[PackLayout.HeaderSize];
    private byte[]? _probe;
    private bool _hasDamage;

    public PackTable Scan()
    {
        long length = file.Length;
        _hasDamage = length < header.Length;
        for (long at = PackLayout.FirstEntry; at < length;)
        {
            int read = file.Read(_headerBytes, at);
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

    /// <summary>The next entry behind bytes that are none, or the end.</summary>
    private long Probe(long from, long length)
    {
        _probe ??= new byte[ProbeSize];
        for (long at = from; at < length; at += ProbeSize)
        {
            int read = file.Read(_probe, at);
            for (int within = 0; within < read; within += PackLayout.Sector)
            {
                var sector = _probe.AsSpan(within, Math.Min(PackLayout.Sector, read - within));
                if (PackEntryHeader.TryParse(sector, header.Id, at + within, out _))
                {
                    return at + within;
                }

                // Sectors of a group that a loss of power kept from being written are zero and hold nothing.
                _hasDamage |= sector.ContainsAnyExcept((byte)0);
            }
        }

        return length;
    }
}
