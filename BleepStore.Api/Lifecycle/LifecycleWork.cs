using BleepStore.Api.Configurations;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Lifecycle;

/// <summary>
/// Passes over the buckets with lifecycle rules, again and again, a page at a time. A pass keeps its place over errors, and while it goes on the place
/// is a row that is written anew every second, so that the pass goes on after a restart where it was, or a second before that.
/// </summary>
internal sealed partial class LifecycleWork(
    IMetadataStore metadata, LifecycleSettings settings, LifecycleCounts counts, ICrashPoints crashPoints, TimeProvider time, ILogger<LifecycleWork> logger)
{
    private const int BucketsPerPage = 1000;

    // A pass that is over sooner writes nothing.
    private static readonly TimeSpan PlaceInterval = TimeSpan.FromSeconds(1);

    private readonly LifecycleCalendar _calendar = new(settings.Day);
    private readonly Queue<string> _buckets = [];
    private string? _lastListed;
    private LifecycleWalk? _walk;
    private long? _placedAt;
    private bool _isPlaceRead;
    private bool _hasRow;

    /// <summary>How long to wait after a pass.</summary>
    public TimeSpan Interval => settings.Interval;

    /// <summary>Takes one step; false when a pass has come to its end.</summary>
    public async ValueTask<bool> RunBatchAsync(CancellationToken cancellationToken)
    {
        if (!settings.IsEnabled)
        {
            return false;
        }

        if (!_isPlaceRead)
        {
            await GoOnAsync(cancellationToken);
        }

        _placedAt ??= time.GetTimestamp();
        if (_walk is null && !await TakeNextBucketAsync(cancellationToken))
        {
            await EndAsync(cancellationToken);
            return false;
        }

        await KeepPlaceAsync(cancellationToken);
        if (_walk is { } walk && !await walk.StepAsync(cancellationToken))
        {
            if (walk.Done > 0)
            {
                Log.Walked(logger, walk.Bucket, walk.Done);
            }

            _walk = null;
        }

        return true;
    }

    /// <summary>Takes up the pass that the process before this one did not end.</summary>
    private async ValueTask GoOnAsync(CancellationToken cancellationToken)
    {
        if (await metadata.FindLifecyclePlaceAsync(cancellationToken) is { } place)
        {
            _walk = await FindWalkAsync(place.Bucket, place, cancellationToken);
            (_lastListed, _hasRow) = (place.Bucket, true);
            Log.GoesOn(logger, place.Bucket);
        }

        _isPlaceRead = true;
    }

    /// <summary>False when there are no more buckets: the next pass begins with the first.</summary>
    private async ValueTask<bool> TakeNextBucketAsync(CancellationToken cancellationToken)
    {
        if (_buckets.Count == 0)
        {
            var page = await metadata.ListBucketsAsync(ownerId: null, prefix: "", _lastListed, BucketsPerPage, cancellationToken);
            _lastListed = page.LastOrDefault()?.Name;
            foreach (var listed in page.Where(bucket => bucket.Configurations.ContainsKey(LifecycleConfiguration.Document.Name)))
            {
                _buckets.Enqueue(listed.Name);
            }

            return _lastListed is not null;
        }

        _walk = await FindWalkAsync(_buckets.Peek(), place: null, cancellationToken);
        _buckets.Dequeue();
        return true;
    }

    /// <summary>A walk through a bucket by the rules that it has now, from a place on that still counts there; null where there is nothing to walk.</summary>
    private async ValueTask<LifecycleWalk?> FindWalkAsync(string name, LifecyclePlace? place, CancellationToken cancellationToken)
    {
        if (await metadata.FindBucketAsync(name, cancellationToken) is not { } bucket || LifecycleConfiguration.Document.Find(bucket) is not { } rules)
        {
            return null;
        }

        var walk = new LifecycleWalk(metadata, bucket, rules, _calendar, time, counts);
        if (place?.IsIn(bucket) == true)
        {
            walk.GoOnFrom(place);
        }

        return walk;
    }

    /// <summary>Makes the place durable now and then; a walk whose bucket or rules are others by now is begun anew.</summary>
    private async ValueTask KeepPlaceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        if (_walk is not { } walk || time.GetElapsedTime(_placedAt ?? now, now) < PlaceInterval)
        {
            return;
        }

        if (await metadata.ExecuteAsync(new SetLifecyclePlace { Time = time.GetUtcNow(), Place = walk.Place }, cancellationToken))
        {
            _hasRow = true;
            crashPoints.Hit("lifecycle.placed");
        }
        else
        {
            _walk = await FindWalkAsync(walk.Bucket, place: null, cancellationToken);
        }

        _placedAt = now;
    }

    private async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (_hasRow)
        {
            await metadata.ExecuteAsync(new SetLifecyclePlace { Time = time.GetUtcNow(), Place = null }, cancellationToken);
            crashPoints.Hit("lifecycle.ended");
        }

        (_placedAt, _hasRow) = (null, false);
    }

    private static partial class Log
    {
        [LoggerMessage(1241, LogLevel.Information, "The lifecycle rules of {Bucket} dealt with {Count} versions and uploads")]
        public static partial void Walked(ILogger logger, string bucket, int count);

        [LoggerMessage(1242, LogLevel.Information, "The pass of lifecycle rules that the last process began goes on at bucket {Bucket}")]
        public static partial void GoesOn(ILogger logger, string bucket);
    }
}
