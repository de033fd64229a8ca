using System.Globalization;

namespace BleepStore.Tests.Figures;

/// <summary>Resident memory of a process as the kernel counts it.</summary>
internal static class ProcessMemory
{
    /// <summary>Bytes resident now.</summary>
    public static long Resident(int processId) => Read(processId, "VmRSS:");

    /// <summary>The most that was ever resident since <see cref="ForgetPeak"/>, or ever.</summary>
    public static long Peak(int processId) => Read(processId, "VmHWM:");

    /// <summary>Begins a new peak at what is resident now.</summary>
    public static void ForgetPeak(int processId)
        => File.WriteAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/clear_refs"), "5");

    private static long Read(int processId, string field)
        => long.Parse(
            File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status"))
                .First(line => line.StartsWith(field, StringComparison.Ordinal))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) * 1024;
}
