namespace BleepStore.Storage;

/// <summary>Hands out the blob ids of one boot of one node. Thread safe; the first sequence is 1.</summary>
/// <param name="node">The number the store gave to this node; 0 embedded.</param>
/// <param name="boot">A boot that was made durable (see <see cref="Local.StorageRoot.Claim"/>) before the first id is asked for.</param>
public sealed class BlobIdSource(uint node, uint boot)
{
    private ulong _sequence;

    /// <summary>An id that was never returned before.</summary>
    public BlobId Next() => new(node, boot, Interlocked.Increment(ref _sequence));
}
