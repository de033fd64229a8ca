using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Integrity;

/// <summary>
/// Holds the versions of each key against the order they must have: newest first, and the newest is the current object unless it is a delete
/// marker. One that is not would be listed and never be served.
/// </summary>
internal sealed class VersionOrderCheck(FsckScope scope, BucketRecord bucket)
{
    private ObjectRecord? _before;

    /// <summary>Takes the rows of a bucket in the order of its listing.</summary>
    public async ValueTask CheckAsync(ListedVersion row, CancellationToken cancellationToken)
    {
        var version = row.Version;
        if (!row.IsLatest && _before is { } newer && newer.Key == version.Key && newer.Order <= version.Order)
        {
            await ReportAsync(version, $"it is newer than version {newer.VersionId}, which stands before it", cancellationToken);
        }

        if (row.IsLatest && !version.IsDeleteMarker && bucket.Versioning != VersioningState.Unversioned
            && await scope.Metadata.FindObjectAsync(bucket.BucketId, version.Key, cancellationToken) is null)
        {
            await ReportAsync(version, "it is the newest version of its key, but readers do not find it without its version id", cancellationToken);
        }

        _before = version;
    }

    private ValueTask ReportAsync(ObjectRecord version, string detail, CancellationToken cancellationToken)
    {
        // Looked at again: another version may have been the newest when the page was read.
        var suspect = new Suspect(
            new Place(bucket.Name, version.Key, version.VersionId),
            async () => await scope.Metadata.FindObjectAsync(bucket.BucketId, version.Key, cancellationToken) is var current
                && (current is null
                    ? await scope.Metadata.FindLatestVersionAsync(bucket.BucketId, version.Key, cancellationToken) is { IsDeleteMarker: false } latest
                        && latest.Order == version.Order
                    : current.Order < version.Order
                        && await scope.Metadata.FindVersionAsync(bucket.BucketId, version.Key, version.Order, cancellationToken) is not null));
        return suspect.ReportAsync(scope.Run, FindingKind.RecordInconsistent, detail);
    }
}
