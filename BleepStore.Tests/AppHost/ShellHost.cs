using Aspire.Hosting;
using BleepStore.AppHost.Local;

namespace BleepStore.Tests.AppHost;

/// <summary>A local host in this process over resources that are shell scripts, with its plain output as a list of lines.</summary>
internal sealed class ShellHost : IAsyncDisposable
{
    private readonly LineWriter _output = new();
    private readonly ShutdownRequests _requests = new(TimeProvider.System);
    private readonly LocalHost _host;

    public ShellHost(Action<IDistributedApplicationBuilder> graph, LocalHostOptions? options = null)
    {
        var builder = DistributedApplication.CreateBuilder([]);
        graph(builder);
        _host = new(
            [.. builder.Resources.OfType<Aspire.Hosting.ApplicationModel.ProcessResource>()],
            options ?? new() { Dashboard = false, StopTimeout = Patience.Limit },
            _requests,
            TimeProvider.System,
            _output);
        Exit = _host.RunAsync();
    }

    public LocalHost Host => _host;

    /// <summary>Completes with the host's exit code.</summary>
    public Task<int> Exit { get; }

    public IReadOnlyList<string> Lines => _output.Lines;

    public string Text => string.Join('\n', Lines);

    public void Stop() => _requests.Request("the test wants it");

    /// <summary>Waits for a line, already written or still to come.</summary>
    public async Task<string> LineAsync(string part) =>
        await _output.WaitAsync(part).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Stop();
        await Exit;
        await _host.DisposeAsync();
        _requests.Dispose();
        await _output.DisposeAsync();
    }
}

/// <summary>Collects lines and tells who waits for one.</summary>
internal sealed class LineWriter : StringWriter
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Part, TaskCompletionSource<string> Found)> _waiting = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public override void WriteLine(string? value) => Add(value ?? "");

    public void Add(string line)
    {
        lock (_lock)
        {
            _lines.Add(line);
            foreach (var (_, found) in _waiting.Where(waiting => line.Contains(waiting.Part, StringComparison.Ordinal)))
                found.TrySetResult(line);
        }
    }

    public Task<string> WaitAsync(string part)
    {
        lock (_lock)
        {
            var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_lines.Find(line => line.Contains(part, StringComparison.Ordinal)) is { } line)
                found.SetResult(line);
            else
                _waiting.Add((part, found));
            return found.Task;
        }
    }
}
