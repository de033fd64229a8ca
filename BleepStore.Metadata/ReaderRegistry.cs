using System.Collections.Concurrent;

namespace BleepStore.Metadata;

/// <summary>
/// Knows which states requests may still be reading, so that the collector takes no bytes from under them. A request enters before its
/// first query; the collector reads the store's published sequence first and <see cref="Oldest"/> after. No clocks.
/// </summary>
public sealed class ReaderRegistry
{
    private readonly ConcurrentDictionary<long, long> _readers = new();
    private long _lastId;

    /// <summary>Registers a reader of states from <paramref name="publishedSequence"/> on; dispose when its last byte is sent.</summary>
    public Registration Enter(long publishedSequence)
    {
        var id = Interlocked.Increment(ref _lastId);
        _readers[id] = publishedSequence;
        return new Registration(this, id);
    }

    /// <summary>
    /// The smallest sequence a reader is registered with, or <paramref name="published"/> where that is smaller: garbage up to it is
    /// free.
    /// </summary>
    public long Oldest(long published)
    {
        var oldest = published;
        foreach (var (_, sequence) in _readers)
        {
            oldest = Math.Min(oldest, sequence);
        }

        return oldest;
    }

    /// <summary>A reader's registration; ends when disposed, once.</summary>
    public sealed class Registration : IDisposable
    {
        private readonly ReaderRegistry _registry;
        private readonly long _id;

        internal Registration(ReaderRegistry registry, long id)
        {
            _registry = registry;
            _id = id;
        }

        /// <inheritdoc/>
        public void Dispose() => _registry._readers.TryRemove(_id, out _);
    }
}
