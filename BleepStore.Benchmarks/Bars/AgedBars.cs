using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Bars;

/// <summary>How even a store stays that is old and busy: many objects, half of them rewritten, driven at half of what it can do.</summary>
internal static class AgedBars
{
    private const double ReadsPerSecond = 1000;

    private const string Idle = "GET 1 KiB, idle store";
    private const string Maximum = "PUT 1 KiB, as fast as it goes";
    private const string Read = "GET 1 KiB while half of that is written";
    private const string Write = "PUT 1 KiB at half of that";

    public static BarGroup Group { get; } = new(
        "aged",
        context => Task.FromResult(CreateProbes(context)),
        [
            Bar.AtMost("PUT in an aged store, p99.9 against p50", 10, Figure.P999(Write), Figure.Median(Write)),
            Bar.AtMost("PUT in an aged store, the longest", 100_000, Figure.Longest(Write)),
            Bar.AtMost("GET in an aged store, p99 against that of an idle one", 1.5, Figure.P99(Read), Figure.P99(Idle)),
        ])
    {
        IsLong = true,
        IsOnce = true,
        Fills = [ListBars.FillManyAsync, RewriteHalfAsync],
    };

    private static IReadOnlyList<IProbe> CreateProbes(BarContext context)
    {
        var reads = new WorkloadSettings { Keys = context.Scale.ReadKeys };
        var writes = WriteBars.Small(context.Scale);
        var duration = context.Scale.AgedDuration;
        var maximum = 0.0;
        Task<LoadResult>? written = null;
        return
        [
            context.Store(Idle, "get", reads, rate: ReadsPerSecond),
            new StepProbe(Maximum, async (progress, cancellationToken) =>
            {
                var result = await context.Store(Maximum, "put", writes).RunAsync(isFirst: true, progress, cancellationToken);
                maximum = result.OperationsPerSecond;
                return result;
            }),
            new StepProbe(Read, async (progress, cancellationToken) =>
            {
                written = context.Store(Write, "put", writes, rate: maximum / 2, duration: duration).RunAsync(isFirst: true, _ => { }, cancellationToken);
                var result = await context.Store(Read, "get", reads, rate: ReadsPerSecond, duration: duration).RunAsync(isFirst: true, progress, cancellationToken);
                await written;
                return result;
            }),
            new StepProbe(Write, (_, _) => written!),
        ];
    }

    private static Task RewriteHalfAsync(BarScale scale, OfflineFill fill, CancellationToken cancellationToken)
        => fill.AddObjectsAsync(ListWorkload.KeysOf(scale.ManyKeys, hasDelimiter: false).Where((_, number) => number % 2 == 0), cancellationToken);

    /// <summary>A probe that needs what an earlier one of its group has shown.</summary>
    private sealed class StepProbe(string name, Func<Action<string>, CancellationToken, Task<LoadResult>> run) : IProbe
    {
        public string Name => name;

        public Task<LoadResult> RunAsync(bool isFirst, Action<string> progress, CancellationToken cancellationToken) => run(progress, cancellationToken);
    }
}
