using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using BleepStore.Metadata;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Integrity;

/// <summary>
/// Walks everything the store has, page by page. While the caller has a page, a registered reader keeps its bytes from being collected; so it
/// must not keep one for long.
/// </summary>
internal sealed class StoreWalk(IMetadataStore metadata, ReaderRegistry readers)
{
    private const int BucketsPerPage = 1000;
    private const int RecordsPerPage = 200;

    public async IAsyncEnumerable<BucketRecord> BucketsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (string? after = null; ;)
        {
            var page = await metadata.ListBucketsAsync(ownerId: null, prefix: "", after, BucketsPerPage, cancellationToken);
            foreach (var bucket in page)
            {
                yield return bucket;
            }

            if (page.Length < BucketsPerPage)
            {
                yield break;
            }

            after = page[^1].Name;
        }
    }

    /// <summary>All versions of a bucket's objects, and its delete markers.</summary>
    public async IAsyncEnumerable<ImmutableArray<ListedVersion>> VersionsAsync(long bucketId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (key, version) = ((string?)null, (string?)null);
        do
        {
            using var pin = readers.Enter(metadata.PublishedSequence);
            var page = await metadata.ListVersionsAsync(bucketId, new VersionListQuery("", "", key, version, RecordsPerPage), cancellationToken);
            yield return page.Versions;
            (key, version) = (page.NextKeyMarker, page.NextVersionIdMarker);
        }
        while (key is not null);
    }

    /// <summary>The open uploads of a bucket.</summary>
    public async IAsyncEnumerable<UploadRecord> UploadsAsync(long bucketId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (key, upload) = ((string?)null, (string?)null);
        do
        {
            var page = await metadata.ListUploadsAsync(bucketId, new UploadListQuery("", "", key, upload, RecordsPerPage), cancellationToken);
            foreach (var record in page.Uploads)
            {
                yield return record;
            }

            (key, upload) = page.IsTruncated ? (page.NextKeyMarker, page.NextUploadIdMarker) : (null, null);
        }
        while (key is not null);
    }

    /// <summary>The parts of an open or completed upload.</summary>
    public async IAsyncEnumerable<ImmutableArray<PartRecord>> PartsAsync(string uploadId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = 0; ;)
        {
            using var pin = readers.Enter(metadata.PublishedSequence);
            var page = await metadata.ListPartsAsync(uploadId, after, RecordsPerPage, cancellationToken);
            if (page.IsEmpty)
            {
                yield break;
            }

            if (page[^1].PartNumber <= after)
            {
                throw new InvalidDataException($"The parts of upload {uploadId} are not in the order of their numbers.");
            }

            yield return page;
            after = page[^1].PartNumber;
        }
    }
}
