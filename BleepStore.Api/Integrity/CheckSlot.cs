namespace BleepStore.Api.Integrity;

/// <summary>Holds the one check of a kind that a server runs at a time, and the last one. Thread safe.</summary>
/// <param name="name"><c>scrub</c> or <c>fsck</c>.</param>
/// <param name="found">Told of every finding.</param>
/// <param name="ended">Told of every end.</param>
/// <param name="time">The clock.</param>
internal sealed class CheckSlot(string name, Action<Finding> found, Action<CheckRun> ended, TimeProvider time)
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _stop;
    private Task _ended = Task.CompletedTask;

    /// <summary>The running or last check; null before the first.</summary>
    public CheckRun? Run { get; private set; }

    /// <summary>Completes when the running check, if any, has ended; never fails.</summary>
    public Task Ended
    {
        get
        {
            lock (_lock)
            {
                return _ended;
            }
        }
    }

    /// <summary>Starts a check on a thread of its own; null when one is running.</summary>
    public CheckRun? TryStart(Func<CheckRun, CancellationToken, Task> check)
    {
        lock (_lock)
        {
            if (Run is { State: CheckState.Running })
            {
                return null;
            }

            var run = new CheckRun(name, time.GetUtcNow(), found);
#pragma warning disable CA2000 // It has no timer: disposed it could not be cancelled by whoever is just about to.
            var stop = new CancellationTokenSource();
#pragma warning restore CA2000
            (_stop, Run) = (stop, run);
            // Checks read files synchronously, for hours.
            _ended = Task.Factory.StartNew(
                () => RunAsync(run, check, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
            return run;
        }
    }

    /// <summary>Stops the running check, if any, and returns when it has ended.</summary>
    public async Task StopAsync()
    {
        CancellationTokenSource? stop;
        Task end;
        lock (_lock)
        {
            (stop, end) = (_stop, _ended);
        }

        if (stop is not null)
        {
            await stop.CancelAsync();
        }

        await end;
    }

    private async Task RunAsync(CheckRun run, Func<CheckRun, CancellationToken, Task> check, CancellationTokenSource stop)
    {
        try
        {
            await check(run, stop.Token);
            End(run, CheckState.Done);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            End(run, CheckState.Stopped);
        }
        catch (Exception e)
        {
            End(run, CheckState.Failed, e.Message);
        }

        ended(run);
    }

    private void End(CheckRun run, CheckState state, string? failure = null)
    {
        lock (_lock)
        {
            // What has ended cannot be stopped any more, and the next one may begin.
            _stop = null;
            run.End(state, time.GetUtcNow(), failure);
        }
    }
}
