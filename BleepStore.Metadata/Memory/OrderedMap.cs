using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace BleepStore.Metadata.Memory;

/// <summary>An immutable ordered map that can be entered at any key, and knows about how many bytes its values take.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
internal sealed class OrderedMap<TKey, TValue>
{
    /// <summary>What an entry costs beside its value: tree node, key and record headers.</summary>
    private const int EntryBytes = 192;

    private readonly ImmutableSortedSet<Entry> _entries;
    private readonly Func<TValue, long> _valueBytes;

    public OrderedMap(IComparer<TKey> comparer, Func<TValue, long> valueBytes)
        : this(ImmutableSortedSet.Create<Entry>(new EntryComparer(comparer)), valueBytes, sizeBytes: 0)
    {
    }

    private OrderedMap(ImmutableSortedSet<Entry> entries, Func<TValue, long> valueBytes, long sizeBytes)
    {
        _entries = entries;
        _valueBytes = valueBytes;
        SizeBytes = sizeBytes;
    }

    /// <summary>Estimated bytes of all entries.</summary>
    public long SizeBytes { get; }

    public int Count => _entries.Count;

    /// <summary>The entry at a place from 0 to <see cref="Count"/> - 1.</summary>
    public (TKey Key, TValue Value) this[int index] => (_entries[index].Key, _entries[index].Value);

    public bool TryFind(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = _entries.TryGetValue(new Entry(key, default!), out var entry);
        value = found ? entry.Value : default;
        return found;
    }

    /// <summary>The value of a key, or the default.</summary>
    public TValue? Find(TKey key) => TryFind(key, out var value) ? value : default;

    /// <summary>Inserts or replaces.</summary>
    public OrderedMap<TKey, TValue> With(TKey key, TValue value)
    {
        var without = Without(key);
        return new OrderedMap<TKey, TValue>(
            without._entries.Add(new Entry(key, value)), _valueBytes, without.SizeBytes + EntryBytes + _valueBytes(value));
    }

    /// <summary>Removes; an absent key changes nothing.</summary>
    public OrderedMap<TKey, TValue> Without(TKey key)
        => TryFind(key, out var old)
            ? new OrderedMap<TKey, TValue>(_entries.Remove(new Entry(key, default!)), _valueBytes,
                SizeBytes - EntryBytes - _valueBytes(old))
            : this;

    /// <summary>Place of the first entry at or after a key; <see cref="Count"/> when there is none.</summary>
    public int IndexAtOrAfter(TKey key)
    {
        var index = _entries.IndexOf(new Entry(key, default!));
        return index < 0 ? ~index : index;
    }

    /// <summary>Entries at or after a key, in order.</summary>
    public IEnumerable<(TKey Key, TValue Value)> From(TKey key)
    {
        for (var index = IndexAtOrAfter(key); index < Count; index++)
        {
            yield return this[index];
        }
    }

    private readonly record struct Entry(TKey Key, TValue Value);

    private sealed class EntryComparer(IComparer<TKey> keys) : IComparer<Entry>
    {
        public int Compare(Entry x, Entry y) => keys.Compare(x.Key, y.Key);
    }
}
