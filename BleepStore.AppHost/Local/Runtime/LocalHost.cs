namespace BleepStore.AppHost.Local;

/// <summary>Runs the graph on this machine: starts the resources in order, shows them, and leaves no process behind.</summary>
internal sealed class LocalHost : IAsyncDisposable
{
    /// <summary>What a shell reports for "ended, but not as it should", where the resource itself had nothing to say.</summary>
    private const int Failure = 1;

    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    private readonly LocalHostOptions _options;
    private readonly ShutdownRequests _requests;
    private readonly TimeProvider _time;
    private readonly ChildStarter _starter = new();
    private readonly HealthProbe _probe = new();
    private readonly LogBuffer _logs = new(capacity: 2000);
    private readonly List<RunningResource> _resources;
    private readonly IHostView _view;
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopping;
    private bool _disposed;

    public LocalHost(
        IReadOnlyList<ProcessResource> graph,
        LocalHostOptions options,
        ShutdownRequests requests,
        TimeProvider time,
        TextWriter? output = null)
    {
        (_options, _requests, _time) = (options, requests, time);
        _resources = [.. graph.Select(model => new RunningResource(model, _starter, _probe, Log, time, Changed))];
        _view = options.Interactive ? new LiveView(this, time) : new PlainView(output ?? Console.Out);
    }

    public IReadOnlyList<RunningResource> Resources => _resources;

    public LogBuffer Logs => _logs;

    /// <summary>Where the status page is; null without one.</summary>
    public string? DashboardUrl { get; private set; }

    /// <summary>Returns the exit code: 0 after a wish to end, else that of the resource without which nothing is left to run.</summary>
    public async Task<int> RunAsync()
    {
        _view.Start();
        if (ChildCommand.Shortcoming is { } shortcoming)
            _view.Notice(shortcoming);

        await using var dashboard = _options.Dashboard ? await StatusPage.StartAsync(this, _options.DashboardPort) : null;
        DashboardUrl = dashboard?.Url;
        if (DashboardUrl is not null)
            _view.Notice($"dashboard: {DashboardUrl}");

        using var sampler = _time.CreateTimer(
            _ => _resources.ForEach(resource => resource.Sample()), state: null, SampleInterval, SampleInterval);
        var code = await StartAsync() ? await UntilEndAsync() : Failure;
        await StopAsync();
        await _view.DisposeAsync();
        return code;
    }

    /// <summary>Restarts one resource; false when there is none of that name.</summary>
    public bool Restart(string name)
    {
        if (_stopping || _resources.Find(resource => resource.Name == name) is not { } found)
            return false;
        _ = RestartAsync(found);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var resource in _resources)
            await resource.DisposeAsync();
        await _view.DisposeAsync();
        _probe.Dispose();
        _starter.Dispose();
    }

    private async Task<bool> StartAsync()
    {
        foreach (var resource in _resources)
        {
            try
            {
                await resource.StartAsync();
            }
            catch (HostStartException)
            {
                // The change of state has said why.
                return false;
            }
        }

        return true;
    }

    private async Task<int> UntilEndAsync()
    {
        var first = await Task.WhenAny(_requests.Stop, _ended.Task);
        if (first == _ended.Task)
            return await _ended.Task;
        _view.Notice($"stopping ({await _requests.Stop})");
        return 0;
    }

    private async Task StopAsync()
    {
        _stopping = true;
        foreach (var resource in Enumerable.Reverse(_resources))
            await resource.StopAsync(_options.StopTimeout, _requests.Kill);
    }

    private async Task RestartAsync(RunningResource resource)
    {
        try
        {
            await resource.RestartAsync(_options.StopTimeout, _requests.Kill);
        }
        catch (HostStartException)
        {
            // The change of state has said why; whoever asked for it sees it and may ask again.
        }
    }

    private void Log(string resource, string text, bool isError) => _view.Log(_logs.Append(resource, text, isError));

    private void Changed(RunningResource resource)
    {
        var snapshot = resource.Snapshot;
        _view.Changed(snapshot);
        if (snapshot.State != ResourceState.Exited || !resource.EndedByItself)
            return;

        // Somebody who watches may restart it; without a watcher nothing is left to wait for. What never served is an error either way.
        var nothingRuns = _resources.TrueForAll(other => other.Snapshot.State is ResourceState.Exited or ResourceState.FailedToStart);
        if (!resource.HasServed || (nothingRuns && !_options.Interactive))
            _ended.TrySetResult(snapshot.ExitCode is > 0 and var code ? code : Failure);
    }
}
