using System.Globalization;
using BleepStore.Metadata;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What must hold of the versions of a bucket after any sequence of commands.</summary>
internal static class VersionRules
{
    /// <summary>A row of a listing in a few words.</summary>
    public static string Describe(ListedVersion row)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Version.Key} {row.Version.VersionId} {(row.Version.IsDeleteMarker ? "marker" : row.Version.Size)}{(row.IsLatest ? " latest" : "")}");

    public static async Task CheckAsync(IMetadataStore store, long bucketId, CancellationToken cancellationToken)
    {
        var rows = (await store.ListVersionsAsync(bucketId, new VersionListQuery("", "", null, null, int.MaxValue), cancellationToken)).Versions;
        var objects = (await store.ListObjectsAsync(bucketId, new ListQuery("", "", null, int.MaxValue), cancellationToken)).Objects;
        rows.Where(row => row.IsLatest && !row.Version.IsDeleteMarker).Select(row => (row.Version.Key, row.Version.Order))
            .ShouldBe(objects.Select(row => (row.Key, row.Order)), "the current objects are the latest versions that are no markers");
        foreach (var versions in rows.GroupBy(row => row.Version.Key))
        {
            versions.Select(row => row.Version.Order).ShouldBe(versions.Select(row => row.Version.Order).OrderDescending(), "newest first");
            versions.Select(row => row.IsLatest).ShouldBe(versions.Select((_, index) => index == 0), "the first is the latest");
            versions.Select(row => row.Version.VersionId).Distinct().Count().ShouldBe(versions.Count(), "ids are unlike each other");
            versions.All(row => row.Version.IsNull == (row.Version.VersionId == ObjectRecord.NullVersion)).ShouldBeTrue();
            (await store.FindLatestVersionAsync(bucketId, versions.Key, cancellationToken))!.Order.ShouldBe(versions.First().Version.Order);
            foreach (var (version, _) in versions)
            {
                (await store.FindVersionAsync(bucketId, version.Key, version.VersionId, cancellationToken))!.Order.ShouldBe(version.Order);
                (await store.FindVersionAsync(bucketId, version.Key, version.Order, cancellationToken))!.VersionId.ShouldBe(version.VersionId);
                foreach (var segment in version.Segments.Where(segment => segment.Kind == SegmentKind.Blob))
                {
                    var owner = (await store.FindBlobOwnerAsync(segment.BlobId, cancellationToken)).ShouldNotBeNull();
                    (owner.Key, owner.Order).ShouldBe((version.Key, version.Order));
                }
            }
        }

        (await store.CountAsync(bucketId, cancellationToken))
            .ShouldBe(new BucketCounters(objects.Length, rows.Sum(row => row.Version.Size)), "the counters are those of the rows");
    }
}
