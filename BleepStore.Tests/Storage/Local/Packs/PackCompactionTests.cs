using System.Diagnostics;
using BleepStore.Storage;
using BleepStore.Storage.Local.Packs;

namespace BleepStore.Tests.Storage.Local.Packs;

/// <summary>Compaction takes what is dead and nothing else, at any step it is stopped at.</summary>
public sealed class PackCompactionTests
{
    // Small blobs hardly free a page each when they die, so that packs of them are what compaction is for.
    private const int BlobLength = 3000;

    private static readonly PackOptions Options = new()
    {
        UpkeepInterval = null,
        PackSizeBytes = 200_000,
        UpkeepBytesPerSecond = long.MaxValue,
        UpkeepFreeBytes = 0,
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pack_that_is_mostly_dead_shrinks_and_its_blobs_keep_their_locators()
    {
        await using var store = new LocalStore(packs: Options);
        var (path, live, dead) = await MostlyDeadAsync(store);
        long before = new FileInfo(path).Length;

        await store.Packs.Upkeep.PassAsync(Token);

        store.Packs.Upkeep.Compactions.ShouldBe(1);
        new FileInfo(path).Length.ShouldBeLessThan(before / 2);
        await ShouldHoldAsync(store, live, dead);
        await store.RestartAsync();
        await ShouldHoldAsync(store, live, dead);
        File.Delete(Path.ChangeExtension(path, ".idx"));
        await store.RestartAsync();
        await ShouldHoldAsync(store, live, dead);
    }

    [Fact]
    public async Task A_compacted_pack_is_compacted_again_and_goes_with_its_last_blob()
    {
        await using var store = new LocalStore(packs: Options);
        var (path, live, dead) = await MostlyDeadAsync(store);
        while (live.Count > 1)
        {
            await store.Packs.Upkeep.PassAsync(Token);
            await ShouldHoldAsync(store, live, dead);
            int half = live.Count / 3;
            await Task.WhenAll(live[half..].Where(blob => blob != live[0]).Select(blob => store.Storage.DeleteAsync(blob, Token).AsTask()));
            dead = [.. dead, .. live[half..].Where(blob => blob != live[0])];
            live = [.. live.Except(dead)];
        }

        store.Packs.Upkeep.Compactions.ShouldBeGreaterThan(1);
        await store.Storage.DeleteAsync(live[0], Token);
        File.Exists(path).ShouldBeFalse();
        File.Exists(Path.ChangeExtension(path, ".idx")).ShouldBeFalse();
        await ShouldHoldAsync(store, [], [.. dead, live[0]]);
    }

    [Theory]
    [InlineData(BlobCrashPoints.PackCopied)]
    [InlineData(BlobCrashPoints.PackReplaced)]
    [InlineData(BlobCrashPoints.PackCompacted)]
    public async Task A_compaction_that_stops_at_any_step_loses_and_revives_nothing(string point)
    {
        await using var store = new LocalStore(new StopAt(point), Options);
        var (_, live, dead) = await MostlyDeadAsync(store);

        await Should.ThrowAsync<StoppedException>(() => store.Packs.Upkeep.PassAsync(Token));
        await ShouldHoldAsync(store, live, dead);
        await store.RestartAsync();
        await ShouldHoldAsync(store, live, dead);
        store.Leftovers().ShouldBeEmpty();

        await store.Packs.Upkeep.PassAsync(Token);
        await ShouldHoldAsync(store, live, dead);
        store.Packs.Upkeep.Compactions.ShouldBe(point == BlobCrashPoints.PackCopied ? 1 : 0);
    }

    [Theory]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.SetLength)]
    [InlineData(FileOperation.Replace)]
    internal async Task A_compaction_that_the_disk_refuses_changes_nothing_and_is_tried_again(FileOperation operation)
    {
        await using var store = new LocalStore(packs: Options);
        var (_, live, dead) = await MostlyDeadAsync(store);
        store.FileSystem.Fail(operation, 1, DiskErrors.Full);

        await store.Packs.Upkeep.PassAsync(Token);

        store.Packs.Upkeep.Compactions.ShouldBe(0);
        store.Leftovers().ShouldBeEmpty();
        await ShouldHoldAsync(store, live, dead);
        await store.Packs.Upkeep.PassAsync(Token);
        store.Packs.Upkeep.Compactions.ShouldBe(1);
        await ShouldHoldAsync(store, live, dead);
    }

    [Fact]
    public async Task Nothing_is_compacted_while_room_is_short()
    {
        await using var store = new LocalStore(packs: Options with { UpkeepFreeBytes = long.MaxValue / 2 });
        var (_, live, dead) = await MostlyDeadAsync(store);

        await store.Packs.Upkeep.PassAsync(Token);

        store.Packs.Upkeep.Compactions.ShouldBe(0);
        await ShouldHoldAsync(store, live, dead);
    }

    [Fact]
    public async Task A_damaged_blob_keeps_its_pack_from_being_compacted()
    {
        await using var store = new LocalStore(packs: Options);
        var (path, live, dead) = await MostlyDeadAsync(store);
        byte[] before = await File.ReadAllBytesAsync(path, Token);
        int at = (int)store.PackOf(live[1]).Offset + PackLayout.HeaderSize + 100;
        before[at] ^= 4;
        await File.WriteAllBytesAsync(path, before, Token);

        await store.Packs.Upkeep.PassAsync(Token);

        store.Packs.Upkeep.Compactions.ShouldBe(0);
        (await File.ReadAllBytesAsync(path, Token)).ShouldBe(before);
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(live[1], 0, BlobLength));
        live.RemoveAt(1);
        foreach (var blob in live)
        {
            (await store.ReadAsync(blob, 0, BlobLength)).ShouldBe(TestBytes.Make(BlobLength));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(PackLayout.HeaderSize + 1000)]
    public async Task An_unreadable_blob_keeps_its_pack_from_being_copied_again_and_again(int at)
    {
        await using var store = new LocalStore(packs: Options);
        var (path, live, _) = await MostlyDeadAsync(store);
        byte[] before = await File.ReadAllBytesAsync(path, Token);
        store.FileSystem.BadStretches.Add((path, store.PackOf(live[1]).Offset + at, 100));

        await store.Packs.Upkeep.PassAsync(Token);
        store.FileSystem.ResetCounts();
        await store.Packs.Upkeep.PassAsync(Token);

        store.FileSystem.Count(FileOperation.Create).ShouldBe(0);
        store.Packs.Upkeep.Compactions.ShouldBe(0);
        store.Leftovers().ShouldBeEmpty();
        (await File.ReadAllBytesAsync(path, Token)).ShouldBe(before);

        // A later start may find the disk better.
        store.FileSystem.BadStretches.Clear();
        await store.RestartAsync();
        await store.Packs.Upkeep.PassAsync(Token);
        store.Packs.Upkeep.Compactions.ShouldBe(1);
    }

    [Fact]
    public async Task A_delete_while_a_pack_is_copied_is_not_lost()
    {
        await using var store = new LocalStore(packs: Options);
        var (path, live, dead) = await MostlyDeadAsync(store);
        var pack = store.Packs.Directory.Find(ulong.Parse(Path.GetFileNameWithoutExtension(path), System.Globalization.NumberStyles.HexNumber, null))!;
        using var source = pack.Lease()!;
        using (var copy = new PackCopy(store.Packs.Directory, pack, source, [.. pack.TableOf(source).ToArray().Where(entry => !entry.IsDead)]))
        {
            await store.Storage.DeleteAsync(live[0], Token);
            copy.CopyStride();
            copy.IsComplete.ShouldBeTrue();
            copy.HasDamage.ShouldBeFalse();
            await store.Storage.DeleteAsync(live[1], Token);
            copy.Publish();
        }

        dead = [.. dead, .. live[..2]];
        live = live[2..];
        await ShouldHoldAsync(store, live, dead);
        await store.RestartAsync();
        await ShouldHoldAsync(store, live, dead);
    }

    [Fact]
    public async Task A_reader_goes_on_with_what_it_opened_while_its_pack_is_compacted()
    {
        await using var store = new LocalStore(packs: Options with { Threshold = 200_000, PackSizeBytes = 500_000 });
        var kept = await store.WriteAsync(150_000);
        var gone = new List<StoredBlob>();
        while (store.PackOf(gone.Count == 0 ? kept : gone[^1]).Path == store.PackOf(kept).Path)
        {
            gone.Add(await store.WriteAsync(BlobLength));
        }

        await using var stream = await store.Storage.OpenAsync(kept, 0, 150_000, Token);
        store.FileSystem.CannotPunch = true;
        await Task.WhenAll(gone[..^1].Select(blob => store.Storage.DeleteAsync(blob, Token).AsTask()));
        await store.Packs.Upkeep.PassAsync(Token);

        store.Packs.Upkeep.Compactions.ShouldBe(1);
        var bytes = new byte[150_000];
        await stream!.ReadExactlyAsync(bytes, Token);
        bytes.ShouldBe(TestBytes.Make(150_000));
    }

    [Fact]
    public async Task An_unforeseen_error_costs_one_pack_its_upkeep_and_no_other()
    {
        var store = new LocalStore(new ThrowOnce(BlobCrashPoints.PackCopied), Options with { UpkeepInterval = TimeSpan.FromMilliseconds(20) });
        try
        {
            var (first, live, dead) = await MostlyDeadAsync(store);
            var begun = Stopwatch.StartNew();
            while (store.Packs.Upkeep.Compactions == 0 && begun.Elapsed < Patience.Limit)
            {
                var (_, moreLive, moreDead) = await MostlyDeadAsync(store);
                (live, dead) = ([.. live, .. moreLive], [.. dead, .. moreDead]);
                await Task.Delay(20, Token);
            }

            store.Packs.Upkeep.Compactions.ShouldBeGreaterThan(0);
            new FileInfo(first).Length.ShouldBeGreaterThan(Options.PackSizeBytes);
            await ShouldHoldAsync(store, live, dead);
        }
        finally
        {
            // Ends the upkeep, and does not throw what it met.
            await store.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Room_that_could_not_be_given_back_is_won_back_by_compaction(bool isRefused)
    {
        await using var store = new LocalStore(packs: Options);
        var blobs = new List<StoredBlob>();
        while (blobs.Count < 2 || store.PackOf(blobs[^1]).Path == store.PackOf(blobs[0]).Path)
        {
            blobs.Add(await store.WriteAsync(60_000));
        }

        var dead = blobs[1..^1];
        for (int i = 1; isRefused && i <= dead.Count; i++)
        {
            store.FileSystem.Fail(FileOperation.PunchHole, i, DiskErrors.Input);
        }

        await Task.WhenAll(dead.Select(blob => store.Storage.DeleteAsync(blob, Token).AsTask()));
        await store.Packs.Upkeep.PassAsync(Token);

        store.Packs.Upkeep.Compactions.ShouldBe(isRefused ? 1 : 0);
        (await store.ReadAsync(blobs[0], 0, 60_000)).ShouldBe(TestBytes.Make(60_000));
        (await store.ListAsync()).ShouldBe([blobs[0], blobs[^1]], ignoreOrder: true);
    }

    /// <summary>A pack that is full, with every sixth blob alive.</summary>
    private static async Task<(string Path, List<StoredBlob> Live, List<StoredBlob> Dead)> MostlyDeadAsync(LocalStore store)
    {
        var blobs = new List<StoredBlob> { await store.WriteAsync(BlobLength) };
        string path = store.PackOf(blobs[0]).Path;
        while (true)
        {
            var blob = await store.WriteAsync(BlobLength);
            if (store.PackOf(blob).Path != path)
            {
                await store.Storage.DeleteAsync(blob, Token);
                break;
            }

            blobs.Add(blob);
        }

        var live = blobs.Where((_, i) => i % 6 == 0).ToList();
        var dead = blobs.Except(live).ToList();
        await Task.WhenAll(dead.Select(blob => store.Storage.DeleteAsync(blob, Token).AsTask()));
        return (path, live, dead);
    }

    private static async Task ShouldHoldAsync(LocalStore store, List<StoredBlob> live, List<StoredBlob> dead)
    {
        (await store.ListAsync()).ShouldBe(live, ignoreOrder: true);
        foreach (var blob in live)
        {
            (await store.ReadAsync(blob, 0, BlobLength)).ShouldBe(TestBytes.Make(BlobLength));
        }

        foreach (var blob in dead)
        {
            (await store.ReadAsync(blob, 0, BlobLength)).ShouldBeNull();
        }
    }

    /// <summary>A defect that shows once.</summary>
    private sealed class ThrowOnce(string point) : ICrashPoints
    {
        private bool _hasThrown;

        public void Hit(string name)
        {
            if (name == point && !Interlocked.Exchange(ref _hasThrown, true))
            {
                throw new InvalidOperationException("unforeseen");
            }
        }
    }
}
