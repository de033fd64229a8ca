using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// Hands whatever waits to one blocking action, again and again while more comes: what was asked for during a sync shares the next one.
/// One group at a time; nothing runs while nothing waits.
/// </summary>
/// <param name="threads">Where the action runs.</param>
/// <param name="work">Does the whole group and tells each of its members; must not throw, and must not keep the list.</param>
internal sealed class GroupWork<T>(SyncThreads threads, Action<List<T>> work)
{
    private readonly Lock _lock = new();
    private List<T> _waiting = [];
    private List<T> _group = [];
    private bool _isRunning;

    /// <summary>Queues an item.</summary>
    /// <exception cref="ObjectDisposedException">The threads were told to end.</exception>
    public void Add(T item)
    {
        lock (_lock)
        {
            if (!_isRunning)
            {
                _ = threads.RunAsync(static owner => owner.Run(), this);
                _isRunning = true;
            }

            _waiting.Add(item);
        }
    }

    private void Run()
    {
        while (true)
        {
            lock (_lock)
            {
                if (_waiting.Count == 0)
                {
                    _isRunning = false;
                    return;
                }

                (_group, _waiting) = (_waiting, _group);
            }

            work(_group);
            _group.Clear();
        }
    }
}
