using System.Security.Cryptography;
using BleepStore.Api.Configurations;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Lifecycle;

/// <summary>
/// One walk through what the rules of one bucket may be about, page by page. What it finds due is decided again within the command that does it.
/// </summary>
internal sealed class LifecycleWalk
{
    private const int PageRows = 250;

    // Few enough to share a commit with the commands of requests.
    private const int RowsPerCommand = 48;

    private readonly IMetadataStore _metadata;
    private readonly BucketRecord _bucket;
    private readonly LifecycleConfiguration _rules;
    private readonly LifecycleCalendar _calendar;
    private readonly TimeProvider _time;
    private readonly LifecycleCounts _counts;
    private readonly Queue<string> _objectPrefixes;
    private readonly Queue<string> _uploadPrefixes;
    private (string? Key, string? Id) _after;
    private ObjectRecord? _loneMarker;
    private DateTimeOffset _newerTime;
    private int _noncurrentSeen;

    public LifecycleWalk(IMetadataStore metadata, BucketRecord bucket, LifecycleConfiguration rules, LifecycleCalendar calendar, TimeProvider time, LifecycleCounts counts)
    {
        (_metadata, _bucket, _rules, _calendar, _time, _counts) = (metadata, bucket, rules, calendar, time, counts);
        var enabled = rules.Rules.Where(rule => rule.IsEnabled).ToList();
        _objectPrefixes = Prefixes(enabled.Where(rule => rule.NoncurrentDays is not null || rule.ExpirationDays is not null
            || rule.ExpirationDate is not null || rule.ExpiredObjectDeleteMarker == true));
        _uploadPrefixes = Prefixes(enabled.Where(rule => rule.AbortUploadDays is not null));
    }

    /// <summary>Name of the bucket.</summary>
    public string Bucket => _bucket.Name;

    /// <summary>Versions and uploads that were dealt with.</summary>
    public int Done { get; private set; }

    /// <summary>Looks at one page; false when the walk is over.</summary>
    public async ValueTask<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (_objectPrefixes.TryPeek(out var prefix))
        {
            var due = _bucket.Versioning == VersioningState.Unversioned
                ? await ReadObjectsAsync(prefix, cancellationToken)
                : await ReadVersionsAsync(prefix, cancellationToken);
            foreach (var batch in due.Chunk(RowsPerCommand))
            {
                await ExpireAsync(batch, cancellationToken);
            }
        }
        else if (_uploadPrefixes.TryPeek(out prefix))
        {
            await AbortUploadsAsync(prefix, cancellationToken);
        }

        return _objectPrefixes.Count + _uploadPrefixes.Count > 0;
    }

    // Each key is looked at once, however many rules are about it.
    private static Queue<string> Prefixes(IEnumerable<LifecycleRule> rules)
    {
        var all = rules.Select(rule => rule.Filter.Prefix ?? "").Distinct(StringComparer.Ordinal).ToList();
        return new Queue<string>(all.Where(prefix => !all.Exists(other => other.Length < prefix.Length && prefix.StartsWith(other, StringComparison.Ordinal))));
    }

    private async ValueTask<List<Expiration>> ReadObjectsAsync(string prefix, CancellationToken cancellationToken)
    {
        var page = await _metadata.ListObjectsAsync(_bucket.BucketId, new ListQuery(prefix, "", _after.Key, PageRows), cancellationToken);
        var now = _time.GetUtcNow();
        Advance(_objectPrefixes, page.NextAfter, null);
        return [.. page.Objects.Where(record => IsExpired(record, now)).Select(record => new Expiration(ExpirationKind.Current, record))];
    }

    private async ValueTask<List<Expiration>> ReadVersionsAsync(string prefix, CancellationToken cancellationToken)
    {
        var page = await _metadata.ListVersionsAsync(
            _bucket.BucketId, new VersionListQuery(prefix, "", _after.Key, _after.Id, PageRows), cancellationToken);
        var due = new List<Expiration>();
        var now = _time.GetUtcNow();
        foreach (var (version, isLatest) in page.Versions)
        {
            if (isLatest)
            {
                EndKey(due, now);
                (_loneMarker, _noncurrentSeen) = (version.IsDeleteMarker ? version : null, 0);
                if (!version.IsDeleteMarker && IsExpired(version, now))
                {
                    due.Add(new Expiration(ExpirationKind.Current, version));
                }
            }
            else
            {
                _loneMarker = null;
                if (LifecycleDecisions.IsNoncurrentDue(_rules, version, _newerTime, _noncurrentSeen, now, _calendar))
                {
                    due.Add(new Expiration(ExpirationKind.Noncurrent, version));
                }

                _noncurrentSeen++;
            }

            _newerTime = version.LastModified;
        }

        if (!page.IsTruncated)
        {
            EndKey(due, now);
        }

        Advance(_objectPrefixes, page.IsTruncated ? page.NextKeyMarker : null, page.NextVersionIdMarker);
        return due;
    }

    /// <summary>Only at the next key it is known that nothing lies behind a delete marker.</summary>
    private void EndKey(List<Expiration> due, DateTimeOffset now)
    {
        if (_loneMarker is not null && LifecycleDecisions.IsMarkerDue(_rules, _loneMarker, now, _calendar))
        {
            due.Add(new Expiration(ExpirationKind.Marker, _loneMarker));
        }

        _loneMarker = null;
    }

    private bool IsExpired(ObjectRecord record, DateTimeOffset now)
        => LifecycleDecisions.FindExpiration(_rules, record, _calendar) is var (at, _) && now >= at;

    private void Advance(Queue<string> prefixes, string? key, string? id)
    {
        _after = (key, id);
        if (key is null)
        {
            _after = (null, null);
            prefixes.Dequeue();
        }
    }

    private async ValueTask ExpireAsync(Expiration[] batch, CancellationToken cancellationToken)
    {
        var outcomes = await _metadata.ExecuteAsync(
            new ExpireObjects
            {
                Time = _time.GetUtcNow(),
                Bucket = _bucket.Name,
                BucketId = _bucket.BucketId,
                Rules = _bucket.Configurations[ExpireObjects.Configuration],
                Expirations = [.. batch],
                VersionSalt = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))),
            },
            cancellationToken);
        foreach (var (expiration, outcome) in batch.Zip(outcomes))
        {
            Count(outcome, expiration.Kind switch
            {
                ExpirationKind.Current => LifecycleAction.Expire,
                ExpirationKind.Noncurrent => LifecycleAction.RemoveVersion,
                _ => LifecycleAction.RemoveMarker,
            });
        }
    }

    private async ValueTask AbortUploadsAsync(string prefix, CancellationToken cancellationToken)
    {
        var page = await _metadata.ListUploadsAsync(_bucket.BucketId, new UploadListQuery(prefix, "", _after.Key, _after.Id, PageRows), cancellationToken);
        var now = _time.GetUtcNow();
        foreach (var upload in page.Uploads)
        {
            if (LifecycleDecisions.FindAbort(_rules, upload.Key, upload.InitiatedAt, _calendar) is var (at, _) && now >= at)
            {
                Count(
                    await _metadata.ExecuteAsync(
                        new AbortUpload { Time = now, Bucket = _bucket.Name, BucketId = _bucket.BucketId, Key = upload.Key, UploadId = upload.UploadId },
                        cancellationToken),
                    LifecycleAction.AbortUpload);
            }
        }

        Advance(_uploadPrefixes, page.IsTruncated ? page.NextKeyMarker : null, page.NextUploadIdMarker);
    }

    private void Count(WriteOutcome outcome, LifecycleAction action)
    {
        if (outcome.IsDone)
        {
            Done++;
            _counts.Add(action);
        }
    }
}
