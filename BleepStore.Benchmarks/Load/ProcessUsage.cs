using System.Globalization;

namespace BleepStore.Benchmarks.Load;

/// <summary>What processes cost, as the kernel counts it in <c>/proc</c>.</summary>
internal static class ProcessUsage
{
    // USER_HZ: a constant of the kernel's interface on every architecture that .NET runs on.
    private const long TicksPerSecond = 100;

    /// <summary>User and system time so far, of all of them together.</summary>
    public static TimeSpan Cpu(IEnumerable<int> processIds)
        => TimeSpan.FromTicks(processIds.Sum(id => CpuTicks(id) * (TimeSpan.TicksPerSecond / TicksPerSecond)));

    /// <summary>Bytes resident now.</summary>
    public static long Resident(IEnumerable<int> processIds) => processIds.Sum(id => Status(id, "VmRSS:"));

    /// <summary>The most that was ever resident, or since <see cref="ForgetPeak"/>.</summary>
    public static long Peak(IEnumerable<int> processIds) => processIds.Sum(id => Status(id, "VmHWM:"));

    /// <summary>Begins a new peak at what is resident now; does nothing for a process of another user.</summary>
    public static void ForgetPeak(IEnumerable<int> processIds)
    {
        foreach (var id in processIds)
        {
            try
            {
                File.WriteAllText(PathOf(id, "clear_refs"), "5");
            }
            catch (UnauthorizedAccessException)
            {
                // Then the peak is the one of its whole life.
            }
        }
    }

    private static long CpuTicks(int id)
    {
        // The second field is the program's name in parentheses, with any characters.
        var text = File.ReadAllText(PathOf(id, "stat"));
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static long Status(int id, string field)
    {
        var line = File.ReadLines(PathOf(id, "status")).First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024;
    }

    private static string PathOf(int id, string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/{file}");
}
