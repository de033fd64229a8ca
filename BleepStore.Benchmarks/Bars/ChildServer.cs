using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace BleepStore.Benchmarks.Bars;

/// <summary>A server that runs as a child while it is measured, and is killed at the end.</summary>
internal sealed class ChildServer : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private ChildServer(Process process)
    {
        _process = process;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
    }

    public Uri Url { get => field ?? throw new InvalidOperationException("The server is not ready."); private set; }

    public int ProcessId => _process.Id;

    /// <summary>From the start of the process until its ready file was seen.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Starts a program that takes <c>--ready-file</c>, and waits until that is there.</summary>
    public static async Task<ChildServer> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string readyFile, CancellationToken cancellationToken)
    {
        File.Delete(readyFile);
        var start = new ProcessStartInfo(program, [.. arguments, "--ready-file", readyFile])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var server = new ChildServer(new Process { StartInfo = start });
        try
        {
            var started = Stopwatch.GetTimestamp();
            server._process.Start();
            server._process.BeginOutputReadLine();
            server._process.BeginErrorReadLine();
            await server.WaitAsync(readyFile, started, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it: the store is made for that, and the others keep nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task WaitAsync(string readyFile, long started, CancellationToken cancellationToken)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (!File.Exists(readyFile))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > ReadyTimeout)
            {
                throw new Load.LoadException($"{_process.StartInfo.FileName} did not become ready:\n{Log()}");
            }

            await poll.WaitForNextTickAsync(cancellationToken);
        }

        ReadyAfter = Stopwatch.GetElapsedTime(started);
        using var ready = JsonDocument.Parse(await File.ReadAllBytesAsync(readyFile, cancellationToken));
        Url = new Uri(ready.RootElement.GetProperty("urls").GetProperty("s3").GetString()!);
    }

    private string Log()
    {
        lock (_log)
        {
            return _log.ToString();
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
    }
}
