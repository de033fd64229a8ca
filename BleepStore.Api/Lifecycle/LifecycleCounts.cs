namespace BleepStore.Api.Lifecycle;

/// <summary>What lifecycle rules do.</summary>
internal enum LifecycleAction
{
    Expire,
    RemoveVersion,
    RemoveMarker,
    AbortUpload,
}

/// <summary>Counts what lifecycle rules did in this process, for the metrics. Thread safe.</summary>
internal sealed class LifecycleCounts
{
    private readonly long[] _counts = new long[Enum.GetValues<LifecycleAction>().Length];

    public void Add(LifecycleAction action) => Interlocked.Increment(ref _counts[(int)action]);

    public long Of(LifecycleAction action) => Interlocked.Read(ref _counts[(int)action]);
}
