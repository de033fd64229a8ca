using BleepStore.Api.Configuration;

namespace BleepStore.Api.Integrity;

/// <summary>
/// Starts a scrub every <c>scrub.interval</c>. When the last one ended is not kept over a restart, so the first comes an hour after the start, or
/// after the interval where that is shorter: a server that is restarted often is scrubbed often rather than never.
/// </summary>
internal sealed class ScrubSchedule(IntegrityChecks checks, ScrubOptions options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan FirstAfter = TimeSpan.FromHours(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // The store is closed next: whatever still reads it has to end.
        await checks.StopAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Interval == TimeSpan.Zero)
        {
            return;
        }

        var wait = options.Interval < FirstAfter ? options.Interval : FirstAfter;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stoppingToken.IsCancellationRequested)
            {
                _ = checks.TryStartScrub(options.Rate, withChecksums: false, fromStart: false);
            }

            wait = options.Interval;
        }
    }
}
