using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace BleepStore.Api.Observability.Metrics;

/// <summary>What a metric is to Prometheus.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One instrument and its series. Finding a known series allocates nothing.</summary>
internal sealed class MetricFamily
{
    /// <summary>No more series than this: a label that turned out unbounded costs neither memory nor the scraper.</summary>
    internal const int MaxSeries = 2000;

    // The runtime publishes these two levels as counters; a scraper that takes them for counters sees a restart whenever they fall.
    private static readonly string[] MislabelledLevels = ["dotnet.thread_pool.thread.count", "dotnet.thread_pool.queue.length"];

    private const string OverflowLabels = "otel_metric_overflow=\"true\"";

    private readonly ConcurrentDictionary<TagSet, MetricSeries> _series = new(TagSetComparer.Instance);
    private readonly ConcurrentDictionary<TagSet, MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _byTags;
    private readonly Lazy<MetricSeries> _overflow;
    private readonly double[] _boundaries;

    public MetricFamily(Instrument instrument)
    {
        _byTags = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        _overflow = new(() => Create(OverflowLabels));
        _boundaries = BoundariesOf(instrument);
        Kind = KindOf(instrument);
        IsObserved = instrument.IsObservable;
        IsUpDown = IsGeneric(instrument, typeof(UpDownCounter<>));
        Name = PrometheusName.Of(instrument.Name, instrument.Unit, Kind);
        Description = instrument.Description ?? "";
    }

    /// <summary>Name as 0.0.4 shows it: with <c>_total</c> for counters.</summary>
    public string Name { get; }

    public string Description { get; }

    public MetricKind Kind { get; }

    /// <summary>True when values come by asking, so that a series that was not told of is gone.</summary>
    public bool IsObserved { get; }

    /// <summary>True for a gauge that is told of changes, not of values.</summary>
    public bool IsUpDown { get; }

    /// <summary>Number of the running collection, for observed series.</summary>
    public long Collection { get; set; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = _byTags.TryGetValue(tags, out var known) ? known : Add(tags);
        if (IsObserved)
        {
            series.SeenAt = Collection;
        }

        series.Record(value);
    }

    /// <summary>The series to show, in the order of their labels.</summary>
    public IEnumerable<MetricSeries> Series()
    {
        var all = _series.Values.Where(series => !IsObserved || series.SeenAt == Collection).OrderBy(series => series.Labels, StringComparer.Ordinal);
        return _overflow.IsValueCreated ? all.Append(_overflow.Value) : all;
    }

    private MetricSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_series.Count >= MaxSeries)
        {
            return _overflow.Value;
        }

        _byTags.TryAdd(tags, Create(LabelsOf(tags)));
        return _byTags[tags];
    }

    private MetricSeries Create(string labels) => Kind switch
    {
        MetricKind.Histogram => new HistogramSeries(labels, _boundaries),

        // Observed counters and gauges tell their absolute value.
        MetricKind.Counter when !IsObserved => new SumSeries(labels),
        MetricKind.Gauge when IsUpDown => new SumSeries(labels),
        _ => new LastValueSeries(labels),
    };

    private static MetricKind KindOf(Instrument instrument)
        => IsGeneric(instrument, typeof(Histogram<>)) ? MetricKind.Histogram
        : MislabelledLevels.Contains(instrument.Name, StringComparer.Ordinal) ? MetricKind.Gauge
        : IsGeneric(instrument, typeof(Counter<>)) || IsGeneric(instrument, typeof(ObservableCounter<>)) ? MetricKind.Counter
        : MetricKind.Gauge;

    private static bool IsGeneric(Instrument instrument, Type type)
        => instrument.GetType() is { IsGenericType: true } actual && actual.GetGenericTypeDefinition() == type;

    private static double[] BoundariesOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised.Select(value => (double)value)],
        _ => [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(PrometheusName.Sanitize(name)).Append("=\"");
            foreach (var character in Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
            {
                _ = character switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append(@"\n"),
                    _ => text.Append(character),
                };
            }

            text.Append('"');
        }

        return text.ToString();
    }
}
