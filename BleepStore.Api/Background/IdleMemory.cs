using BleepStore.Api.Hosting;

namespace BleepStore.Api.Background;

/// <summary>
/// Gives memory back to the system once a load has ended: collectors and pools keep what the load needed for the next one, which on a machine that
/// has other things to do may never come. Costs a full collection, so only after a load and only while nobody asks for anything; what the C library
/// has free costs next to nothing, and goes back during a load too.
/// </summary>
/// <param name="allocatedBytes">Bytes the process has ever allocated.</param>
/// <param name="release">Gives back what is not in use.</param>
/// <param name="time">The clock.</param>
internal sealed class IdleMemory(Func<long> allocatedBytes, Action release, TimeProvider time) : BackgroundService
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>More than this allocated between two looks is work.</summary>
    public const long IdleBytes = 2L << 20;

    /// <summary>Less than this allocated since the last time is not worth a collection.</summary>
    public const long LoadBytes = 64L << 20;

    private long _seen;
    private long _released;

    public IdleMemory(TimeProvider time)
        : this(static () => GC.GetTotalAllocatedBytes(), Release, time)
    {
    }

    /// <summary>Looks once, and gives back where a load has ended.</summary>
    public void Look()
    {
        var allocated = allocatedBytes();
        var isIdle = allocated - _seen < IdleBytes;
        _seen = allocated;
        if (isIdle && allocated - _released >= LoadBytes)
        {
            release();
            _released = _seen = allocatedBytes();
        }
        else if (!isIdle)
        {
            NativeHeap.GiveBack();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _seen = _released = allocatedBytes();
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stoppingToken.IsCancellationRequested)
            {
                Look();
            }
        }
    }

    private static void Release()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.GiveBack();
    }
}
