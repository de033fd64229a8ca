namespace BleepStore.Api.Hosting;

/// <summary>
/// Where the process stands between start and stop: ready; then, after SIGTERM, not ready but serving; then refusing new requests while those
/// in flight end. Thread safe.
/// </summary>
internal sealed class DrainState
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isReady;
    private volatile bool _isDraining;
    private int _inFlight;

    /// <summary>True while new work may be sent here: what <c>/readyz</c> says.</summary>
    public bool IsReady => _isReady;

    /// <summary>True when new requests are refused.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Requests that were let in and have not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The store is open and the listeners are bound.</summary>
    public void BecomeReady() => _isReady = true;

    /// <summary>Asks for no new work, and still does what comes.</summary>
    public void BecomeUnready() => _isReady = false;

    /// <summary>Refuses new requests from now on; the task completes when none is in flight any more.</summary>
    public Task RefuseNewAsync()
    {
        _isReady = false;
        _isDraining = true;
        // The order matters: whoever enters after this line sees the flag, whoever entered before is counted.
        Interlocked.MemoryBarrier();
        SignalIfIdle();
        return _idle.Task;
    }

    /// <summary>Lets a request in; false when it must be refused. Each true needs a <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _inFlight);
        if (!_isDraining)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _inFlight);
        SignalIfIdle();
    }

    private void SignalIfIdle()
    {
        if (_isDraining && Volatile.Read(ref _inFlight) == 0)
        {
            _idle.TrySetResult();
        }
    }
}
