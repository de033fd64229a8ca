using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Integrity;

/// <summary>
/// Answers whether something waits to be collected, which is as good as an owner. Reads the garbage that it has not read yet when it does
/// not know, which is rare. What once was garbage never comes back, so a yes stays true.
/// </summary>
internal sealed class GarbageIndex(IMetadataStore metadata)
{
    // Read in pages: one long read would keep the journal of a live server from beginning anew.
    private const int Page = 1000;

    private readonly HashSet<UInt128> _blobs = [];
    private readonly HashSet<string> _uploads = new(StringComparer.Ordinal);
    private readonly HashSet<long> _buckets = [];
    private (long Sequence, int Ordinal)? _read;

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
        for (var count = Page; count == Page;)
        {
            // Whatever its sequence: a query may see a commit that is not published yet, and the doubt came from one.
            var page = await metadata.ReadGarbageAsync(_read, long.MaxValue, Page, cancellationToken);
            foreach (var entry in page)
            {
                _read = (entry.Sequence, entry.Ordinal);
                _ = entry.Kind switch
                {
                    GarbageKind.Segment => _blobs.Add(entry.Segment!.BlobId),
                    GarbageKind.Bucket => _buckets.Add(entry.BucketId),
                    _ => _uploads.Add(entry.UploadId!),
                };
            }

            count = page.Length;
        }
    }
}
