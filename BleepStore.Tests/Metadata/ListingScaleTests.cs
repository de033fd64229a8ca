using System.Diagnostics;
using System.Globalization;
using BleepStore.Metadata.Listing;

namespace BleepStore.Tests.Metadata;

/// <summary>
/// A page costs what it holds: the same among few keys and many, wherever it starts, beside delete markers and while others write. The short form
/// counts work; the explicit one measures it, and the longest commit, among <c>BLEEPSTORE_FIGURES_KEYS</c> keys on the file system of
/// <c>BLEEPSTORE_FIGURES_DIR</c>.
/// </summary>
public sealed class ListingScaleTests(ITestOutputHelper output)
{
    private const int Page = 1000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_does_the_same_work_among_8000_and_20000_keys_wherever_it_starts()
    {
        var few = await WorkAsync(8_000);
        var many = await WorkAsync(20_000);

        foreach (var ((name, steps, pages), before) in many.Zip(few))
        {
            output.WriteLine($"{name}: {before.Steps} and {steps} steps, {before.Pages} and {pages} pages");
            steps.ShouldBe(before.Steps, name);
            pages.ShouldBeLessThan(before.Pages + (before.Pages / 2) + 10, name);
        }
    }

    [Fact(Explicit = true)]
    public async Task Figures_of_pages_and_commits_among_10_million_keys()
    {
        var keys = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_FIGURES_KEYS") ?? "10000000", CultureInfo.InvariantCulture);
        var path = Environment.GetEnvironmentVariable("BLEEPSTORE_FIGURES_DIR");
        var small = await MeasureAsync(Math.Min(keys, 10_000), path is null ? null : Path.Combine(path, "small"));
        var large = await MeasureAsync(keys, path is null ? null : Path.Combine(path, "large"));
        foreach (var ((name, quiet, written), (_, smallQuiet, _)) in large.Zip(small))
        {
            Say($"{name}: {smallQuiet.TotalMicroseconds:n0} us among few, {quiet.TotalMicroseconds:n0} us among {keys}, {written.TotalMicroseconds:n0} us while others write");
        }
    }

    private static IEnumerable<(string Name, ListQuery Query)> Pages(ScaleKeys keys)
    {
        yield return ("flat, start", new ListQuery("flat/", "", null, Page));
        yield return ("flat, middle", new ListQuery("flat/", "", keys.Flat(keys.FlatCount / 2), Page));
        yield return ("flat, end", new ListQuery("flat/", "", keys.Flat(keys.FlatCount - Page - 1), Page));
        yield return ("flat, a delimiter that is not there", new ListQuery("flat/", "/", keys.Flat(keys.FlatCount / 2), Page));
        yield return ("narrow directories, start", new ListQuery("narrow/", "/", null, Page / 10));
        yield return ("narrow directories, end", new ListQuery("narrow/", "/", keys.Narrow(keys.NarrowDirectories - (Page / 10) - 1), Page / 10));
        yield return ("wide directories", new ListQuery("wide/", "/", null, 2));
        yield return ("the top", new ListQuery("", "/", null, Page));
        yield return ("one directory", new ListQuery(keys.Narrow(keys.NarrowDirectories / 2), "/", null, Page));
    }

    private static async Task<List<(string Name, int Steps, int Pages)>> WorkAsync(int count)
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        var keys = new ScaleKeys(count);
        await keys.PutAsync(bed, Cancellation);
        await keys.AddDeleteMarkersAsync(bed);
        using var work = new ListingWork(bed.File("metadata.db"));
        return [.. Pages(keys).Select(page =>
        {
            var (found, steps, pages) = work.List(bed.BucketId, page.Query);
            (found.Objects.Length + found.CommonPrefixes.Length).ShouldBe(Math.Min(page.Query.Limit, keys.Expected(page.Name)), page.Name);
            return (page.Name, steps, pages);
        })];
    }

    private async Task<List<(string Name, TimeSpan Quiet, TimeSpan Written)>> MeasureAsync(int count, string? path)
    {
        await using var bed = await new SqliteTestBed(SqliteTestBed.AsServed, path).WithBucketAsync();
        var keys = new ScaleKeys(count);
        var clock = Stopwatch.StartNew();
        await keys.PutAsync(bed, Cancellation);
        Say($"{count} keys in {clock.Elapsed.TotalSeconds:n0} s, {count / clock.Elapsed.TotalSeconds:n0}/s, database {Size(bed):n0} MiB");
        clock.Restart();
        await keys.AddDeleteMarkersAsync(bed);
        Say($"{count} delete markers in {clock.Elapsed.TotalSeconds:n0} s, database {Size(bed):n0} MiB");
        clock.Restart();
        await bed.ReopenAsync();
        Say($"opened in {clock.Elapsed.TotalMilliseconds:n0} ms");

        using var work = new ListingWork(bed.File("metadata.db"));
        var quiet = Pages(keys).Select(page => work.Time(bed.BucketId, page.Query, times: 100)).ToList();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var commits = new CommitLoad(bed, keys);
        var writing = commits.RewriteAsync(writers: 32, end.Token);
        var written = Pages(keys).Select(page => work.Time(bed.BucketId, page.Query, times: 100)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(30), Cancellation);
        await end.CancelAsync();
        await writing;
        Say($"rewrites of random keys: {commits}");
        var deletes = new CommitLoad(bed, keys);
        await deletes.DeleteAsync(Math.Min(1_000_000, keys.FlatCount), Cancellation);
        Say($"beside a delete of {Math.Min(1_000_000, keys.FlatCount)} keys: {deletes}");
        return [.. Pages(keys).Select((page, index) => (page.Name, quiet[index], written[index]))];
    }

    private static double Size(SqliteTestBed bed) => new FileInfo(bed.File("metadata.db")).Length / (double)(1 << 20);

    private void Say(FormattableString line)
    {
        var text = line.ToString(CultureInfo.InvariantCulture);
        output.WriteLine(text);
        Console.WriteLine(text);
    }
}
