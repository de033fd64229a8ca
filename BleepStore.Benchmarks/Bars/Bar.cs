using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Bars;

/// <summary>A number that one probe shows.</summary>
internal sealed record Figure(string Probe, string Unit, Func<LoadResult, double> Read)
{
    /// <summary>Processor time of the server per operation.</summary>
    public static Figure Cpu(string probe) => new(probe, "µs CPU", result => result.CpuMicrosecondsPerOperation ?? 0);

    public static Figure Rate(string probe) => new(probe, "/s", result => result.OperationsPerSecond);

    public static Figure Throughput(string probe) => new(probe, "MB/s", result => result.MegabytesPerSecond);

    public static Figure Median(string probe) => new(probe, "µs p50", result => result.Latency.P50);

    public static Figure P99(string probe) => new(probe, "µs p99", result => result.Latency.P99);

    public static Figure P999(string probe) => new(probe, "µs p99.9", result => result.Latency.P999);

    public static Figure Longest(string probe) => new(probe, "µs at most", result => result.Latency.Max);

    /// <summary>The most that was resident, over what was before the run.</summary>
    public static Figure AddedMemory(string probe) => new(probe, "MB added", result => ((result.PeakResidentBytes ?? 0) - (result.ResidentBeforeBytes ?? 0)) / 1e6);

    public static Figure Memory(string probe) => new(probe, "MB resident", result => (result.ResidentBytes ?? 0) / 1e6);
}

/// <summary>How a figure is held against its reference.</summary>
internal enum BarKind
{
    /// <summary>The figure divided by the reference.</summary>
    Ratio,

    /// <summary>The figure less the reference.</summary>
    Difference,

    /// <summary>The figure alone; there is no reference.</summary>
    Value,
}

/// <summary>What a figure of the store must be: at most, or at least, so many times another one of the same rounds.</summary>
internal sealed record Bar(string Text, Figure Figure, Figure? Reference, BarKind Kind, double Limit, bool IsAtMost)
{
    /// <summary>The peer that the bar is for; null for a bar that needs none of a kind.</summary>
    public PeerKind? Peer { get; init; }

    public static Bar AtMost(string text, double limit, Figure figure, Figure reference) => new(text, figure, reference, BarKind.Ratio, limit, IsAtMost: true);

    public static Bar AtLeast(string text, double limit, Figure figure, Figure reference) => new(text, figure, reference, BarKind.Ratio, limit, IsAtMost: false);

    public static Bar AtMost(string text, double limit, Figure figure) => new(text, figure, null, BarKind.Value, limit, IsAtMost: true);

    public static Bar AtLeast(string text, double limit, Figure figure) => new(text, figure, null, BarKind.Value, limit, IsAtMost: false);

    public static Bar AddsAtMost(string text, double limit, Figure figure, Figure reference) => new(text, figure, reference, BarKind.Difference, limit, IsAtMost: true);

    /// <summary>Holds the medians of the rounds against the limit; null when a probe of it was not run, for want of a peer.</summary>
    public BarOutcome? Judge(IReadOnlyDictionary<string, LoadResult> medians)
    {
        if (!medians.TryGetValue(Figure.Probe, out var subject) || (Reference is not null && !medians.ContainsKey(Reference.Probe)))
        {
            return null;
        }

        var figure = Figure.Read(subject);
        var reference = Reference?.Read(medians[Reference.Probe]);
        var measure = Kind switch
        {
            BarKind.Ratio => figure / reference!.Value,
            BarKind.Difference => figure - reference!.Value,
            _ => figure,
        };
        return new BarOutcome(Text, Figure.Unit, figure, Reference?.Probe, reference, Kind, measure, Limit, IsAtMost, IsAtMost ? measure <= Limit : measure >= Limit);
    }
}

/// <summary>A bar and what was measured for it.</summary>
internal sealed record BarOutcome(
    string Text, string Unit, double Figure, string? ReferenceName, double? Reference, BarKind Kind, double Measure, double Limit, bool IsAtMost, bool Holds);
