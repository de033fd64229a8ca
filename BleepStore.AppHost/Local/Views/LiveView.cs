using System.Globalization;
using static System.FormattableString;
using Spectre.Console;

namespace BleepStore.AppHost.Local;

/// <summary>The view on a terminal: a live table of the resources with the tail of their logs below. R restarts them.</summary>
internal sealed class LiveView : IHostView
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);
    private const int TailAfterFailure = 20;

    private readonly LocalHost _host;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _notices = [];
    private Task? _loop;

    public LiveView(LocalHost host, TimeProvider time) => (_host, _time) = (host, time);

    public void Start() => _loop = LoopAsync();

    public void Changed(ResourceSnapshot snapshot)
    {
        // The loop draws what is.
    }

    public void Log(LogLine line)
    {
        // The loop draws the tail from the buffer.
    }

    public void Notice(string text)
    {
        lock (_notices)
            _notices.Add(text);
    }

    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested)
            return;
        await _end.CancelAsync();
        if (_loop is not null)
            await _loop;

        if (_host.Resources.Any(resource => resource.Snapshot is { State: ResourceState.FailedToStart } or { ExitCode: > 0 }))
        {
            foreach (var line in _host.Logs.Since(0, TailAfterFailure).Lines)
                AnsiConsole.Console.WriteLine($"{line.Resource} | {Printable(line.Text)}");
        }

        foreach (var resource in _host.Resources)
            AnsiConsole.Console.WriteLine(resource.Snapshot.Describe());
        _end.Dispose();
    }

    private static string Printable(string text) => new([.. text.Select(letter => char.IsControl(letter) ? ' ' : letter)]);

    private async Task LoopAsync()
    {
        var display = AnsiConsole.Live(Draw()).AutoClear(true).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Top);
        await display.StartAsync(async live =>
        {
            // Whoever starts the view goes on; drawing belongs to the pool from here.
            await Task.Yield();
            while (!_end.IsCancellationRequested)
            {
                live.UpdateTarget(Draw());
                ReadKeys();
                await Task.Delay(Refresh, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
    }

    private void ReadKeys()
    {
        while (!Console.IsInputRedirected && Console.KeyAvailable)
        {
            if (Console.ReadKey(intercept: true).Key != ConsoleKey.R)
                continue;
            foreach (var resource in _host.Resources)
                _host.Restart(resource.Name);
        }
    }

    private Rows Draw()
    {
        var table = new Table().RoundedBorder().BorderColor(Color.Grey).Expand();
        table.AddColumns("Resource", "State", "URLs", "Pid", "CPU", "Memory");
        foreach (var snapshot in _host.Resources.Select(resource => resource.Snapshot))
        {
            var state = snapshot.State is ResourceState.Exited ? $"Exited ({snapshot.ExitCode})" : snapshot.State.ToString();
            table.AddRow(
                new Text(snapshot.Name, new Style(decoration: Decoration.Bold)),
                new Text(state, new Style(ColorOf(snapshot.State))),
                new Rows((snapshot.Links ?? []).Select(link => new Text($"{link.Text,-12} {link.Url}"))),
                new Text(snapshot.ProcessId?.ToString(CultureInfo.InvariantCulture) ?? ""),
                new Text(snapshot.ProcessId is null ? "" : Invariant($"{snapshot.CpuPercent:0.0} %")),
                new Text(snapshot.ProcessId is null ? "" : Invariant($"{snapshot.MemoryBytes / 1048576.0:0.0} MiB")));
        }

        string[] notices;
        lock (_notices)
            notices = [.. _notices];
        var linked = _host.Resources.Sum(resource => Math.Max(1, resource.Snapshot.Links?.Count ?? 1));
        var room = Math.Max(3, AnsiConsole.Profile.Height - linked - notices.Length - 7);
        var width = Math.Max(20, AnsiConsole.Profile.Width - 1);
        return new Rows(
        [
            table,
            .. notices.Select(notice => new Text(Printable(notice), new Style(Color.Grey))),
            new Text("Ctrl-C stops, R restarts", new Style(Color.Grey)),
            .. _host.Logs.Since(0, room).Lines.Select(line => Tail(line, width)),
        ]);
    }

    private static Text Tail(LogLine line, int width)
    {
        var text = Printable($"{line.Resource} | {line.Text}");
        return new Text(text.Length > width ? text[..width] : text, line.IsError ? new Style(Color.Red) : null);
    }

    private static Color ColorOf(ResourceState state) => state switch
    {
        ResourceState.Running => Color.Green,
        ResourceState.Exited or ResourceState.FailedToStart or ResourceState.Unhealthy => Color.Red,
        _ => Color.Yellow,
    };
}
