using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Bars;

/// <summary>Puts something into a store that nobody serves.</summary>
internal delegate Task BarFill(BarScale scale, OfflineFill fill, CancellationToken cancellationToken);

/// <summary>Bars whose probes are run in turn in the same rounds.</summary>
internal sealed record BarGroup(string Name, Func<BarContext, Task<IReadOnlyList<IProbe>>> CreateProbesAsync, IReadOnlyList<Bar> Bars)
{
    /// <summary>What the store must hold beforehand; what several groups name is filled once.</summary>
    public IReadOnlyList<BarFill> Fills { get; init; } = [];

    /// <summary>True for what takes too long to be run unless it is asked for by name.</summary>
    public bool IsLong { get; init; }

    /// <summary>True where more than one round shows nothing more.</summary>
    public bool IsOnce { get; init; }
}
