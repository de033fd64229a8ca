namespace BleepStore.AppHost.Local;

/// <summary>The wishes to end, whoever has them: the first means stop politely, the second kill.</summary>
internal sealed class ShutdownRequests(TimeProvider time) : IDisposable
{
    /// <summary>A service manager signals the whole group, and <c>dotnet run</c> passes the signal on: one wish, not two.</summary>
    private static readonly TimeSpan SameWish = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource<string> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _kill = new();
    private readonly Lock _lock = new();
    private long _first;

    /// <summary>Completes with the reason at the first wish.</summary>
    public Task<string> Stop => _stop.Task;

    /// <summary>Cancelled at the second wish.</summary>
    public CancellationToken Kill => _kill.Token;

    public void Request(string reason)
    {
        lock (_lock)
        {
            if (_stop.TrySetResult(reason))
                _first = time.GetTimestamp();
            else if (time.GetElapsedTime(_first) >= SameWish)
                _kill.Cancel();
        }
    }

    public void Dispose() => _kill.Dispose();
}
