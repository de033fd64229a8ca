using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BleepStore.Benchmarks.Load;

/// <summary>Waits for a time stamp to a tenth of a millisecond; .NET's own sleep knows whole milliseconds only.</summary>
internal static partial class PreciseSleep
{
    public static void Until(long timestamp)
    {
        // A signal may wake the thread early.
        for (long left; (left = timestamp - Stopwatch.GetTimestamp()) > 0;)
        {
            var nanoseconds = (long)(left * (1e9 / Stopwatch.Frequency));
            var time = new TimeSpec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
            _ = Sleep(time, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sleep(in TimeSpec time, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
