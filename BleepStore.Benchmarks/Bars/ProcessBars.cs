using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Bars;

/// <summary>What the process itself may cost: its start, and its memory.</summary>
internal static class ProcessBars
{
    private const string Start = "start";
    private const string Upload = "PUT 1 GiB";

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
            context.Store(Upload, requests => new PutWorkload(requests, context.Scale.HugeBytes, keys: 1, UploadProof.Presigned, isOnce: true), connections: 1),
        ]),
        [
            Bar.AtMost("after the load", 150, new Figure(Upload, "MB resident", result => (result.ResidentBeforeBytes ?? 0) / 1e6)),
            Bar.AtMost("PUT 1 GiB, memory", 30, Figure.AddedMemory(Upload)),
        ])
    {
        IsOnce = true,
    };
}
