namespace BleepStore.Benchmarks.Bars;

/// <summary>How large everything is in a run of the bars, and how long each measurement takes.</summary>
internal sealed record BarScale
{
    private const long MiB = 1 << 20;

    /// <summary>True when figures mean nothing, so that no bar is judged.</summary>
    public bool IsShort { get; init; }

    public int Rounds { get; init; } = 5;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(3);

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

    public int ManyListKeys { get; init; } = 10_000_000;

    public int FewParts { get; init; } = 64;

    public int ManyParts { get; init; } = 10_000;

    /// <summary>Everything once and small: it shows that nothing errs, not what anything costs.</summary>
    public static BarScale Short { get; } = new()
    {
        IsShort = true,
        Rounds = 1,
        Duration = TimeSpan.FromMilliseconds(100),
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
        ManyListKeys = 4_000,
        FewParts = 4,
        ManyParts = 20,
    };
}
