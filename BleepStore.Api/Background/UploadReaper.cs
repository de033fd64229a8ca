using BleepStore.Metadata;
using BleepStore.Metadata.Commands;

namespace BleepStore.Api.Background;

/// <summary>Aborts uploads that got no part for a lease's time.</summary>
/// <param name="metadata">The store.</param>
/// <param name="lease">Time after the last part; zero never reaps.</param>
/// <param name="time">The clock.</param>
internal sealed class UploadReaper(IMetadataStore metadata, TimeSpan lease, TimeProvider time)
{
    private const int UploadsPerPass = 100;

    /// <summary>Aborts one batch; false when none is left that may go now.</summary>
    public async ValueTask<bool> ReapBatchAsync(CancellationToken cancellationToken)
    {
        if (lease == TimeSpan.Zero)
        {
            return false;
        }

        var now = time.GetUtcNow();
        var idleSince = now - lease;
        var uploads = await metadata.ListIdleUploadsAsync(idleSince, UploadsPerPass, cancellationToken);
        var reaped = 0;
        foreach (var upload in uploads)
        {
            var bucket = await FindBucketNameAsync(upload.BucketId, cancellationToken);
            if (bucket is null)
            {
                continue;
            }

            var outcome = await metadata.ExecuteAsync(
                new AbortUpload
                {
                    Time = now,
                    Bucket = bucket,
                    BucketId = upload.BucketId,
                    Key = upload.Key,
                    UploadId = upload.UploadId,
                    OnlyIfIdleSince = idleSince,
                },
                cancellationToken);
            reaped += outcome.IsDone ? 1 : 0;
        }

        return reaped > 0 && uploads.Length == UploadsPerPass;
    }

    private async ValueTask<string?> FindBucketNameAsync(long bucketId, CancellationToken cancellationToken)
    {
        for (string? after = null; ;)
        {
            var page = await metadata.ListBucketsAsync(ownerId: null, prefix: "", after, limit: 1000, cancellationToken);
            if (page.FirstOrDefault(bucket => bucket.BucketId == bucketId) is { } found)
            {
                return found.Name;
            }

            if (page.Length < 1000)
            {
                return null;
            }

            after = page[^1].Name;
        }
    }
}
