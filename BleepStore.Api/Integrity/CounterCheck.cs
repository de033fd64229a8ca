using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Integrity;

/// <summary>
/// Holds the counters of buckets against the sum of their versions. A sum takes many reads, so it only counts when nothing was written meanwhile;
/// a bucket of a store that never rests long enough is not judged.
/// </summary>
internal sealed class CounterCheck(FsckScope scope)
{
    private const int Attempts = 3;

    // A query may see a command a moment before its sequence is published.
    private static readonly TimeSpan PublishTime = TimeSpan.FromMilliseconds(100);

    public static BucketCounters Add(BucketCounters sum, ListedVersion row)
        => new(sum.Objects + (row is { IsLatest: true, Version.IsDeleteMarker: false } ? 1 : 0), sum.Bytes + row.Version.Size);

    /// <summary>Compares the counters to the sum of the versions as they were walked after <paramref name="sequence"/> was published.</summary>
    public async ValueTask JudgeAsync(BucketRecord bucket, BucketCounters sum, long sequence, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var counters = await scope.Metadata.CountAsync(bucket.BucketId, cancellationToken);
            if (counters == sum)
            {
                return;
            }

            await Task.Delay(PublishTime, scope.Time, cancellationToken);
            if (scope.Metadata.PublishedSequence == sequence)
            {
                await ReportAsync(bucket, counters, sum, cancellationToken);
                return;
            }

            if (attempt == Attempts)
            {
                scope.Run.CountSkipped();
                return;
            }

            sequence = scope.Metadata.PublishedSequence;
            sum = await SumAsync(bucket, cancellationToken);
        }
    }

    private async ValueTask<BucketCounters> SumAsync(BucketRecord bucket, CancellationToken cancellationToken)
    {
        var sum = default(BucketCounters);
        await foreach (var page in scope.Walk.VersionsAsync(bucket.BucketId, cancellationToken))
        {
            sum = page.Aggregate(sum, Add);
        }

        return sum;
    }

    private async ValueTask ReportAsync(BucketRecord bucket, BucketCounters counters, BucketCounters sum, CancellationToken cancellationToken)
    {
        var isRepaired = false;
        if (scope.Settings.MayRepair)
        {
            var adjust = new AdjustCounters
            {
                Time = scope.Time.GetUtcNow(),
                BucketId = bucket.BucketId,
                Objects = sum.Objects - counters.Objects,
                Bytes = sum.Bytes - counters.Bytes,
            };
            await scope.Metadata.ExecuteAsync(adjust, cancellationToken);
            isRepaired = await scope.Metadata.CountAsync(bucket.BucketId, cancellationToken) == sum;
        }

        var detail = $"counted are {counters.Objects} objects of {counters.Bytes} bytes, there are {sum.Objects} of {sum.Bytes}";
        scope.Run.Report(new Finding(FindingKind.CountersWrong, new Place(bucket.Name, Key: null), detail, Blob: null, isRepaired));
    }
}
