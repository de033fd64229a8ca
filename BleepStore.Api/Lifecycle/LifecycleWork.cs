using BleepStore.Api.Configurations;
using BleepStore.Metadata;

namespace BleepStore.Api.Lifecycle;

/// <summary>
/// Passes over the buckets with lifecycle rules, again and again, a page at a time. It keeps its place over errors; after a start it begins anew,
/// which repeats nothing: what is done is no longer there to be found.
/// </summary>
internal sealed partial class LifecycleWork(
    IMetadataStore metadata, LifecycleSettings settings, LifecycleCounts counts, TimeProvider time, ILogger<LifecycleWork> logger)
{
    private const int BucketsPerPage = 1000;

    private readonly LifecycleCalendar _calendar = new(settings.Day);
    private readonly Queue<string> _buckets = [];
    private string? _lastListed;
    private LifecycleWalk? _walk;

    /// <summary>How long to wait after a pass.</summary>
    public TimeSpan Interval => settings.Interval;

    /// <summary>Takes one step; false when a pass has come to its end.</summary>
    public async ValueTask<bool> RunBatchAsync(CancellationToken cancellationToken)
    {
        if (!settings.IsEnabled)
        {
            return false;
        }

        if (_walk is null && !await TakeNextBucketAsync(cancellationToken))
        {
            return false;
        }

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

        // Read anew: since it was listed the rules may have changed, or the bucket.
        if (await metadata.FindBucketAsync(_buckets.Peek(), cancellationToken) is { } bucket && LifecycleConfiguration.Document.Find(bucket) is { } rules)
        {
            _walk = new LifecycleWalk(metadata, bucket, rules, _calendar, time, counts);
        }

        _buckets.Dequeue();
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1241, LogLevel.Information, "The lifecycle rules of {Bucket} dealt with {Count} versions and uploads")]
        public static partial void Walked(ILogger logger, string bucket, int count);
    }
}
