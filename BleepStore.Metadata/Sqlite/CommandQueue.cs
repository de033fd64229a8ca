using BleepStore.Metadata.Commands;

namespace BleepStore.Metadata.Sqlite;

/// <summary>
/// Commands that wait for the committer: bounded, and left by a request that is cancelled before its turn. Small ones keep their order, and so do
/// large ones; the two take turns, so that a small one waits for one large one at most.
/// </summary>
/// <param name="limit">Commands that may wait.</param>
/// <param name="bytesLimit">Estimated bytes that may wait.</param>
internal sealed class CommandQueue(int limit, long bytesLimit)
{
    private readonly object _gate = new();
    private readonly LinkedList<PendingCommand> _small = new();
    private readonly LinkedList<PendingCommand> _large = new();
    private long _waitingBytes;
    private bool _tookLarge;
    private Exception? _closed;

    /// <summary>Commands that wait now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return Waiting;
            }
        }
    }

    /// <summary>Puts a command in the queue and answers its outcome.</summary>
    public Task<TResult> EnqueueAsync<TResult>(MetadataCommand<TResult> command, CancellationToken cancellationToken)
    {
        var pending = new PendingCommand<TResult>(command);
        lock (_gate)
        {
            if (_closed is not null)
            {
                return Task.FromException<TResult>(_closed);
            }

            if (Waiting >= limit || _waitingBytes >= bytesLimit)
            {
                return Task.FromException<TResult>(new MetadataBusyException($"{Waiting} metadata commands wait already."));
            }

            pending.Node = (pending.IsLarge ? _large : _small).AddLast(pending);
            _waitingBytes += pending.SizeBytes;
            Monitor.Pulse(_gate);
        }

        if (cancellationToken.CanBeCanceled)
        {
            pending.LeaveWhenCancelled(this, cancellationToken);
        }

        return pending.Task;
    }

    /// <summary>
    /// Waits for commands and takes one large one, or small ones in order up to the bounds and at least one; false when the queue is closed and
    /// empty.
    /// </summary>
    public bool Take(List<PendingCommand> batch, int maxCount, long maxBytes)
    {
        lock (_gate)
        {
            while (Waiting == 0 && _closed is null)
            {
                Monitor.Wait(_gate);
            }

            _tookLarge = _large.Count > 0 && (_small.Count == 0 || !_tookLarge);
            var (from, most, bytes) = _tookLarge ? (_large, 1, 0L) : (_small, maxCount, 0L);
            while (from.First is { } node && (batch.Count == 0 || (batch.Count < most && bytes + node.Value.SizeBytes <= maxBytes)))
            {
                Remove(node.Value, node);
                bytes += node.Value.SizeBytes;
                batch.Add(node.Value);
            }

            return batch.Count > 0;
        }
    }

    /// <summary>Refuses further commands; those that wait are still taken.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes a command out whose request was cancelled; false when the committer has it already.</summary>
    public bool TryLeave(PendingCommand pending)
    {
        lock (_gate)
        {
            if (pending.Node is not { } node)
            {
                return false;
            }

            Remove(pending, node);
            return true;
        }
    }

    private int Waiting => _small.Count + _large.Count;

    private void Remove(PendingCommand pending, LinkedListNode<PendingCommand> node)
    {
        node.List!.Remove(node);
        _waitingBytes -= pending.SizeBytes;
        pending.Node = null;
    }
}
