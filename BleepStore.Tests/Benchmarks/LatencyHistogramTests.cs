using BleepStore.Benchmarks.Load;

namespace BleepStore.Tests.Benchmarks;

/// <summary>That percentiles are those of the durations that were added, at every length.</summary>
public sealed class LatencyHistogramTests
{
    private const double Precision = 1.0 / 64;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_are_those_of_the_sorted_durations(int seed)
    {
        var random = new Random(seed);
        var durations = Enumerable.Range(0, 20_000).Select(_ => new TimeSpan((long)Math.Exp(random.NextDouble() * 25))).ToArray();
        var histogram = Of(durations);
        Array.Sort(durations);
        foreach (var fraction in new[] { 0.001, 0.5, 0.9, 0.99, 0.999, 1 })
        {
            var expected = durations[(int)Math.Ceiling(fraction * durations.Length) - 1];
            var shown = histogram.Percentile(fraction);
            shown.ShouldBeGreaterThanOrEqualTo(expected);
            shown.TotalMicroseconds.ShouldBeLessThanOrEqualTo(expected.TotalMicroseconds * (1 + Precision));
        }

        histogram.Max.ShouldBe(durations[^1]);
    }

    [Fact]
    public void Histograms_of_several_threads_join_to_one_of_all()
    {
        TimeSpan[] quick = [TimeSpan.FromMicroseconds(1), TimeSpan.FromMicroseconds(2)];
        TimeSpan[] slow = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9)];
        var joined = Of(quick);
        joined.Add(Of(slow));
        joined.Count.ShouldBe(4);
        joined.Max.ShouldBe(slow[1]);
        joined.Percentile(0.5).ShouldBe(quick[1]);
    }

    [Fact]
    public void A_histogram_of_nothing_shows_nothing()
    {
        var empty = new LatencyHistogram();
        empty.Count.ShouldBe(0);
        empty.Percentile(0.5).ShouldBe(TimeSpan.Zero);
    }

    private static LatencyHistogram Of(IEnumerable<TimeSpan> durations)
    {
        var histogram = new LatencyHistogram();
        foreach (var duration in durations)
        {
            histogram.Add(duration);
        }

        return histogram;
    }
}
