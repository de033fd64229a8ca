using BleepStore.Metadata;
using BleepStore.Storage;

namespace BleepStore.Api.Background;

/// <summary>
/// Which blobs without a row nobody can miss: those of earlier boots of this node that the metadata knows and that were not swept yet. Boots
/// without a row wrote after the backup that the metadata was restored from, and what a swept boot has is kept from before such a restore:
/// their blobs may be all that is left of an object.
/// </summary>
internal sealed class SweepRule
{
    private readonly uint _node;

    private SweepRule(uint node, HashSet<uint> boots)
    {
        _node = node;
        Boots = boots;
    }

    /// <summary>The boots whose blobs without a row may go; none where the metadata is older than the storage root.</summary>
    public IReadOnlySet<uint> Boots { get; }

    public static async ValueTask<SweepRule> ReadAsync(IMetadataStore metadata, NodeBoot boot, CancellationToken cancellationToken)
    {
        var boots = boot.MaySweep ? await metadata.ListBootsAsync(boot.Node, cancellationToken) : [];
        return new SweepRule(boot.Node, [.. boots.Where(row => !row.Swept && row.Boot < boot.Boot).Select(row => row.Boot)]);
    }

    /// <summary>True when a blob that no row names may be deleted.</summary>
    public bool MayDelete(BlobId blob) => blob.Node == _node && Boots.Contains(blob.Boot);
}
