namespace BleepStore.Api.Integrity;

/// <summary>Keeps a check below a number of bytes a second, so that it leaves the disk to the requests. Used by one check.</summary>
/// <param name="bytesPerSecond">The bound; 0 for none.</param>
/// <param name="time">The clock.</param>
internal sealed class Pace(long bytesPerSecond, TimeProvider time)
{
    // Shorter waits cost more than they are worth.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);

    // What was not used for longer than this is not made up for later.
    private static readonly TimeSpan LongestCredit = TimeSpan.FromSeconds(1);

    private long _from = time.GetTimestamp();
    private long _bytes;

    /// <summary>Waits until <paramref name="bytes"/> more fit the bound.</summary>
    public async ValueTask SpendAsync(long bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond == 0)
        {
            return;
        }

        _bytes += bytes;
        var ahead = TimeSpan.FromSeconds((double)_bytes / bytesPerSecond) - time.GetElapsedTime(_from);
        if (ahead < -LongestCredit)
        {
            (_from, _bytes) = (time.GetTimestamp(), 0);
        }
        else if (ahead >= ShortestWait)
        {
            await Task.Delay(ahead, time, cancellationToken);
        }
    }
}
