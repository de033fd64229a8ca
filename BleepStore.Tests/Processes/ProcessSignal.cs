using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BleepStore.Tests.Processes;

/// <summary>Sends the signals that .NET's <see cref="Process"/> cannot send, to one process by its id.</summary>
internal static partial class ProcessSignal
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    private const int NoSuchProcess = 3;

    /// <summary>Delivers the signal; a process that has ended meanwhile is not an error.</summary>
    public static void Send(int processId, int signal)
    {
        if (SendSignal(processId, signal) == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        if (error != NoSuchProcess)
            throw new Win32Exception(error, $"kill -{signal} {processId}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
