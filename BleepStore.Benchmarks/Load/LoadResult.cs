namespace BleepStore.Benchmarks.Load;

/// <summary>What one run showed. Times of single requests are in microseconds.</summary>
internal sealed record LoadResult
{
    public required long Operations { get; init; }

    public required double Seconds { get; init; }

    public required double OperationsPerSecond { get; init; }

    /// <summary>Bodies up and down, in millions of bytes.</summary>
    public required double MegabytesPerSecond { get; init; }

    public required LatencySummary Latency { get; init; }

    /// <summary>User and system time of the server's processes divided by operations; null when no process was named.</summary>
    public required double? CpuMicrosecondsPerOperation { get; init; }

    /// <summary>Resident when counting began.</summary>
    public long? ResidentBeforeBytes { get; init; }

    /// <summary>Resident at the end of the run.</summary>
    public required long? ResidentBytes { get; init; }

    /// <summary>The most that was resident during the run.</summary>
    public required long? PeakResidentBytes { get; init; }

    /// <summary>What the generator itself cost per operation: on a machine it shares with the server, that bounds the throughput.</summary>
    public required double GeneratorMicrosecondsPerOperation { get; init; }

    /// <summary>Requests that were due and that no connection was free for until the end: the rate is more than the server can do.</summary>
    public required long Unsent { get; init; }

    public required long Errors { get; init; }

    public required string? FirstError { get; init; }

    /// <summary>The result of something that has times and nothing else.</summary>
    public static LoadResult OfTimes(LatencyHistogram latency, TimeSpan elapsed) => new()
    {
        Operations = latency.Count,
        Seconds = elapsed.TotalSeconds,
        OperationsPerSecond = latency.Count / elapsed.TotalSeconds,
        MegabytesPerSecond = 0,
        Latency = LatencySummary.Of(latency),
        CpuMicrosecondsPerOperation = null,
        ResidentBytes = null,
        PeakResidentBytes = null,
        GeneratorMicrosecondsPerOperation = 0,
        Unsent = 0,
        Errors = 0,
        FirstError = null,
    };

    /// <summary>One result of several runs: the median of every figure, and all errors.</summary>
    public static LoadResult MedianOf(IReadOnlyList<LoadResult> runs)
    {
        double Of(Func<LoadResult, double> figure) => Median(runs.Select(figure));
        double? OfKnown(Func<LoadResult, double?> figure) => runs.All(run => figure(run) is not null) ? Median(runs.Select(run => figure(run)!.Value)) : null;

        return new LoadResult
        {
            Operations = (long)Of(run => run.Operations),
            Seconds = Of(run => run.Seconds),
            OperationsPerSecond = Of(run => run.OperationsPerSecond),
            MegabytesPerSecond = Of(run => run.MegabytesPerSecond),
            Latency = new(Of(run => run.Latency.P50), Of(run => run.Latency.P90), Of(run => run.Latency.P99), Of(run => run.Latency.P999), Of(run => run.Latency.Max)),
            CpuMicrosecondsPerOperation = OfKnown(run => run.CpuMicrosecondsPerOperation),
            ResidentBeforeBytes = (long?)OfKnown(run => run.ResidentBeforeBytes),
            ResidentBytes = (long?)OfKnown(run => run.ResidentBytes),
            PeakResidentBytes = (long?)OfKnown(run => run.PeakResidentBytes),
            GeneratorMicrosecondsPerOperation = Of(run => run.GeneratorMicrosecondsPerOperation),
            Unsent = runs.Sum(run => run.Unsent),
            Errors = runs.Sum(run => run.Errors),
            FirstError = runs.Select(run => run.FirstError).FirstOrDefault(error => error is not null),
        };
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>Percentiles of the time that requests took, in microseconds.</summary>
internal sealed record LatencySummary(double P50, double P90, double P99, double P999, double Max)
{
    public static LatencySummary Of(LatencyHistogram histogram)
    {
        var (p50, p90, p99, p999) = (histogram.Percentile(0.5), histogram.Percentile(0.9), histogram.Percentile(0.99), histogram.Percentile(0.999));
        return new(p50.TotalMicroseconds, p90.TotalMicroseconds, p99.TotalMicroseconds, p999.TotalMicroseconds, histogram.Max.TotalMicroseconds);
    }
}
