namespace BleepStore.Benchmarks.Bars;

/// <summary>How large everything is in a run of the bars, and how long each measurement takes.</summary>
internal sealed record BarScale
{
    private const long MiB = 1 << 20;

    /// <summary>Requests of one measurement: with so few of them figures mean nothing, and no bar is judged. Null for as many as the time allows.</summary>
    public int? Requests { get; init; }

    public int Rounds { get; init; } = 5;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// What is measured is a store that has run for a while: in its first seconds of a new load, a fifth of the processor's time compiles once more what
    /// is called most, and of requests that take milliseconds there are few in a second.
    /// </summary>
    public TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(10);

    public int Connections { get; init; } = 16;

    /// <summary>Objects of 1 KiB that are read.</summary>
    public int ReadKeys { get; init; } = 10_000;

    /// <summary>Objects of 1 KiB that are written in one round, before their keys come again.</summary>
    public int WrittenKeys { get; init; } = 40_000;

    /// <summary>Objects of 64 KiB and of 1 MiB.</summary>
    public int LargerKeys { get; init; } = 500;

    public long LargeBytes { get; init; } = 64 * MiB;

    public long HugeBytes { get; init; } = 1024 * MiB;

    /// <summary>Keys that are deleted one by one in one round.</summary>
    public int DeletedKeys { get; init; } = 5_000;

    /// <summary>Keys that are deleted by the thousand in one round.</summary>
    public int BatchDeletedKeys { get; init; } = 20_000;

    public int ListKeys { get; init; } = 100_000;

    public int FewListKeys { get; init; } = 10_000;

    /// <summary>Keys of the stores that take long to fill.</summary>
    public int ManyKeys { get; init; } = 10_000_000;

    /// <summary>How long an aged store is driven.</summary>
    public TimeSpan AgedDuration { get; init; } = TimeSpan.FromMinutes(10);

    public int FewParts { get; init; } = 64;

    public int ManyParts { get; init; } = 10_000;

    /// <summary>Everything once and small: it shows that nothing errs, not what anything costs.</summary>
    public static BarScale Short { get; } = new()
    {
        Requests = 20,
        Rounds = 1,
        Warmup = TimeSpan.Zero,
        Connections = 4,
        ReadKeys = 20,
        WrittenKeys = 200,
        LargerKeys = 4,
        LargeBytes = 2 * MiB,
        HugeBytes = 8 * MiB,
        DeletedKeys = 100,
        BatchDeletedKeys = 1_000,
        ListKeys = 2_000,
        FewListKeys = 1_000,
        ManyKeys = 4_000,
        FewParts = 4,
        ManyParts = 20,
    };
}
