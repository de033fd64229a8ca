using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace BleepStore.Tests.Metadata;

/// <summary>Commands against a large store, and how long each waited for its commit.</summary>
internal sealed class CommitLoad(SqliteTestBed bed, ScaleKeys keys)
{
    private const int KeysOfDelete = 1000;

    private readonly ConcurrentBag<TimeSpan> _waits = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Rewrites random keys until it is cancelled.</summary>
    public Task RewriteAsync(int writers, CancellationToken cancellationToken)
        => Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(
            async () =>
            {
                var random = new Random(writer);
                while (!cancellationToken.IsCancellationRequested)
                {
                    await PutAsync(keys.Flat(random.Next(keys.FlatCount)));
                }
            },
            CancellationToken.None)));

    /// <summary>Deletes the first keys in commands of 1,000, four at a time, and puts one key after another beside that.</summary>
    public async Task DeleteAsync(int count, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource();
        var writing = RewriteAsync(writers: 1, end.Token);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count).Chunk(KeysOfDelete),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
            async (numbers, token) => await bed.Store.ExecuteAsync(bed.Delete(numbers.Select(keys.Flat)), token));
        Deleted = $", {count / _clock.Elapsed.TotalSeconds:n0} keys deleted/s";
        await end.CancelAsync();
        await writing;
    }

    public override string ToString()
    {
        var waits = _waits.Order().ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{waits.Count / _clock.Elapsed.TotalSeconds:n0} puts/s, wait p50 {At(0.5):n1} ms, p99.9 {At(0.999):n1} ms, longest {At(1):n1} ms{Deleted}");

        double At(double part) => waits[(int)((waits.Count - 1) * part)].TotalMilliseconds;
    }

    private string Deleted { get; set; } = "";

    private async Task PutAsync(string key)
    {
        var begun = Stopwatch.GetTimestamp();
        await bed.Store.ExecuteAsync(bed.NewPut(key), CancellationToken.None);
        _waits.Add(Stopwatch.GetElapsedTime(begun));
    }
}
