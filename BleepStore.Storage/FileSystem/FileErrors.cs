using System.Runtime.InteropServices;

namespace BleepStore.Storage.FileSystem;

/// <summary>Turns error numbers and .NET's exceptions into the few kinds that <see cref="IFileSystem"/> promises.</summary>
internal static class FileErrors
{
    private const int MacQuotaExceeded = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    public static Exception FromError(int error, string action, string path)
    {
        string message = $"Could not {action} {path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error switch
        {
            LinuxCalls.NoSpace or LinuxCalls.QuotaExceeded => new StorageFullException(message),
            LinuxCalls.AccessDenied or LinuxCalls.NotPermitted or LinuxCalls.ReadOnlyFileSystem => new UnauthorizedAccessException(message),
            _ => new IOException(message, error),
        };
    }

    /// <summary>True for .NET's exception when there is no room: it carries the system's error number as its HResult.</summary>
    public static bool IsFull(IOException exception) =>
        exception.HResult is LinuxCalls.NoSpace or WindowsDiskFull or WindowsHandleDiskFull
        || (exception.HResult == LinuxCalls.QuotaExceeded && OperatingSystem.IsLinux())
        || (exception.HResult == MacQuotaExceeded && OperatingSystem.IsMacOS());
}
