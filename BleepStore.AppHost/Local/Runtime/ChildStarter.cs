using System.Collections.Concurrent;
using System.Diagnostics;

namespace BleepStore.AppHost.Local;

/// <summary>
/// The one thread that starts every child. The kernel ties a parent-death signal to the thread that forked, so a thread of the
/// pool would kill its children when the pool lets it go; this one lives as long as the host.
/// </summary>
internal sealed class ChildStarter : IDisposable
{
    private readonly BlockingCollection<(ProcessStartInfo Command, TaskCompletionSource<Process> Started)> _queue = [];

    public ChildStarter() => new Thread(Run) { Name = "child starter", IsBackground = true }.Start();

    /// <summary>The caller owns the process.</summary>
    public Task<Process> StartAsync(ProcessStartInfo command)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add((command, started));
        return started.Task;
    }

    public void Dispose() => _queue.CompleteAdding();

    private void Run()
    {
        foreach (var (command, started) in _queue.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(command)!);
            }
            catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or IOException or InvalidOperationException)
            {
                started.SetException(new HostStartException($"cannot start {command.FileName}: {exception.Message}"));
            }
        }

        _queue.Dispose();
    }
}
