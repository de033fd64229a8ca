using System.Numerics;

namespace BleepStore.Benchmarks.Load;

/// <summary>
/// Counts durations in buckets that grow with what they hold: 64 to every power of two, so that a percentile is at most 1.6% off, at any length. For
/// one thread; <see cref="Add(LatencyHistogram)"/> joins those of several.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] _counts = new long[(64 - SubBits + 1) * SubBuckets];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public void Add(TimeSpan duration)
    {
        var ticks = Math.Max(0, duration.Ticks);
        _counts[BucketOf(ticks)]++;
        Count++;
        Max = duration > Max ? duration : Max;
    }

    public void Add(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            _counts[bucket] += other._counts[bucket];
        }

        Count += other.Count;
        Max = other.Max > Max ? other.Max : Max;
    }

    /// <summary>The duration that a fraction of all is not longer than; zero when there is none.</summary>
    public TimeSpan Percentile(double fraction)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(fraction * Count));
        var seen = 0L;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= rank)
            {
                var end = new TimeSpan(EndOf(bucket));
                return end < Max ? end : Max;
            }
        }

        return Max;
    }

    private static int BucketOf(long ticks)
    {
        if (ticks < SubBuckets)
        {
            return (int)ticks;
        }

        var shift = BitOperations.Log2((ulong)ticks) - SubBits;
        return ((shift + 1) << SubBits) + (int)(ticks >> shift) - SubBuckets;
    }

    // The longest duration of the bucket.
    private static long EndOf(int bucket)
    {
        if (bucket < SubBuckets)
        {
            return bucket;
        }

        var shift = (bucket >> SubBits) - 1;
        return (((bucket & (SubBuckets - 1)) + SubBuckets + 1L) << shift) - 1;
    }
}
