using System.Diagnostics;

namespace BleepStore.AppHost.Local;

/// <summary>Receives every line that a resource writes.</summary>
internal delegate void LogSink(string resource, string text, bool isError);

/// <summary>One operating-system process of a resource, from its start to its exit.</summary>
internal sealed class ChildProcess : IDisposable
{
    /// <summary>A grandchild may hold the streams open for ever; the exit does not wait for it.</summary>
    private static readonly TimeSpan StreamsAfterExit = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly TimeProvider _time;
    private long _sampledAt;
    private TimeSpan _sampledCpu;

    private ChildProcess(Process process, string resource, LogSink log, TimeProvider time)
    {
        _process = process;
        _time = time;
        Id = process.Id;
        _sampledAt = time.GetTimestamp();
        process.StandardInput.Close();
        var streams = Task.WhenAll(
            PumpAsync(process.StandardOutput, text => log(resource, text, isError: false)),
            PumpAsync(process.StandardError, text => log(resource, text, isError: true)));
        Exited = FollowAsync(streams);
    }

    public int Id { get; }

    /// <summary>Completes with the exit code when the process has ended and its last lines were read.</summary>
    public Task<int> Exited { get; }

    /// <summary>Set before the host asks it to end, so that the exit is known to be wanted.</summary>
    public bool IsToEnd { get; set; }

    public static async Task<ChildProcess> StartAsync(
        ProcessStartInfo command, string resource, ChildStarter starter, LogSink log, TimeProvider time) =>
        new(await starter.StartAsync(command), resource, log, time);

    /// <summary>SIGTERM, then SIGKILL for the whole group when the timeout has passed or <paramref name="kill"/> is cancelled.</summary>
    public async Task StopAsync(TimeSpan timeout, CancellationToken kill)
    {
        if (!Exited.IsCompleted && !kill.IsCancellationRequested && !OperatingSystem.IsWindows())
        {
            _ = Libc.Kill(Id, Libc.SigTerm);
            try
            {
                await Exited.WaitAsync(timeout, _time, kill);
            }
            catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
            {
                // It had its chance; the group is killed below.
            }
        }

        KillGroup();
        await Exited;
    }

    /// <summary>Percent of one processor since the last sample, and resident bytes; null when the process has ended.</summary>
    public (double CpuPercent, long MemoryBytes)? Sample()
    {
        try
        {
            _process.Refresh();
            var (cpu, elapsed) = (_process.TotalProcessorTime, _time.GetElapsedTime(_sampledAt));
            var percent = elapsed > TimeSpan.Zero ? 100 * (cpu - _sampledCpu) / elapsed : 0;
            (_sampledAt, _sampledCpu) = (_time.GetTimestamp(), cpu);
            return (percent, _process.WorkingSet64);
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    public void Dispose()
    {
        KillGroup();
        _process.Dispose();
    }

    private static async Task PumpAsync(StreamReader reader, Action<string> line)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } text)
                line(text);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The stream went with the process.
        }
    }

    private async Task<int> FollowAsync(Task streams)
    {
        await _process.WaitForExitAsync();
        await Task.WhenAny(streams, Task.Delay(StreamsAfterExit, _time));
        return _process.ExitCode;
    }

    /// <summary>Also what the process left behind in its own session. A group id is not given out again while a member lives.</summary>
    private void KillGroup()
    {
        if (OperatingSystem.IsWindows())
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
            return;
        }

        if (ChildCommand.HasOwnSession)
            _ = Libc.Kill(-Id, Libc.SigKill);
        if (!_process.HasExited)
            _process.Kill();
    }
}
