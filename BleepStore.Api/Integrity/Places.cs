using BleepStore.Metadata.Records;

namespace BleepStore.Api.Integrity;

/// <summary>
/// Names the objects that buckets and uploads belong to, for which the store has no index: it walks all versions when it is first asked for an
/// upload, which is when one of its parts was found damaged.
/// </summary>
internal sealed class Places(StoreWalk walk)
{
    private readonly Dictionary<long, string> _buckets = [];
    private readonly HashSet<long> _missingBuckets = [];
    private Dictionary<string, Place>? _uploads;

    /// <summary>Whose blob it is, by its owner row.</summary>
    public async ValueTask<Place> OfAsync(BlobOwner owner, OwnedPiece? piece, CancellationToken cancellationToken)
    {
        if (owner.Key is { } key)
        {
            return new Place(await FindBucketAsync(owner.BucketId, cancellationToken), key, piece?.Object?.VersionId);
        }

        var uploadId = owner.UploadId ?? "";
        _uploads ??= await WalkUploadsAsync(cancellationToken);
        var place = _uploads.GetValueOrDefault(uploadId, Place.Nowhere);
        return place with { UploadId = uploadId, PartNumber = owner.PartNumber };
    }

    /// <summary>The name of a bucket; null when it does not exist.</summary>
    public async ValueTask<string?> FindBucketAsync(long bucketId, CancellationToken cancellationToken)
    {
        // An id is never given again, so one that is missing stays so.
        if (!_buckets.TryGetValue(bucketId, out var name) && !_missingBuckets.Contains(bucketId))
        {
            await foreach (var bucket in walk.BucketsAsync(cancellationToken))
            {
                _buckets[bucket.BucketId] = bucket.Name;
            }

            if (!_buckets.TryGetValue(bucketId, out name))
            {
                _missingBuckets.Add(bucketId);
            }
        }

        return name;
    }

    private async ValueTask<Dictionary<string, Place>> WalkUploadsAsync(CancellationToken cancellationToken)
    {
        var uploads = new Dictionary<string, Place>(StringComparer.Ordinal);
        await foreach (var bucket in walk.BucketsAsync(cancellationToken))
        {
            await foreach (var upload in walk.UploadsAsync(bucket.BucketId, cancellationToken))
            {
                uploads[upload.UploadId] = new Place(bucket.Name, upload.Key);
            }

            await foreach (var page in walk.VersionsAsync(bucket.BucketId, cancellationToken))
            {
                foreach (var record in page.Select(row => row.Version).Where(record => record.UploadId is not null))
                {
                    uploads[record.UploadId!] = new Place(bucket.Name, record.Key, record.VersionId);
                }
            }
        }

        return uploads;
    }
}
