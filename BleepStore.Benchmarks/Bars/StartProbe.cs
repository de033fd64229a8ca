using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Bars;

/// <summary>Kills the store and starts it again: the time until it is ready is the time of the one operation, and its memory is what it has then.</summary>
internal sealed class StartProbe(string name, BarBed bed, BarScale scale) : IProbe
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    public string Name => name;

    public async Task<LoadResult> RunAsync(bool isFirst, Action<string> progress, CancellationToken cancellationToken)
    {
        var latency = new LatencyHistogram();
        latency.Add(await bed.RestartStoreAsync(cancellationToken));
        await Task.Delay(scale.Requests is null ? Settling : TimeSpan.Zero, cancellationToken);
        return LoadResult.OfTimes(latency, latency.Max) with { ResidentBytes = ProcessUsage.Resident(bed.Store.ProcessIds) };
    }
}
