using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Bars;

/// <summary>What the process itself may cost: its start, and its memory.</summary>
internal static class ProcessBars
{
    private const string Start = "start";
    private const string Loaded = "the end of the load";
    private const string Rest = "twelve seconds after";
    private const string Upload = "PUT 1 GiB";

    // The store looks every five seconds whether a load has ended.
    private static readonly TimeSpan RestTime = TimeSpan.FromSeconds(12);

    /// <summary>Before all load.</summary>
    public static BarGroup First { get; } = new(
        "start",
        context => Task.FromResult<IReadOnlyList<IProbe>>([new StartProbe(Start, context.Bed, context.Scale)]),
        [
            Bar.AtMost("ready after the start of the process", 500, new Figure(Start, "ms", result => result.Latency.P50 / 1000)),
            Bar.AtMost("idle (50 is a wish)", 50, Figure.Memory(Start)),
        ]);

    /// <summary>After all load.</summary>
    public static BarGroup Last { get; } = new(
        "memory",
        context => Task.FromResult<IReadOnlyList<IProbe>>(
        [
            new MemoryProbe(Loaded, context.Bed, TimeSpan.Zero),
            new MemoryProbe(Rest, context.Bed, context.Scale.Requests is null ? RestTime : TimeSpan.Zero),
            context.Store(Upload, requests => new PutWorkload(requests, context.Scale.HugeBytes, keys: 1, UploadProof.Presigned, isOnce: true), connections: 1),
        ]),
        [
            Bar.AtMost("at the end of the load", 150, Figure.Memory(Loaded)),
            Bar.AtMost("after the load, at rest", 150, Figure.Memory(Rest)),
            Bar.AtMost("PUT 1 GiB, memory", 30, Figure.AddedMemory(Upload)),
        ])
    {
        IsOnce = true,
    };
}
