using System.Diagnostics;
using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Spikes;

namespace BleepStore.Benchmarks.Bars;

/// <summary>Durable appends by a thread of this process.</summary>
internal sealed class AppendProbe(string name, string directory, BarScale scale) : IProbe
{
    public string Name => name;

    public async Task<LoadResult> RunAsync(bool isFirst, Action<string> progress, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var latency = await Task.Factory.StartNew(
            () => AppendSpike.Run(directory, scale.Duration, scale.Requests), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return LoadResult.OfTimes(latency, Stopwatch.GetElapsedTime(started));
    }
}
