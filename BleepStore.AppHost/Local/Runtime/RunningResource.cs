using System.Globalization;

namespace BleepStore.AppHost.Local;

/// <summary>
/// One resource over its starts and stops: it starts the process, asks for its health and says every change of state. Starts and
/// stops are taken one at a time; the callback may come from any thread.
/// </summary>
internal sealed class RunningResource(
    ProcessResource model, ChildStarter starter, HealthProbe probe, LogSink log, TimeProvider time, Action<RunningResource> changed)
    : IAsyncDisposable
{
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WhileRunning = TimeSpan.FromSeconds(15);

    /// <summary>After this long a start is worth a word about what is missing.</summary>
    private static readonly TimeSpan LongStart = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _lock = new();
    private ResourceSnapshot _snapshot = new(model.Name, ResourceState.Waiting);
    private ChildProcess? _child;
    private Task _watch = Task.CompletedTask;

    public string Name => model.Name;

    public ResourceSnapshot Snapshot
    {
        get
        {
            lock (_lock)
                return _snapshot;
        }
    }

    /// <summary>Whether this resource has served at least once since the host started.</summary>
    public bool HasServed { get; private set; }

    /// <summary>Whether the process ended although nobody asked for it.</summary>
    public bool EndedByItself { get; private set; }

    /// <summary>Starts the process; its health is followed in the background.</summary>
    /// <exception cref="HostStartException">The process cannot be started at all.</exception>
    public async Task StartAsync()
    {
        await _gate.WaitAsync();
        try
        {
            await StartLockedAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops the process politely, and kills it after the timeout or at once when <paramref name="kill"/> is cancelled.</summary>
    public async Task StopAsync(TimeSpan timeout, CancellationToken kill)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            await StopLockedAsync(timeout, kill);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task RestartAsync(TimeSpan timeout, CancellationToken kill)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            await StopLockedAsync(timeout, kill);
            if (!kill.IsCancellationRequested)
                await StartLockedAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Measures the process; to be called about once a second.</summary>
    public void Sample()
    {
        if (Volatile.Read(ref _child) is not { } child || child.Sample() is not var (cpu, memory))
            return;
        lock (_lock)
            _snapshot = _snapshot with { CpuPercent = cpu, MemoryBytes = memory };
    }

    /// <summary>Kills what still runs. The gate stays usable: the watch of a process that just ended may yet pass through it.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero, new CancellationToken(canceled: true));

    private async Task StartLockedAsync()
    {
        if (_child is not null)
            return;
        try
        {
            PortAllocation.Allocate(model);
            var starts = Snapshot.Starts + 1;
            var instance = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{starts}");
            var child = await ChildProcess.StartAsync(ResourceCommand.For(model, instance), model.Name, starter, log, time);
            _child = child;
            EndedByItself = false;
            Set(snapshot => new(model.Name, ResourceState.Starting, child.Id, Links: PortAllocation.Links(model), Starts: starts));
            _watch = WatchAsync(child);
        }
        catch (HostStartException exception)
        {
            Set(snapshot => snapshot with { State = ResourceState.FailedToStart, ProcessId = null, Reason = exception.Message });
            throw;
        }
    }

    private async Task StopLockedAsync(TimeSpan timeout, CancellationToken kill)
    {
        if (_child is not { } child)
            return;
        child.IsToEnd = true;
        if (!child.Exited.IsCompleted)
            Set(snapshot => snapshot with { State = ResourceState.Stopping });
        await child.StopAsync(timeout, kill);
        await _watch;
        child.Dispose();
        _child = null;
    }

    /// <summary>Follows one process from its start to its exit.</summary>
    private async Task WatchAsync(ChildProcess child)
    {
        using var ended = new CancellationTokenSource();
        var health = FollowHealthAsync(child, ended.Token);
        var code = await child.Exited;
        await ended.CancelAsync();
        await health;
        EndedByItself = !child.IsToEnd;
        Set(snapshot => snapshot with { State = ResourceState.Exited, ExitCode = code, ProcessId = null, CpuPercent = 0, MemoryBytes = 0 });
        if (EndedByItself)
            _ = ReleaseAsync(child);
    }

    /// <summary>After an unexpected end the next start must find the place free; what the process left in its session goes, too.</summary>
    private async Task ReleaseAsync(ChildProcess child)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (!ReferenceEquals(_child, child))
                return;
            child.Dispose();
            _child = null;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task FollowHealthAsync(ChildProcess child, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var problem = model.HealthCheck is var (endpoint, path)
                    ? await probe.AskAsync(endpoint.Url + path, cancellationToken)
                    : null;
                var before = Snapshot.State;
                if (!child.IsToEnd && !child.Exited.IsCompleted)
                    Became(before, problem, time.GetElapsedTime(started));
                if (model.HealthCheck is null)
                    return;
                await Task.Delay(Snapshot.State == ResourceState.Running ? WhileRunning : WhileStarting, time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The process has ended; there is nothing left to ask.
        }
    }

    private void Became(ResourceState before, string? problem, TimeSpan sinceStart)
    {
        if (problem is null && before is (ResourceState.Starting or ResourceState.Unhealthy))
        {
            HasServed = true;
            Set(snapshot => snapshot with { State = ResourceState.Running, Reason = null });
        }
        else if (problem is not null && before == ResourceState.Starting && sinceStart > LongStart && Snapshot.Reason != problem)
        {
            Set(snapshot => snapshot with { Reason = problem });
        }
        else if (problem is not null && before == ResourceState.Running)
        {
            Set(snapshot => snapshot with { State = ResourceState.Unhealthy, Reason = problem });
        }
    }

    private void Set(Func<ResourceSnapshot, ResourceSnapshot> change)
    {
        lock (_lock)
            _snapshot = change(_snapshot);
        changed(this);
    }
}
