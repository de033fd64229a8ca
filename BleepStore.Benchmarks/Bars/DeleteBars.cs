using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Bars;

/// <summary>What deleting may cost.</summary>
internal static class DeleteBars
{
    private const string Put = "PUT 1 KiB";
    private const string Delete = "DELETE";
    private const string Batch = "DeleteObjects of 1,000";

    public static IReadOnlyList<BarGroup> Groups { get; } =
    [
        new("delete", context => Task.FromResult<IReadOnlyList<IProbe>>(
            [
                context.Store(Put, "put", WriteBars.Small(context.Scale)),
                context.Store(Delete, "delete", new WorkloadSettings { Keys = context.Scale.DeletedKeys }),
            ]),
            [Bar.AtLeast("DELETE, against PUT 1 KiB", 1, Figure.Rate(Delete), Figure.Rate(Put))]),
        new("delete-batch", context => Task.FromResult<IReadOnlyList<IProbe>>(
            [context.Store(Batch, "delete-batch", new WorkloadSettings { Keys = context.Scale.BatchDeletedKeys })]),
            [Bar.AtLeast("DeleteObjects", 20_000, new Figure(Batch, "keys/s", result => result.OperationsPerSecond * DeleteWorkload.BatchKeys))]),
    ];
}
