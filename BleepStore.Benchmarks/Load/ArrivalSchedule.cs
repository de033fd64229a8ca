using System.Diagnostics;

namespace BleepStore.Benchmarks.Load;

/// <summary>
/// When requests are due, at a fixed rate. A request that waits for a free connection is late, and its time counts from when it was due: a server that
/// stalls cannot hide that by slowing the generator. Safe from several threads.
/// </summary>
internal sealed class ArrivalSchedule
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly double _interval;
    private readonly long _end;
    private long _taken;

    public ArrivalSchedule(LoadSettings settings, double rate)
    {
        _interval = Stopwatch.Frequency / rate;
        CountFrom = _started + TicksOf(settings.Warmup);
        _end = CountFrom + TicksOf(settings.Duration);
    }

    /// <summary>Requests due before this time stamp are warm-up.</summary>
    public long CountFrom { get; }

    /// <summary>The time stamp of the next request that nobody took; null at the end.</summary>
    public long? Take()
    {
        var due = _started + (long)((Interlocked.Increment(ref _taken) - 1) * _interval);
        return due < _end ? due : null;
    }

    private static long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
