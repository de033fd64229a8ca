using System.Diagnostics;

namespace BleepStore.Benchmarks.Load;

/// <summary>What a run cost the server and the generator, from where it began to where it was read.</summary>
internal sealed class LoadMeter
{
    private readonly int[] _processIds;
    private readonly TimeSpan _server;
    private readonly TimeSpan _generator;

    public LoadMeter(int[] processIds)
    {
        _processIds = processIds;
        ProcessUsage.ForgetPeak(processIds);
        ResidentBeforeBytes = Known(ProcessUsage.Resident);
        _server = ProcessUsage.Cpu(processIds);
        _generator = Environment.CpuUsage.TotalTime;
        Started = Stopwatch.GetTimestamp();
    }

    /// <summary>Time stamp of its beginning.</summary>
    public long Started { get; }

    public long? ResidentBeforeBytes { get; }

    /// <summary>Reads it; null for the server where no process of it is known.</summary>
    public (TimeSpan Elapsed, TimeSpan? Server, TimeSpan Generator) Read() => (
        Stopwatch.GetElapsedTime(Started),
        _processIds.Length > 0 ? ProcessUsage.Cpu(_processIds) - _server : null,
        Environment.CpuUsage.TotalTime - _generator);

    public long? ResidentBytes() => Known(ProcessUsage.Resident);

    public long? PeakResidentBytes() => Known(ProcessUsage.Peak);

    private long? Known(Func<int[], long> read) => _processIds.Length > 0 ? read(_processIds) : null;
}
