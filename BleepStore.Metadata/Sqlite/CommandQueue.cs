using BleepStore.Metadata.Commands;

namespace BleepStore.Metadata.Sqlite;

/// <summary>Commands that wait for the committer: bounded, in order, and left by a request that is cancelled before its turn.</summary>
/// <param name="limit">Commands that may wait.</param>
/// <param name="bytesLimit">Estimated bytes that may wait.</param>
internal sealed class CommandQueue(int limit, long bytesLimit)
{
    private readonly object _gate = new();
    private readonly LinkedList<PendingCommand> _waiting = new();
    private long _waitingBytes;
    private Exception? _closed;

    /// <summary>Commands that wait now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
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

            if (_waiting.Count >= limit || _waitingBytes >= bytesLimit)
            {
                return Task.FromException<TResult>(new MetadataBusyException($"{_waiting.Count} metadata commands wait already."));
            }

            pending.Node = _waiting.AddLast(pending);
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
    /// Waits for commands and takes them in order, up to the bounds and at least one; false when the queue is closed and empty.
    /// </summary>
    public bool Take(List<PendingCommand> batch, int maxCount, long maxBytes)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && _closed is null)
            {
                Monitor.Wait(_gate);
            }

            var bytes = 0L;
            while (_waiting.First is { } node && (batch.Count == 0 || (batch.Count < maxCount && bytes + node.Value.SizeBytes <= maxBytes)))
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

    private void Remove(PendingCommand pending, LinkedListNode<PendingCommand> node)
    {
        _waiting.Remove(node);
        _waitingBytes -= pending.SizeBytes;
        pending.Node = null;
    }
}
