namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// The entries of one pack in memory, in the order of their homes, which is that of their places too. Known while the pack is written; read
/// from its table file or from the pack itself later. Thread safe.
/// </summary>
/// <param name="hasDamage">True when the pack has bytes that are no entry, or entries of which nobody can say whether they live.</param>
internal sealed class PackTable(bool hasDamage = false)
{
    private readonly Lock _lock = new();
    private readonly List<PackEntry> _entries = [];
    private int _live;
    private long _liveBytes;
    private long _deadBytes;
    private long _deadFreed;

    /// <summary>Such a pack is left as it is: what cannot be read may be all that is left of somebody's blob.</summary>
    public bool HasDamage { get; } = hasDamage;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    public int LiveCount
    {
        get
        {
            lock (_lock)
            {
                return _live;
            }
        }
    }

    public void Add(PackEntry entry)
    {
        lock (_lock)
        {
            _entries.Add(entry);
            _live++;
            _liveBytes += entry.Size;
            if (entry.IsDead)
            {
                CountAsDead(entry, isFreed: true);
            }
        }
    }

    /// <summary>The entry with that home and its place in the order; null when there is none.</summary>
    public (int Index, PackEntry Entry)? Find(long home)
    {
        lock (_lock)
        {
            int low = 0;
            int high = _entries.Count - 1;
            while (low <= high)
            {
                int middle = low + ((high - low) / 2);
                var entry = _entries[middle];
                if (entry.Home == home)
                {
                    return (middle, entry);
                }

                (low, high) = entry.Home < home ? (middle + 1, high) : (low, middle - 1);
            }

            return null;
        }
    }

    /// <summary>True when an entry has bytes between the two offsets.</summary>
    public bool Overlaps(long start, long end)
    {
        lock (_lock)
        {
            return _entries.Exists(entry => entry.Offset < end && start < entry.End);
        }
    }

    /// <summary>Counts an entry as dead; until a restart it is known whether its pages were given back.</summary>
    public void MarkDead(int index, bool isFreed)
    {
        lock (_lock)
        {
            var entry = _entries[index];
            if (!entry.IsDead)
            {
                _entries[index] = entry with { IsDead = true };
                CountAsDead(entry, isFreed);
            }
        }
    }

    public PackEntry[] ToArray()
    {
        lock (_lock)
        {
            return [.. _entries];
        }
    }

    /// <summary>What the pack holds and what it costs.</summary>
    /// <param name="canPunch">False where the room of dead entries stays taken as a whole.</param>
    public PackUsage Measure(bool canPunch)
    {
        lock (_lock)
        {
            return new PackUsage(_live, _liveBytes, canPunch ? _deadBytes - _deadFreed : _deadBytes, HasDamage);
        }
    }

    private void CountAsDead(in PackEntry entry, bool isFreed)
    {
        _live--;
        _liveBytes -= entry.Size;
        _deadBytes += entry.Size;
        _deadFreed += isFreed ? PackLayout.Freeable(entry.Offset, entry.Length).Length : 0;
    }
}

/// <summary>What a pack holds and what it costs.</summary>
/// <param name="Live">Blobs that are there.</param>
/// <param name="LiveBytes">Bytes of their entries.</param>
/// <param name="WastedBytes">Bytes of dead entries that are still taken.</param>
/// <param name="HasDamage">See <see cref="PackTable.HasDamage"/>.</param>
internal sealed record PackUsage(int Live, long LiveBytes, long WastedBytes, bool HasDamage)
{
    /// <summary>True when more than half of what it takes is for nothing, and rewriting it loses nothing that is not understood.</summary>
    public bool IsWorthCompacting => !HasDamage && WastedBytes > LiveBytes;
}
