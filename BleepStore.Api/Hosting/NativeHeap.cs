using System.Runtime.InteropServices;

namespace BleepStore.Api.Hosting;

/// <summary>
/// Bounds what the C library's heap keeps: by default it has eight arenas for each processor, and each keeps what SQLite and the runtime once
/// needed at the same time. Nothing here allocates natively often enough to wait for another thread.
/// </summary>
internal static partial class NativeHeap
{
    // M_ARENA_MAX of malloc.h, a name of glibc's own.
    private const int ArenaMax = -8;
    private const int Arenas = 2;

    /// <summary>To be called before there are threads; does nothing where the C library is another one.</summary>
    public static void BoundArenas()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is not null)
        {
            return;
        }

        Call(static () => SetOption(ArenaMax, Arenas));
    }

    /// <summary>Returns free pages to the system.</summary>
    public static void GiveBack()
    {
        if (OperatingSystem.IsLinux())
        {
            Call(static () => Trim(0));
        }
    }

    private static void Call(Func<int> function)
    {
        try
        {
            _ = function();
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library has no arenas to bound, and gives back by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint pad);
}
