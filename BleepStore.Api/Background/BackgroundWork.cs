using BleepStore.Api.Lifecycle;

namespace BleepStore.Api.Background;

/// <summary>Runs sweep, collection, reaping and lifecycle rules beside the requests, paced; nothing of it delays readiness and an error only delays the next pass.</summary>
internal sealed partial class BackgroundWork(
    BlobSweeper sweeper, GarbageCollector collector, UploadReaper reaper, LifecycleWork lifecycle, TimeProvider time, ILogger<BackgroundWork> logger) : BackgroundService
{
    private static readonly TimeSpan CollectInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReapInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PauseBetweenBatches = TimeSpan.FromMilliseconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RunAsync("sweep", async () => await sweeper.SweepAsync(stoppingToken) < 0, interval: null, stoppingToken),
        RunAsync("collection", () => collector.CollectBatchAsync(stoppingToken), CollectInterval, stoppingToken),
        RunAsync("reaping", () => reaper.ReapBatchAsync(stoppingToken), ReapInterval, stoppingToken),
        RunAsync("lifecycle", () => lifecycle.RunBatchAsync(stoppingToken), lifecycle.Interval, stoppingToken));

    /// <summary>Repeats <paramref name="batch"/> while it says there is more, then waits; once where there is no interval.</summary>
    private async Task RunAsync(string name, Func<ValueTask<bool>> batch, TimeSpan? interval, CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                while (await batch())
                {
                    await Task.Delay(PauseBetweenBatches, time, cancellationToken);
                }

                if (interval is null)
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.Failed(logger, name, e);
            }

            try
            {
                await Task.Delay(interval ?? ReapInterval, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1221, LogLevel.Error, "Background {Name} failed; it is tried again")]
        public static partial void Failed(ILogger logger, string name, Exception exception);
    }
}
