using System.Collections.Concurrent;
using System.Globalization;
using BleepStore.Storage;
using BleepStore.Storage.Local.Packs;

namespace BleepStore.Tests.Storage.Local.Packs;

/// <summary>Packs against a dictionary: random steps, then everything held against it. <c>BLEEPSTORE_SEED</c> repeats a run.</summary>
public sealed class PackModelTests(ITestOutputHelper output)
{
    private static readonly int[] Sizes = [0, 1, 400, 3000, 5000, 20_000, 65_536, 70_000, 90_000];

    private static readonly PackOptions Options = new()
    {
        UpkeepInterval = null,
        Threshold = 80_000,
        PackSizeBytes = 300_000,
        MaximumOpenPacks = 3,
        UpkeepBytesPerSecond = long.MaxValue,
        UpkeepFreeBytes = 0,
    };

    private static bool IsLong => Environment.GetEnvironmentVariable("BLEEPSTORE_LONG") == "1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Random_writes_deletes_compactions_and_starts_agree_with_a_dictionary()
    {
        var random = Seeded();
        await using var store = new LocalStore(packs: Options);
        var model = new Dictionary<BlobId, StoredBlob>();
        var deleted = new List<StoredBlob>();
        long compactions = 0;
        for (int step = 0; step < (IsLong ? 20_000 : 1500); step++)
        {
            switch (random.Next(100))
            {
                case < 45:
                    var written = await store.WriteAsync(Sizes[random.Next(Sizes.Length)]);
                    model.Add(written.Id, written);
                    break;
                case < 90 when model.Count > 20:
                    var victims = model.Values.OrderBy(blob => blob.Id).Skip(random.Next(model.Count)).Take(random.Next(1, 12)).ToList();
                    await Task.WhenAll(victims.Select(blob => store.Storage.DeleteAsync(blob, Token).AsTask()));
                    victims.ForEach(blob => model.Remove(blob.Id));
                    deleted.AddRange(victims);
                    break;
                case < 93:
                    await store.Packs.Upkeep.PassAsync(Token);
                    break;
                case 93:
                    compactions += store.Packs.Upkeep.Compactions;
                    await store.RestartAsync();
                    break;
                case 94:
                    foreach (string table in Directory.GetFiles(Path.Combine(store.Root, "packs"), "*.idx").Where(_ => random.Next(2) == 0))
                    {
                        File.Delete(table);
                    }

                    break;
                default:
                    await ShouldReadAsync(store, model, deleted, random);
                    break;
            }
        }

        (await store.ListAsync()).ShouldBe(model.Values, ignoreOrder: true);
        foreach (var blob in model.Values)
        {
            (await store.ReadAsync(blob, 0, blob.Length)).ShouldBe(TestBytes.Make(blob.Length));
        }

        compactions += store.Packs.Upkeep.Compactions;
        output.WriteLine($"{model.Count} alive, {deleted.Count} deleted, {compactions} compactions, {store.PackFiles().Length} packs");
        compactions.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Writers_readers_and_deletes_beside_compaction_lose_and_revive_nothing()
    {
        var random = Seeded();
        await using var store = new LocalStore(packs: Options);
        var alive = new ConcurrentDictionary<BlobId, StoredBlob>();
        var dead = new ConcurrentBag<StoredBlob>();
        using var ended = new CancellationTokenSource();
        var upkeep = Task.Run(
            async () =>
            {
                while (!ended.IsCancellationRequested)
                {
                    await store.Packs.Upkeep.PassAsync(Token);
                    await Task.Yield();
                }
            },
            Token);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => random.Next()).ToList().Select(seed => Task.Run(() => WorkAsync(store, seed, alive, dead), Token)));
        await ended.CancelAsync();
        await upkeep;

        output.WriteLine($"{alive.Count} alive, {dead.Count} deleted, {store.Packs.Upkeep.Compactions} compactions");
        store.FatalErrors.Errors.ShouldBeEmpty();
        for (int start = 0; start < 2; start++)
        {
            (await store.ListAsync()).ShouldBe(alive.Values, ignoreOrder: true);
            foreach (var blob in alive.Values)
            {
                (await store.ReadAsync(blob, 0, blob.Length)).ShouldBe(TestBytes.Make(blob.Length));
            }

            foreach (var blob in dead)
            {
                (await store.ReadAsync(blob, 0, blob.Length)).ShouldBeNull();
            }

            await store.RestartAsync();
        }
    }

    private static async Task WorkAsync(LocalStore store, int seed, ConcurrentDictionary<BlobId, StoredBlob> alive, ConcurrentBag<StoredBlob> dead)
    {
        var random = new Random(seed);
        var own = new List<StoredBlob>();
        for (int i = 0; i < (IsLong ? 500 : 40); i++)
        {
            var blob = await store.WriteAsync(Sizes[random.Next(Sizes.Length - 1)]);
            own.Add(blob);
            alive[blob.Id] = blob;
            if (random.Next(10) < 8)
            {
                var victim = own[random.Next(own.Count)];
                own.Remove(victim);
                alive.TryRemove(victim.Id, out _);
                await store.Storage.DeleteAsync(victim, Token);
                dead.Add(victim);
            }

            if (own.Count > 0)
            {
                var read = own[random.Next(own.Count)];
                (await store.ReadAsync(read, 0, read.Length)).ShouldBe(TestBytes.Make(read.Length));
            }
        }
    }

    private static async Task ShouldReadAsync(LocalStore store, Dictionary<BlobId, StoredBlob> model, List<StoredBlob> deleted, Random random)
    {
        if (model.Count > 0)
        {
            var blob = model.Values.ElementAt(random.Next(model.Count));
            long from = random.NextInt64(blob.Length + 1);
            long count = random.NextInt64(blob.Length - from + 1);
            (await store.ReadAsync(blob, from, count)).ShouldBe(TestBytes.Make(count, from));
        }

        if (deleted.Count > 0)
        {
            var blob = deleted[random.Next(deleted.Count)];
            (await store.ReadAsync(blob, 0, blob.Length)).ShouldBeNull();
            await store.Storage.DeleteAsync(blob, Token);
        }
    }

    private Random Seeded()
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_SEED") ?? "20261125", CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
