using System.Globalization;
using System.Runtime.InteropServices;

namespace BleepStore.Benchmarks.Reports;

/// <summary>Where figures were measured.</summary>
internal sealed record Machine(string Processor, int Processors, double MemoryGigabytes, string System, string Runtime, double LoadBefore)
{
    public static Machine Describe() => new(
        FindField("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processors} × {Processor}, {MemoryGigabytes} GB, {System}, {Runtime}, load {LoadBefore} before");

    private static string FindField(string path, string name)
        => File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown processor";
}
