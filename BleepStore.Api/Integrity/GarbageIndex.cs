using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Integrity;

/// <summary>
/// Answers whether something waits to be collected, which is as good as an owner. Reads all garbage when it does not know, which is rare. What
/// once was garbage never comes back, so a yes stays true.
/// </summary>
internal sealed class GarbageIndex(IMetadataStore metadata)
{
    private readonly HashSet<UInt128> _blobs = [];
    private readonly HashSet<string> _uploads = new(StringComparer.Ordinal);
    private readonly HashSet<long> _buckets = [];

    /// <summary>Deleted buckets whose uploads were not turned into garbage of their own yet.</summary>
    public async ValueTask<IReadOnlyCollection<long>> BucketsAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        return _buckets;
    }

    /// <summary>True when the blob waits to be collected, or the upload that it is a part of.</summary>
    public async ValueTask<bool> HoldsAsync(UInt128 blob, string? uploadId, CancellationToken cancellationToken)
    {
        if (Knows(blob, uploadId))
        {
            return true;
        }

        await RefreshAsync(cancellationToken);
        return Knows(blob, uploadId);
    }

    private bool Knows(UInt128 blob, string? uploadId) => _blobs.Contains(blob) || (uploadId is not null && _uploads.Contains(uploadId));

    private async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        // Whatever its sequence: a query may see a commit that is not published yet, and the doubt came from one.
        foreach (var entry in await metadata.ReadGarbageAsync(long.MaxValue, int.MaxValue, cancellationToken))
        {
            _ = entry.Kind switch
            {
                GarbageKind.Segment => _blobs.Add(entry.Segment!.BlobId),
                GarbageKind.Bucket => _buckets.Add(entry.BucketId),
                _ => _uploads.Add(entry.UploadId!),
            };
        }
    }
}
