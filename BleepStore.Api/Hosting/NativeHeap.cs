using System.Runtime.InteropServices;

namespace BleepStore.Api.Hosting;

/// <summary>
/// Bounds what the C library's heap keeps: by default it has eight arenas for each processor, and each keeps what SQLite and the runtime once
/// needed at the same time. Nothing here allocates natively often enough to wait for another thread.
/// </summary>
internal static partial class NativeHeap
{
    // Of malloc.h, with names of glibc's own: option, value, and the variable that says the same from outside.
    private static readonly (int Option, int Value, string Variable)[] Bounds =
    [
        (-8, 2, "MALLOC_ARENA_MAX"),

        // The library raises both, to as much as 64 MB, with the largest piece that was ever given back, and keeps that much free in each arena from
        // then on; a bound that was set stays. The second is eight times the library's own beginning, with which pages of listings cost 5% more.
        (-3, 128 << 10, "MALLOC_MMAP_THRESHOLD_"),
        (-1, 1 << 20, "MALLOC_TRIM_THRESHOLD_"),
    ];

    /// <summary>To be called before there are threads; does nothing where the C library is another one.</summary>
    public static void Bound()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        foreach (var (option, value, variable) in Bounds)
        {
            if (Environment.GetEnvironmentVariable(variable) is null)
            {
                Call(() => SetOption(option, value));
            }
        }
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
