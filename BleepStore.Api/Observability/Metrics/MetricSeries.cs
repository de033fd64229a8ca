namespace BleepStore.Api.Observability.Metrics;

/// <summary>One line of numbers: an instrument with one set of tags.</summary>
internal abstract class MetricSeries(string labels)
{
    /// <summary>The tags as <c>a="x",b="y"</c>, escaped; empty without tags.</summary>
    public string Labels { get; } = labels;

    /// <summary>Collection that last saw an observed series; those that are no longer observed are not shown.</summary>
    public long SeenAt { get; set; }

    /// <summary>Takes a measurement in. Thread safe, never blocks.</summary>
    public abstract void Record(double value);
}

/// <summary>A sum of what was added.</summary>
internal sealed class SumSeries(string labels) : MetricSeries(labels)
{
    private double _value;

    public double Value => Volatile.Read(ref _value);

    public override void Record(double value) => Add(ref _value, value);

    /// <summary>Adds to a number that others add to as well.</summary>
    internal static void Add(ref double target, double value)
    {
        var seen = Volatile.Read(ref target);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref target, seen + value, seen);
            if (before.Equals(seen))
            {
                return;
            }

            seen = before;
        }
    }
}

/// <summary>The last value seen.</summary>
internal sealed class LastValueSeries(string labels) : MetricSeries(labels)
{
    private double _value;

    public double Value => Volatile.Read(ref _value);

    public override void Record(double value) => Volatile.Write(ref _value, value);
}

/// <summary>Counts of values by size.</summary>
/// <param name="boundaries">Upper bounds, inclusive, ascending; the last bucket is unbounded.</param>
internal sealed class HistogramSeries(string labels, double[] boundaries) : MetricSeries(labels)
{
    private readonly long[] _counts = new long[boundaries.Length + 1];
    private double _sum;

    public double[] Boundaries { get; } = boundaries;

    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Values in the bucket of that index alone.</summary>
    public long Count(int bucket) => Interlocked.Read(ref _counts[bucket]);

    public override void Record(double value)
    {
        var bucket = 0;
        while (bucket < Boundaries.Length && value > Boundaries[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _counts[bucket]);
        SumSeries.Add(ref _sum, value);
    }
}
