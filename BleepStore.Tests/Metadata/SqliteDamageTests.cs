using System.Globalization;
using BleepStore.Metadata;

namespace BleepStore.Tests.Metadata;

/// <summary>A database file whose bytes were damaged is told as such: never a crash, never a page of a listing that quietly lacks keys.</summary>
public sealed class SqliteDamageTests(ITestOutputHelper output)
{
    private const int PageSize = 4096;
    private const int Keys = 2000;
    private const int Rounds = 25;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_of_garbage_fail_what_reads_them_and_nothing_else()
    {
        await using var bed = await FilledAsync();
        await bed.Store.DisposeAsync();
        var file = await File.ReadAllBytesAsync(bed.File("metadata.db"), Cancellation);
        var random = new Random(1);
        for (var page = file.Length / PageSize / 2; page < file.Length / PageSize; page++)
        {
            // The first page of a table or index tells its kind in its first byte; no page of SQLite begins with 0xEE.
            random.NextBytes(file.AsSpan(page * PageSize, PageSize));
            file[page * PageSize] = 0xEE;
        }

        await File.WriteAllBytesAsync(bed.File("metadata.db"), file, Cancellation);
        await bed.ReopenAsync();

        var failures = 0;
        for (var number = 0; number < Keys; number++)
        {
            try
            {
                (await bed.Store.FindObjectAsync(bed.BucketId, KeyOf(number), Cancellation)).ShouldNotBeNull("it was put");
            }
            catch (MetadataUnavailableException error)
            {
                error.Message.ShouldContain("damaged");
                error.OutcomeUnknown.ShouldBeFalse();
                failures++;
            }
        }

        failures.ShouldBeGreaterThan(Keys / 10);
        failures.ShouldBeLessThan(Keys);
        await Should.ThrowAsync<MetadataUnavailableException>(async () => await ListAsync(bed));
        (await bed.Store.FindBucketAsync("bucket", Cancellation)).ShouldNotBeNull();
        await Should.ThrowAsync<MetadataUnavailableException>(() => Task.WhenAll(Enumerable.Range(0, Keys).Select(number => bed.PutAsync(KeyOf(number)))));
        bed.Fatal.ShouldBeEmpty("a reader of what is whole goes on");
    }

    [Fact]
    public async Task Any_flipped_bytes_are_read_or_told_as_damage_but_never_anything_else()
    {
        await using var bed = await FilledAsync();
        await bed.Store.DisposeAsync();
        var whole = await File.ReadAllBytesAsync(bed.File("metadata.db"), Cancellation);
        var seed = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_SEED") ?? "7", CultureInfo.InvariantCulture);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"BLEEPSTORE_SEED={seed}"));
        var random = new Random(seed);
        var told = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = whole.ToArray();
            for (var flips = random.Next(1, 200); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            await File.WriteAllBytesAsync(bed.File("metadata.db"), bytes, Cancellation);
            try
            {
                await bed.ReopenAsync();
                await ListAsync(bed);
                await bed.PutAsync("key-after");
                await bed.Store.ExecuteAsync(bed.Delete(Enumerable.Range(0, Keys).Select(KeyOf)), Cancellation);
            }
            catch (Exception error) when (error is MetadataUnavailableException or MetadataFormatException)
            {
                told++;
            }

            await bed.Store.DisposeAsync();
        }

        told.ShouldBeGreaterThan(0);
    }

    private static async Task<SqliteTestBed> FilledAsync()
    {
        var bed = await new SqliteTestBed().WithBucketAsync();
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(number => bed.PutAsync(KeyOf(number), inlineBytes: number % 2 * 100)));
        return bed;
    }

    private static async Task ListAsync(SqliteTestBed bed)
    {
        await Describe.StoreAsync(bed.Store, Cancellation);
        for (var number = 0; number < Keys; number++)
        {
            await bed.Store.FindObjectWithBodyAsync(bed.BucketId, KeyOf(number), Cancellation);
        }
    }

    private static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"key-{number:d6}");
}
