using System.Runtime.InteropServices;

namespace BleepStore.Storage.FileSystem;

/// <summary>
/// A sync to disk failed: the kernel may have dropped the pages and will not report it twice, so nothing this process remembers about
/// what is durable can be trusted. Only a restart, which reads what the disk really holds, tells the truth.
/// </summary>
public sealed class DurabilityLostException(string path, Exception? innerException = null)
    : IOException($"Could not make {path} durable{(innerException is null ? "" : $" ({innerException.Message})")}", innerException);

/// <summary>Where errors go that the process must not survive.</summary>
public interface IFatalErrors
{
    /// <summary>Ends the process. Returns only in tests; the caller then throws <paramref name="exception"/>.</summary>
    void End(Exception exception);
}

/// <summary>
/// Ends the process with one clear line on standard error, at once: no handlers run that could acknowledge or write anything.
/// </summary>
public sealed partial class ProcessFatalErrors : IFatalErrors
{
    /// <summary>The exit code: EX_IOERR of sysexits.h.</summary>
    public const int ExitCode = 74;

    private bool _isEnding;

    private ProcessFatalErrors()
    {
    }

    /// <summary>The one instance.</summary>
    public static ProcessFatalErrors Instance { get; } = new();

    /// <inheritdoc/>
    public void End(Exception exception) => End(exception.Message);

    /// <summary>Ends the process.</summary>
    /// <param name="reason">What failed, without a full stop.</param>
    public void End(string reason)
    {
        // Several threads may find the same failed disk: only the first speaks, the others wait for the end.
        if (Interlocked.Exchange(ref _isEnding, true))
        {
#pragma warning disable RS0030 // Nothing may go on here, and nothing can be awaited: the process is about to be gone.
            Thread.Sleep(Timeout.Infinite);
#pragma warning restore RS0030
        }

        Console.Error.WriteLine($"BleepStore ends: {reason}. Nothing acknowledged was lost; check the disk, then start again.");
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(ExitCode);
        }

        ExitNow(ExitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ExitNow(int status);
}
