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
    private readonly string _rulesText;
    private readonly string _rulesDigest;
    private readonly Queue<string> _objectPrefixes;
    private readonly Queue<string> _uploadPrefixes;

    // What a page held that is due and not yet dealt with: a command that failed is tried again at the next step.
    private readonly Queue<Expiration> _due = [];
    private readonly Queue<UploadRecord> _dueUploads = [];
    private (string? Key, string? Id) _after;
    private string _key = "";
    private string _doneKey = "";
    private ObjectRecord? _loneMarker;
    private DateTimeOffset _newerTime;
    private int _noncurrentSeen;

    public LifecycleWalk(IMetadataStore metadata, BucketRecord bucket, LifecycleConfiguration rules, LifecycleCalendar calendar, TimeProvider time, LifecycleCounts counts)
    {
        (_metadata, _bucket, _rules, _calendar, _time, _counts) = (metadata, bucket, rules, calendar, time, counts);
        _rulesText = bucket.Configurations[ExpireObjects.Configuration];
        _rulesDigest = LifecyclePlace.DigestOf(_rulesText);
        var enabled = rules.Rules.Where(rule => rule.IsEnabled).ToList();
        _objectPrefixes = Prefixes(enabled.Where(rule => rule.NoncurrentDays is not null || rule.ExpirationDays is not null
            || rule.ExpirationDate is not null || rule.ExpiredObjectDeleteMarker == true));
        _uploadPrefixes = Prefixes(enabled.Where(rule => rule.AbortUploadDays is not null));
        Place = NewPlace();
    }

    /// <summary>Name of the bucket.</summary>
    public string Bucket => _bucket.Name;

    /// <summary>Versions and uploads that were dealt with.</summary>
    public int Done { get; private set; }

    /// <summary>How far the walk has come: what was due up to there has been dealt with.</summary>
    public LifecyclePlace Place { get; private set; }

    /// <summary>Goes on, before the first step, where another walk by the same rules was.</summary>
    public void GoOnFrom(LifecyclePlace place)
    {
        if (place.IsAmongUploads)
        {
            _objectPrefixes.Clear();
        }

        var prefixes = place.IsAmongUploads ? _uploadPrefixes : _objectPrefixes;
        if (place.Key.Length == 0 || !prefixes.Any(prefix => place.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return;
        }

        // None of the prefixes is within another, so a key has only one.
        while (!place.Key.StartsWith(prefixes.Peek(), StringComparison.Ordinal))
        {
            prefixes.Dequeue();
        }

        (_after, _key, _doneKey, Place) = ((place.Key, null), place.Key, place.Key, place);
    }

    /// <summary>Looks at one page; false when the walk is over.</summary>
    public async ValueTask<bool> StepAsync(CancellationToken cancellationToken)
    {
        await DoDueAsync(cancellationToken);
        if (_objectPrefixes.TryPeek(out var prefix))
        {
            if (_bucket.Versioning == VersioningState.Unversioned)
            {
                await ReadObjectsAsync(prefix, cancellationToken);
            }
            else
            {
                await ReadVersionsAsync(prefix, cancellationToken);
            }
        }
        else if (_uploadPrefixes.TryPeek(out prefix))
        {
            await ReadUploadsAsync(prefix, cancellationToken);
        }

        await DoDueAsync(cancellationToken);
        return _objectPrefixes.Count + _uploadPrefixes.Count > 0;
    }

    // Each key is looked at once, however many rules are about it.
    private static Queue<string> Prefixes(IEnumerable<LifecycleRule> rules)
    {
        var all = rules.Select(rule => rule.Filter.Prefix ?? "").Distinct(StringComparer.Ordinal).ToList();
        return new Queue<string>(all.Where(prefix => !all.Exists(other => other.Length < prefix.Length && prefix.StartsWith(other, StringComparison.Ordinal))));
    }

    private async ValueTask ReadObjectsAsync(string prefix, CancellationToken cancellationToken)
    {
        var page = await _metadata.ListObjectsAsync(_bucket.BucketId, new ListQuery(prefix, "", _after.Key, PageRows), cancellationToken);
        var now = _time.GetUtcNow();
        foreach (var record in page.Objects)
        {
            BeginKey(record.Key);
            if (IsExpired(record, now))
            {
                _due.Enqueue(new Expiration(ExpirationKind.Current, record));
            }
        }

        Advance(_objectPrefixes, page.NextAfter, null);
    }

    private async ValueTask ReadVersionsAsync(string prefix, CancellationToken cancellationToken)
    {
        var page = await _metadata.ListVersionsAsync(
            _bucket.BucketId, new VersionListQuery(prefix, "", _after.Key, _after.Id, PageRows), cancellationToken);
        var now = _time.GetUtcNow();
        foreach (var (version, isLatest) in page.Versions)
        {
            BeginKey(version.Key);
            if (isLatest)
            {
                EndKey(now);
                (_loneMarker, _noncurrentSeen) = (version.IsDeleteMarker ? version : null, 0);
                if (!version.IsDeleteMarker && IsExpired(version, now))
                {
                    _due.Enqueue(new Expiration(ExpirationKind.Current, version));
                }
            }
            else
            {
                _loneMarker = null;
                if (LifecycleDecisions.FindKeptNewer(_rules, version, _newerTime, now, _calendar) is { } kept && _noncurrentSeen >= kept)
                {
                    _due.Enqueue(new Expiration(ExpirationKind.Noncurrent, version, kept));
                }

                _noncurrentSeen++;
            }

            _newerTime = version.LastModified;
        }

        if (!page.IsTruncated)
        {
            EndKey(now);
        }

        Advance(_objectPrefixes, page.IsTruncated ? page.NextKeyMarker : null, page.NextVersionIdMarker);
    }

    /// <summary>Only at the next key it is known that nothing lies behind a delete marker.</summary>
    private void EndKey(DateTimeOffset now)
    {
        if (_loneMarker is not null && LifecycleDecisions.IsMarkerDue(_rules, _loneMarker, now, _calendar))
        {
            _due.Enqueue(new Expiration(ExpirationKind.Marker, _loneMarker));
        }

        _loneMarker = null;
    }

    private async ValueTask ReadUploadsAsync(string prefix, CancellationToken cancellationToken)
    {
        var page = await _metadata.ListUploadsAsync(_bucket.BucketId, new UploadListQuery(prefix, "", _after.Key, _after.Id, PageRows), cancellationToken);
        var now = _time.GetUtcNow();
        foreach (var upload in page.Uploads)
        {
            BeginKey(upload.Key);
            if (LifecycleDecisions.FindAbort(_rules, upload.Key, upload.InitiatedAt, _calendar) is var (at, _) && now >= at)
            {
                _dueUploads.Enqueue(upload);
            }
        }

        Advance(_uploadPrefixes, page.IsTruncated ? page.NextKeyMarker : null, page.NextUploadIdMarker);
    }

    private bool IsExpired(ObjectRecord record, DateTimeOffset now)
        => LifecycleDecisions.FindExpiration(_rules, record, _calendar) is var (at, _) && now >= at;

    // A page may end within the versions of a key, so a key is done with when the next one is met.
    private void BeginKey(string key)
    {
        if (key != _key)
        {
            (_doneKey, _key) = (_key, key);
        }
    }

    private void Advance(Queue<string> prefixes, string? key, string? id)
    {
        _after = (key, id);
        if (key is null)
        {
            _after = (null, null);
            prefixes.Dequeue();
            if (ReferenceEquals(prefixes, _objectPrefixes) && prefixes.Count == 0)
            {
                (_key, _doneKey) = ("", "");
            }
        }
    }

    private async ValueTask DoDueAsync(CancellationToken cancellationToken)
    {
        while (_due.Count > 0)
        {
            var batch = _due.Take(RowsPerCommand).ToList();
            await ExpireAsync(batch, cancellationToken);
            batch.ForEach(_ => _due.Dequeue());
        }

        while (_dueUploads.TryPeek(out var upload))
        {
            var abort = new AbortUpload
            {
                Time = _time.GetUtcNow(),
                Bucket = _bucket.Name,
                BucketId = _bucket.BucketId,
                Key = upload.Key,
                UploadId = upload.UploadId,
            };
            Count(await _metadata.ExecuteAsync(abort, cancellationToken), LifecycleAction.AbortUpload);
            _dueUploads.Dequeue();
        }

        Place = NewPlace();
    }

    private async ValueTask ExpireAsync(List<Expiration> batch, CancellationToken cancellationToken)
    {
        var outcomes = await _metadata.ExecuteAsync(
            new ExpireObjects
            {
                Time = _time.GetUtcNow(),
                Bucket = _bucket.Name,
                BucketId = _bucket.BucketId,
                Rules = _rulesText,
                Expirations = [.. batch],
                VersionSalt = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))),
                AddsMarkers = _bucket.Versioning != VersioningState.Unversioned,
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

    private LifecyclePlace NewPlace() => new(_bucket.Name, _bucket.BucketId, _rulesDigest, IsAmongUploads: _objectPrefixes.Count == 0, _doneKey);

    private void Count(WriteOutcome outcome, LifecycleAction action)
    {
        if (outcome.IsDone)
        {
            Done++;
            _counts.Add(action);
        }
    }
}
