using System.Diagnostics;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Bars;

/// <summary>What the store's memory is, at once or when it has been left alone for a while.</summary>
/// <param name="name">Name of the probe.</param>
/// <param name="bed">Where the store runs.</param>
/// <param name="rest">How long nobody asks for anything before.</param>
internal sealed class MemoryProbe(string name, BarBed bed, TimeSpan rest) : IProbe
{
    public string Name => name;

    public async Task<LoadResult> RunAsync(bool isFirst, Action<string> progress, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        await Task.Delay(rest, cancellationToken);
        var latency = new LatencyHistogram();
        latency.Add(Stopwatch.GetElapsedTime(begun));
        return LoadResult.OfTimes(latency, latency.Max) with { ResidentBytes = ProcessUsage.Resident(bed.Store.ProcessIds) };
    }
}
