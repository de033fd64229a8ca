using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace BleepStore.Metadata.Sqlite;

/// <summary>
/// Keeps rows that nearly every request reads. Exact: what it answers is never older than the state that was published when it was asked,
/// because the one writer makes it forget what a commit changed before that commit is published. Absent rows are not kept.
/// </summary>
/// <typeparam name="TRow">What a row holds.</typeparam>
/// <param name="limit">Rows kept; one more empties it.</param>
internal sealed class RowCache<TRow>(int limit)
    where TRow : class
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, TRow> _rows = new(StringComparer.Ordinal);
    private readonly List<string> _changed = [];
    private long _epoch;

    /// <summary>Number of the state that rows are kept for: take it before a row is read, and give it to <see cref="Keep"/>.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>The row, where it is kept.</summary>
    public bool TryFind(string key, [NotNullWhen(true)] out TRow? row) => _rows.TryGetValue(key, out row);

    /// <summary>
    /// Keeps a row that was read after <paramref name="epoch"/> was taken; nothing happens where rows changed since: it may be an old one.
    /// </summary>
    public void Keep(string key, TRow row, long epoch)
    {
        lock (_gate)
        {
            if (epoch != _epoch)
            {
                return;
            }

            if (_rows.Count >= limit)
            {
                _rows.Clear();
            }

            _rows[key] = row;
        }
    }

    /// <summary>Remembers that the open transaction changes a row. For the writer's thread.</summary>
    public void Change(string key) => _changed.Add(key);

    /// <summary>
    /// Forgets the rows that changed; after the commit, before it is published. Those of a transaction that was rolled back may be among
    /// them. For the writer's thread.
    /// </summary>
    public void ForgetChanged()
    {
        if (_changed.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            _epoch++;
            foreach (var key in _changed)
            {
                _rows.TryRemove(key, out _);
            }
        }

        _changed.Clear();
    }
}
