using System.Diagnostics;
using System.Globalization;
using BleepStore.Metadata.Listing;

namespace BleepStore.Tests.Metadata;

/// <summary>
/// Measures the SQLite engine; run on demand with <c>-explicit only</c>. <c>BLEEPSTORE_FIGURES_DIR</c> names the file system to
/// measure.
/// </summary>
public sealed class MetadataFigures
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Figures_of_commands_listings_and_lookups()
    {
        var path = Environment.GetEnvironmentVariable("BLEEPSTORE_FIGURES_DIR");
        await using var bed = await new SqliteTestBed(SqliteTestBed.AsServed, path is null ? null : Path.Combine(path, "figures")).WithBucketAsync();
        await PutsAsync(bed, "warm", writers: 32, seconds: 2);
        foreach (var writers in new[] { 1, 32, 128 })
        {
            var (puts, cpu, commits) = await PutsAsync(bed, $"w{writers}", writers, seconds: 4);
            Say($"PutObject, {writers} writers: {puts / 4.0:n0}/s, {commits / 4.0:n0} commits/s, {cpu:n1} us CPU each");
        }

        for (var start = 0; start < 100_000; start += 1000)
        {
            var first = start;
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(number => bed.PutAsync($"list/{(first + number) / 1000:d3}/{number:d3}")));
        }

        foreach (var marker in new string?[] { null, "list/050/000", "list/098/999" })
        {
            var page = await TimeAsync(200, () => ListAsync(bed, "", marker));
            Say($"page of 1000 among 100000 after {marker ?? "the start"}: {page:n0} us CPU");
        }

        Say($"page of 100 prefixes of 1000 keys each: {await TimeAsync(200, () => ListAsync(bed, "/", null)):n0} us CPU");
        var random = new Random(1);
        var lookup = await TimeAsync(50_000, async () =>
            (await bed.Store.FindObjectAsync(bed.BucketId, $"list/{random.Next(100):d3}/{random.Next(1000):d3}", Cancellation))
                .ShouldNotBeNull());
        var bucket = await TimeAsync(50_000, async () => await bed.Store.FindBucketAsync("bucket", Cancellation));
        Say($"FindObject: {lookup:n2} us CPU; FindBucket: {bucket:n2} us CPU");
    }

    private static async Task ListAsync(SqliteTestBed bed, string delimiter, string? after)
        => await bed.Store.ListObjectsAsync(
            bed.BucketId, new ListQuery("list/", delimiter, after, 1000), Cancellation);

    private static async Task<(long Puts, double CpuMicroseconds, int Commits)> PutsAsync(SqliteTestBed bed, string prefix, int writers,
        int seconds)
    {
        var (count, commits) = (0L, bed.Commits);
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(WriteAsync));
        process.Refresh();
        return (count, (process.TotalProcessorTime - cpu).TotalMicroseconds / count, bed.Commits - commits);

        async Task WriteAsync(int writer)
        {
            while (clock.Elapsed < TimeSpan.FromSeconds(seconds))
            {
                await bed.PutAsync($"{prefix}/{writer}/{Interlocked.Increment(ref count)}");
            }
        }
    }

    private static async Task<double> TimeAsync(int times, Func<Task> action)
    {
        for (var warm = 0; warm < Math.Min(times, 200); warm++)
        {
            await action();
        }

        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        for (var count = 0; count < times; count++)
        {
            await action();
        }

        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMicroseconds / times;
    }

    private static void Say(FormattableString line)
        => TestContext.Current.TestOutputHelper!.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
