using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Bars;

/// <summary>What listing may cost: the same wherever the page begins and however many keys there are.</summary>
internal static class ListBars
{
    private const double WritesPerSecond = 1000;

    private const string Start = "LIST from the start";
    private const string Middle = "LIST from the middle";
    private const string End = "LIST to the end";
    private const string Quiet = "LIST on one connection";
    private const string Busy = "LIST while objects are written";
    private const string Many = "LIST of prefixes of 100,000 keys";
    private const string Few = "LIST of prefixes of 10,000 keys";
    private const string Large = "LIST from the middle of 10 million";

    public static IReadOnlyList<BarGroup> Groups { get; } =
    [
        new("list", context => Task.FromResult<IReadOnlyList<IProbe>>(
            [
                context.Store(Start, "list", At(context.Scale, ListPosition.Start)),
                context.Store(Middle, "list", At(context.Scale, ListPosition.Middle)),
                context.Store(End, "list", At(context.Scale, ListPosition.End)),
            ]),
            [
                Bar.AtMost("LIST of 1,000 among 100,000", 2000, Figure.Cpu(Start)),
                Bar.AtMost("LIST in the middle, against the start", 1.15, Figure.Cpu(Middle), Figure.Cpu(Start)),
                Bar.AtMost("LIST at the end, against the start", 1.15, Figure.Cpu(End), Figure.Cpu(Start)),
            ])
        {
            Fills = [FillFlatAsync],
        },
        new("list-delimiter", context => Task.FromResult<IReadOnlyList<IProbe>>(
            [
                context.Store(Many, "list", Delimited(context.Scale.ListKeys)),
                context.Store(Few, "list", Delimited(context.Scale.FewListKeys)),
            ]),
            [Bar.AtMost("LIST of 100 prefixes of 100,000 keys, against 10,000", 1.3, Figure.Cpu(Many), Figure.Cpu(Few))])
        {
            Fills = [FillTreesAsync],
        },
        new("list-writes", context => Task.FromResult<IReadOnlyList<IProbe>>(
            [
                context.Store(Quiet, "list", At(context.Scale, ListPosition.Middle), connections: 1),
                new BesideProbe(
                    context.Store(Busy, "list", At(context.Scale, ListPosition.Middle), connections: 1),
                    context.Store("PUT 1 KiB, 1,000/s", "put", WriteBars.Small(context.Scale), rate: WritesPerSecond)),
            ]),
            [Bar.AtMost("LIST while 1,000 objects are written a second, against none", 1.3, Figure.Median(Busy), Figure.Median(Quiet))])
        {
            Fills = [FillFlatAsync],
        },
        new("list-10m", context => Task.FromResult<IReadOnlyList<IProbe>>(
            [
                context.Store(Large, "list", At(context.Scale, ListPosition.Middle) with { Keys = context.Scale.ManyKeys }),
                context.Store(Middle, "list", At(context.Scale, ListPosition.Middle)),
            ]),
            [Bar.AtMost("LIST among 10 million, against 100,000", 1.3, Figure.Cpu(Large), Figure.Cpu(Middle))])
        {
            IsLong = true,
            Fills = [FillFlatAsync, FillManyAsync],
        },
    ];

    private static WorkloadSettings At(BarScale scale, ListPosition position) => new() { Keys = scale.ListKeys, Position = position, IsFilled = true };

    private static WorkloadSettings Delimited(int keys) => new() { Keys = keys, HasDelimiter = true, IsFilled = true };

    private static Task FillFlatAsync(BarScale scale, OfflineFill fill, CancellationToken cancellationToken)
        => fill.AddObjectsAsync(ListWorkload.KeysOf(scale.ListKeys, hasDelimiter: false), cancellationToken);

    /// <summary>The millions of keys that the long bars share.</summary>
    public static Task FillManyAsync(BarScale scale, OfflineFill fill, CancellationToken cancellationToken)
        => fill.AddObjectsAsync(ListWorkload.KeysOf(scale.ManyKeys, hasDelimiter: false), cancellationToken);

    private static async Task FillTreesAsync(BarScale scale, OfflineFill fill, CancellationToken cancellationToken)
    {
        await fill.AddObjectsAsync(ListWorkload.KeysOf(scale.ListKeys, hasDelimiter: true), cancellationToken);
        await fill.AddObjectsAsync(ListWorkload.KeysOf(scale.FewListKeys, hasDelimiter: true), cancellationToken);
    }
}
