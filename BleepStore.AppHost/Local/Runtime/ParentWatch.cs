using System.Diagnostics;

namespace BleepStore.AppHost.Local;

/// <summary>
/// Ends the host when the <c>dotnet run</c> that started it is gone: SIGKILL of that command leaves the built process alive, and
/// with it the whole application.
/// </summary>
internal sealed class ParentWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly ITimer? _timer;

    private ParentWatch(ITimer? timer) => _timer = timer;

    /// <summary>
    /// A shell that starts the built program in the background and ends is no reason to stop, so only <c>dotnet</c> is watched.
    /// </summary>
    public static ParentWatch Start(ShutdownRequests requests, TimeProvider time)
    {
        if (OperatingSystem.IsWindows())
            return new(timer: null);

        var parent = Libc.GetParentProcessId();
        if (NameOf(parent) != "dotnet")
            return new(timer: null);

        return new(time.CreateTimer(
            _ =>
            {
                if (Libc.GetParentProcessId() != parent && !requests.Stop.IsCompleted)
                    requests.Request("the process that started this host is gone");
            },
            state: null,
            Interval,
            Interval));
    }

    public void Dispose() => _timer?.Dispose();

    private static string? NameOf(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.ProcessName;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
