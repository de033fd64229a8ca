namespace BleepStore.Benchmarks.Load;

/// <summary>What one run showed. Times of single requests are in microseconds.</summary>
internal sealed record LoadResult
{
    public required long Operations { get; init; }

    public required double Seconds { get; init; }

    public double OperationsPerSecond => Operations / Seconds;

    /// <summary>Bodies up and down, in millions of bytes.</summary>
    public required double MegabytesPerSecond { get; init; }

    public required LatencySummary Latency { get; init; }

    /// <summary>User and system time of the server's processes divided by operations; null when no process was named.</summary>
    public required double? CpuMicrosecondsPerOperation { get; init; }

    /// <summary>Resident at the end of the run.</summary>
    public required long? ResidentBytes { get; init; }

    /// <summary>The most that was resident during the run.</summary>
    public required long? PeakResidentBytes { get; init; }

    /// <summary>What the generator itself cost per operation: on a machine it shares with the server, that bounds the throughput.</summary>
    public required double GeneratorMicrosecondsPerOperation { get; init; }

    public required long Errors { get; init; }

    public required string? FirstError { get; init; }
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
