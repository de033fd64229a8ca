using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BleepStore.Storage.FileSystem;

/// <summary>The system calls that .NET has no name for. Linux on 64-bit processors, glibc or musl.</summary>
internal static partial class LinuxCalls
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int Interrupted = 4;
    public const int WouldBlock = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int InvalidArgument = 22;
    public const int NoSpace = 28;
    public const int ReadOnlyFileSystem = 30;
    public const int NotImplemented = 38;
    public const int NotSupported = 95;
    public const int QuotaExceeded = 122;

    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int CloseOnExec = 0x80000;
    public const int ExclusiveNonBlockingLock = 2 | 4;
    public const int NoLock = 8;

    private const int CurrentDirectory = -100;
    private const uint NoReplace = 1;
    private const uint StartWritebackOnly = 2;
    private const int KeepSize = 1;
    private const int PunchHoleMode = 2;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    // The runtime would take these calls from the C library itself; found through the program, they can be interposed (LD_PRELOAD), as
    // SQLite's and .NET's own already can, so that one library fails or records every call of the process.
    static LinuxCalls() => NativeLibrary.SetDllImportResolver(
        typeof(LinuxCalls).Assembly, static (name, _, _) => name == "libc" ? NativeLibrary.GetMainProgramHandle() : 0);

    /// <summary>O_DIRECTORY, whose number depends on the processor.</summary>
    public static int MustBeDirectory => IsArm ? 0x4000 : 0x10000;

    /// <summary>O_NOFOLLOW, whose number depends on the processor.</summary>
    public static int NoFollow => IsArm ? 0x8000 : 0x20000;

    /// <summary>Opens or creates (owner only); an invalid handle with the error in <paramref name="error"/> on failure.</summary>
    public static SafeFileHandle Open(string path, int flags, out int error)
    {
        const uint OwnerOnly = 0x180;
        while (true)
        {
            int descriptor = OpenCore(path, flags | CloseOnExec, OwnerOnly);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error != Interrupted)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }
        }
    }

    /// <summary>0, or the error number.</summary>
    public static int SyncData(SafeFileHandle file) => Retry(file, static handle => SyncDataCore(handle));

    /// <summary>0, or the error number.</summary>
    public static int Sync(SafeFileHandle file) => Retry(file, static handle => SyncCore(handle));

    /// <summary>0, or the error number.</summary>
    public static int Lock(SafeFileHandle file) => Retry(file, static handle => LockCore(handle, ExclusiveNonBlockingLock));

    /// <summary>0, or the error number.</summary>
    public static int Unlock(SafeFileHandle file) => Retry(file, static handle => LockCore(handle, NoLock));

    /// <summary>0, or the error number.</summary>
    public static int Preallocate(SafeFileHandle file, long length) => Allocate(file, mode: 0, 0, length);

    /// <summary>Frees the blocks of a range; 0, or the error number.</summary>
    public static int PunchHole(SafeFileHandle file, long offset, long length) => Allocate(file, PunchHoleMode | KeepSize, offset, length);

    /// <summary>Renames unless the new name exists; 0, or the error number.</summary>
    public static int RenameNoReplace(string from, string to) =>
        RenameCore(CurrentDirectory, from, CurrentDirectory, to, NoReplace) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>0, or the error number.</summary>
    public static int Link(string from, string to) => LinkCore(from, to) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Removes a name; 0, or the error number.</summary>
    public static int Unlink(string path) => UnlinkCore(path) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>A hint: its result says nothing that the sync that follows does not say.</summary>
    public static void StartWriteback(SafeFileHandle file, long offset, long length) =>
        _ = SyncRangeCore(file, offset, length, StartWritebackOnly);

    /// <summary>Bytes an unprivileged process can still write; null on error.</summary>
    public static unsafe long? FreeBytes(string path)
    {
        // struct statvfs begins alike in glibc and musl: f_bsize, f_frsize, f_blocks, f_bfree, f_bavail; it is 112 bytes long.
        ulong* fields = stackalloc ulong[32];
        return StatFileSystemCore(path, fields) == 0 ? checked((long)(fields[4] * fields[1])) : null;
    }

    private static int Allocate(SafeFileHandle file, int mode, long offset, long length)
    {
        while (true)
        {
            int error = AllocateCore(file, mode, offset, length) == 0 ? 0 : Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                return error;
            }
        }
    }

    private static int Retry(SafeFileHandle file, Func<SafeFileHandle, int> call)
    {
        while (true)
        {
            int error = call(file) == 0 ? 0 : Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                return error;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenCore(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncDataCore(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncCore(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LockCore(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AllocateCore(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncRangeCore(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameCore(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LinkCore(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int UnlinkCore(string path);

    [LibraryImport("libc", EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int StatFileSystemCore(string path, ulong* result);
}
