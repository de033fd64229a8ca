using System.Diagnostics;
using BleepStore.Benchmarks.Load;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Benchmarks.Spikes;

/// <summary>The least that a durable write costs on a file system: 4 KiB behind what is there, and fdatasync, by one thread.</summary>
internal static class AppendSpike
{
    private const int AppendBytes = 4 << 10;

    /// <summary>Appends until the time is over, or so many times.</summary>
    public static LatencyHistogram Run(string directory, TimeSpan duration, int? appends)
    {
        var path = Path.Combine(directory, "spike-append");
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var bytes = new byte[AppendBytes];
        var latency = new LatencyHistogram();
        var started = Stopwatch.GetTimestamp();
        for (var offset = 0L; Stopwatch.GetElapsedTime(started) < duration && !(latency.Count >= appends); offset += AppendBytes)
        {
            var begun = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, bytes, offset);
            if (LinuxCalls.SyncData(file) is not 0 and var error)
            {
                throw new IOException($"fdatasync failed with error {error}.");
            }

            latency.Add(Stopwatch.GetElapsedTime(begun));
        }

        return latency;
    }
}
