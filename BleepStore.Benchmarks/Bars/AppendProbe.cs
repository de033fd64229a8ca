using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Spikes;

namespace BleepStore.Benchmarks.Bars;

/// <summary>Durable appends by a thread of this process.</summary>
internal sealed class AppendProbe(string name, string directory, TimeSpan duration) : IProbe
{
    public string Name => name;

    public async Task<LoadResult> RunAsync(bool isFirst, Action<string> progress, CancellationToken cancellationToken)
    {
        var latency = await Task.Factory.StartNew(
            () => AppendSpike.Run(directory, duration), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return LoadResult.OfTimes(latency, duration);
    }
}
