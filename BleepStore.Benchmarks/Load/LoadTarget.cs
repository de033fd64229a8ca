using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Load;

/// <summary>A server in a comparison: how it is called in the tables, where it is, and its processes.</summary>
/// <param name="Name">For people.</param>
/// <param name="Endpoint">Where requests go.</param>
/// <param name="ProcessIds">For processor time and memory; none when they are elsewhere.</param>
/// <param name="IsS3">False for a bare server, which knows no objects and needs none prepared.</param>
internal sealed record LoadTarget(string Name, S3Endpoint Endpoint, int[] ProcessIds, bool IsS3)
{
    public Preparation Preparation { get; } = new(Endpoint, PreparationConnections);

    private const int PreparationConnections = 16;
}
