using System.Globalization;
using System.Text;
using BleepStore.Metadata;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Records;
using BleepStore.Metadata.Sqlite;

namespace BleepStore.Tests.Metadata;

/// <summary>
/// Random commands on two engines: every outcome, and then everything that queries tell, must be the same. A failure prints its seed;
/// <c>BLEEPSTORE_MODEL_SEED</c> begins with it, <c>BLEEPSTORE_MODEL_RUNS</c> says with how many.
/// </summary>
public sealed class MetadataModelTest
{
    private const int Steps = 400;

    [Fact]
    public async Task Random_commands_have_the_same_effect_on_sqlite_as_on_the_model()
    {
        var runs = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_MODEL_RUNS") ?? "12", CultureInfo.InvariantCulture);
        foreach (var seed in Enumerable.Range(Seeds.Of("BLEEPSTORE_MODEL_SEED", 20261126), runs))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"BLEEPSTORE_MODEL_SEED={seed}"));
            await RunAsync(seed, TestContext.Current.CancellationToken);
        }
    }

    private static async Task RunAsync(int seed, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var options = new SqliteMetadataOptions { Path = directory.Path, ReserveBytes = 0, JournalSoftLimitBytes = 64 * 1024 };
        var random = new Random(seed);
        var commands = new RandomCommands(random);
        await using var model = new MemoryMetadataStore();
        var sqlite = new SqliteMetadataStore(options);
        try
        {
            for (var step = 0; step < Steps; step++)
            {
                var (name, execute) = await commands.NextAsync(model, cancellationToken);
                var expected = await execute(model);
                (await execute(sqlite)).ShouldBe(expected, $"seed {seed}, step {step}: {name}");
                sqlite.PublishedSequence.ShouldBe(model.PublishedSequence, $"seed {seed}, step {step}: {name}");
                if (step % 100 == 99)
                {
                    await sqlite.DisposeAsync();
                    sqlite = new SqliteMetadataStore(options);
                    await CompareAsync(model, sqlite, commands, $"seed {seed}, step {step}: {name}", cancellationToken);
                }
            }
        }
        finally
        {
            await sqlite.DisposeAsync();
        }
    }

    private static async Task CompareAsync(
        MemoryMetadataStore model, SqliteMetadataStore sqlite, RandomCommands commands, string where, CancellationToken cancellationToken)
    {
        (await Describe.StoreAsync(sqlite, cancellationToken)).ShouldBe(await Describe.StoreAsync(model, cancellationToken), where);
        foreach (var bucket in await sqlite.ListBucketsAsync(null, "", null, int.MaxValue, cancellationToken))
        {
            (!bucket.ObjectLockEnabled || bucket.Versioning == VersioningState.Enabled).ShouldBeTrue($"{where}: locks are relied on to keep their versions");
            await VersionRules.CheckAsync(sqlite, bucket.BucketId, cancellationToken);
        }

        foreach (var query in commands.Queries())
        {
            var expected = await PagesAsync(model, query, cancellationToken);
            (await PagesAsync(sqlite, query, cancellationToken)).ShouldBe(expected, $"{where}: {query}");
        }
    }

    private static async Task<string> PagesAsync(
        IMetadataStore store,
        (long Bucket, ListQuery Objects, VersionListQuery Versions, UploadListQuery Uploads) query,
        CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var page = await store.ListObjectsAsync(query.Bucket, query.Objects, cancellationToken);
        text.AppendJoin(' ', page.Objects.Select(Describe.Record)).Append('|').AppendJoin(' ', page.CommonPrefixes).Append('|')
            .Append(page.NextAfter);
        var versions = await store.ListVersionsAsync(query.Bucket, query.Versions, cancellationToken);
        text.AppendJoin(' ', versions.Versions.Select(VersionRules.Describe)).Append('|').AppendJoin(' ', versions.CommonPrefixes).Append('|')
            .Append(versions.IsTruncated).Append(versions.NextKeyMarker).Append(versions.NextVersionIdMarker);
        var open = await store.ListUploadsAsync(query.Bucket, query.Uploads, cancellationToken);
        text.AppendJoin(' ', open.Uploads.Select(row => $"{row.Key}:{row.UploadId}")).Append('|').AppendJoin(' ', open.CommonPrefixes)
            .Append('|').Append(open.IsTruncated).Append(open.NextKeyMarker).Append(open.NextUploadIdMarker);
        return text.ToString();
    }
}
