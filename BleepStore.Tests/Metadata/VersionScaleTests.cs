using System.Globalization;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;

namespace BleepStore.Tests.Metadata;

/// <summary>A page of versions costs what it holds: also where one key has thousands, and wherever among them it starts.</summary>
public sealed class VersionScaleTests(ITestOutputHelper output)
{
    private const int Page = 100;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_does_the_same_work_among_1000_and_6000_versions_of_a_key_wherever_it_starts()
    {
        var few = await WorkAsync(1_000);
        var many = await WorkAsync(6_000);

        foreach (var ((name, steps, pages), before) in many.Zip(few))
        {
            output.WriteLine($"{name}: {before.Steps} and {steps} steps, {before.Pages} and {pages} pages");
            steps.ShouldBe(before.Steps, name);
            pages.ShouldBeLessThan(before.Pages + (before.Pages / 2) + 10, name);
        }
    }

    private static async Task<List<(string Name, int Steps, int Pages)>> WorkAsync(int count)
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.Store.ExecuteAsync(
            new SetBucketVersioning { Time = DateTimeOffset.UnixEpoch, Bucket = "bucket", BucketId = bed.BucketId, IsEnabled = true }, Cancellation);
        var ids = new List<string>();
        foreach (var chunk in Enumerable.Range(0, count).Chunk(500))
        {
            // Half of them delete markers, and beside them two keys and a prefix full of markers alone.
            var outcomes = await Task.WhenAll(chunk.Select(number => number % 2 == 0
                ? bed.PutAsync("many")
                : FirstAsync(bed.Store.ExecuteAsync(bed.Delete(["many"]), Cancellation).AsTask())));
            ids.AddRange(outcomes.Select(outcome => outcome.VersionId!));
            await bed.Store.ExecuteAsync(bed.Delete(chunk.Select(number => string.Create(CultureInfo.InvariantCulture, $"gone/{number}"))), Cancellation);
        }

        await bed.PutAsync("after");
        await bed.PutAsync("zz");
        ids.Sort(string.CompareOrdinal);
        using var work = new ListingWork(bed.File("metadata.db"));
        return [.. Pages(ids).Select(page =>
        {
            var (found, steps, pages) = work.List(bed.BucketId, page.Query);
            (found.Versions.Length + found.CommonPrefixes.Length).ShouldBe(Math.Min(page.Expected, page.Query.Limit), page.Name);
            return (page.Name, steps, pages);
        })];
    }

    private static IEnumerable<(string Name, VersionListQuery Query, int Expected)> Pages(List<string> ids)
    {
        yield return ("the key's newest", new VersionListQuery("many", "", null, null, Page), Page);
        yield return ("the key's middle", new VersionListQuery("", "", "many", ids[ids.Count / 2], Page), Page);
        yield return ("the key's end", new VersionListQuery("", "", "many", ids[^(Page + 1)], Page), Page);
        yield return ("past the key", new VersionListQuery("", "", "many", null, Page), 1);
        yield return ("rolled up", new VersionListQuery("", "/", null, null, 2), 2);
        yield return ("past the prefix", new VersionListQuery("", "/", "gone/", null, Page), Page);
        yield return ("keys that begin alike", new VersionListQuery("", "n", null, null, Page), 4);
    }

    private static async Task<WriteOutcome> FirstAsync(Task<System.Collections.Immutable.ImmutableArray<WriteOutcome>> outcomes)
        => (await outcomes)[0];
}
