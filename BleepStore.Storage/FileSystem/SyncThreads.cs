namespace BleepStore.Storage.FileSystem;

/// <summary>
/// Threads of their own for calls that wait for the disk. A sync blocks for as long as the device likes; on the thread pool, which adds
/// a thread or two a second, a burst of writers would stall every request of the process, reads from memory included.
/// </summary>
/// <remarks>Threads start on demand, up to a bound: beyond it more parallel syncs gain nothing, the jobs queue in order.</remarks>
public sealed class SyncThreads : IDisposable
{
    /// <summary>Enough parallel syncs for the journal to commit them together; a waiting thread costs little.</summary>
    public const int DefaultMaximum = 32;

    private readonly int _maximum;

    // A monitor, because waiting for it does not spin; between two writes these threads must cost nothing.
    private readonly object _lock = new();
    private readonly Queue<Job> _jobs = new();
    private int _threads;
    private int _idle;
    private bool _disposed;

    /// <summary>No thread is started before the first job.</summary>
    public SyncThreads(int maximum = DefaultMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        _maximum = maximum;
    }

    /// <summary>Runs a blocking action; the returned task ends as it does, its continuations run on the thread pool.</summary>
    public Task RunAsync<TState>(Action<TState> action, TState state)
    {
        var job = new Job<TState>(action, state);
        Enqueue(job);
        return job.Task;
    }

    /// <summary>Ends the threads once all queued jobs are done.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Monitor.PulseAll(_lock);
        }
    }

    private void Enqueue(Job job)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _jobs.Enqueue(job);
            if (_jobs.Count <= _idle || _threads == _maximum)
            {
                Monitor.Pulse(_lock);
                return;
            }

            _threads++;
        }

        new Thread(Work, maxStackSize: 256 * 1024) { IsBackground = true, Name = "BleepStore sync" }.Start();
    }

    private void Work()
    {
        while (Take() is Job job)
        {
            job.Run();
        }
    }

    /// <summary>Waits for a job; null when there will be no more.</summary>
    private Job? Take()
    {
        lock (_lock)
        {
            _idle++;
            while (_jobs.Count == 0 && !_disposed)
            {
                Monitor.Wait(_lock);
            }

            _idle--;
            return _jobs.TryDequeue(out var job) ? job : null;
        }
    }

    private abstract class Job() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public abstract void Run();
    }

    private sealed class Job<TState>(Action<TState> action, TState state) : Job
    {
        public override void Run()
        {
            try
            {
                action(state);
                SetResult();
            }
            catch (OperationCanceledException exception)
            {
                SetCanceled(exception.CancellationToken);
            }
#pragma warning disable CA1031 // Whatever the action threw belongs to whoever awaits it, not to this thread.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                SetException(exception);
            }
        }
    }
}
