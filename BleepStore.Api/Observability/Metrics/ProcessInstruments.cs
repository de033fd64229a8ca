using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace BleepStore.Api.Observability.Metrics;

/// <summary>The process as Prometheus knows it: <c>process_*</c>. What the platform does not tell is left out.</summary>
internal sealed class ProcessInstruments
{
    /// <summary>A meter of its own: exporters that have process metrics of their own leave it out.</summary>
    public const string MeterName = "BleepStore.Process";

    private const string Descriptors = "/proc/self/fd";

    // Asked for at the first look at the metrics: a server that nobody scrapes does without the library of processes.
    private readonly Lazy<double> _startSeconds = new(StartSeconds);

    public ProcessInstruments(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        Meter.CreateObservableCounter(
            "process_cpu_seconds_total", CpuSeconds, "s", "User and system CPU time spent.");
        Meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet, "By", "Resident memory size.");
        Meter.CreateObservableGauge("process_virtual_memory_bytes", VirtualMemory, "By", "Virtual memory size.");
        Meter.CreateObservableGauge("process_start_time_seconds", () => _startSeconds.Value, "s", "Start time of the process since the Unix epoch.");
        Meter.CreateObservableGauge("process_open_fds", OpenDescriptors, description: "Open file descriptors.");
        Meter.CreateObservableGauge("process_max_fds", MaxDescriptors, description: "Most file descriptors that may be open.");
    }

    public Meter Meter { get; }

    private static double StartSeconds()
    {
        using var process = Process.GetCurrentProcess();
        return (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
    }

    private static IEnumerable<Measurement<double>> CpuSeconds()
        => OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsBrowser() ? [] : [new(Environment.CpuUsage.TotalTime.TotalSeconds)];

    private static IEnumerable<Measurement<long>> VirtualMemory()
    {
        using var process = Process.GetCurrentProcess();
        return [new(process.VirtualMemorySize64)];
    }

    private static IEnumerable<Measurement<long>> OpenDescriptors()
        => Directory.Exists(Descriptors) ? [new(Directory.EnumerateFileSystemEntries(Descriptors).LongCount())] : [];

    private static IEnumerable<Measurement<long>> MaxDescriptors()
    {
        const string limits = "/proc/self/limits";
        const string name = "Max open files";
        if (!File.Exists(limits))
        {
            return [];
        }

        var line = File.ReadLines(limits).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        var soft = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? [new(limit)] : [];
    }
}
