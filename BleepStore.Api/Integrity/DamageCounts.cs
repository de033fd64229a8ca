namespace BleepStore.Api.Integrity;

/// <summary>What came upon damaged bytes.</summary>
internal enum DamageSource
{
    /// <summary>A request that wanted them.</summary>
    Read,

    Scrub,
    Fsck,
}

/// <summary>Counts how often this process came upon damaged bytes, for the metrics. Thread safe.</summary>
internal sealed class DamageCounts
{
    private readonly long[] _counts = new long[Enum.GetValues<DamageSource>().Length];

    public void Add(DamageSource source) => Interlocked.Increment(ref _counts[(int)source]);

    public long Of(DamageSource source) => Interlocked.Read(ref _counts[(int)source]);
}
