using BleepStore.Storage;
using BleepStore.Storage.FileSystem;
using BleepStore.Storage.Local.Packs;
using BleepStore.Tests.Faults;

namespace BleepStore.Tests.Storage.Local.Packs;

/// <summary>A disk that is full or dying fails those whose bytes it refused; a pack goes on, and a failed sync ends the process.</summary>
public sealed class PackFaultTests
{
    private static readonly PackOptions Options = new() { UpkeepInterval = null };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FileOperation.Create, 1)]
    [InlineData(FileOperation.Write, 1)]
    [InlineData(FileOperation.Write, 2)]
    internal async Task A_disk_that_refuses_the_first_entry_leaves_nothing_and_works_again(FileOperation operation, int number)
    {
        foreach (Func<Exception> fault in new[] { DiskErrors.Full, DiskErrors.Input })
        {
            await using var store = new LocalStore(packs: Options);
            store.FileSystem.Fail(operation, number, fault);

            await Should.ThrowAsync<IOException>(async () => await store.WriteAsync(1000));

            await ShouldHoldAsync(store, []);
            await ShouldHoldAsync(store, [await store.WriteAsync(1000)]);
            await store.RestartAsync();
            (await store.ListAsync()).Count.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refused_entry_leaves_no_trace_between_its_neighbours(bool cannotCut)
    {
        await using var store = new LocalStore(packs: Options);
        var before = await store.WriteAsync(70_000);
        store.FileSystem.Fail(FileOperation.Write, 1, DiskErrors.Full);
        if (cannotCut)
        {
            store.FileSystem.Fail(FileOperation.SetLength, 1, DiskErrors.Input);
        }

        await Should.ThrowAsync<StorageFullException>(async () => await store.WriteAsync(100_000));
        var after = await store.WriteAsync(5000);

        (store.PackOf(after).Path == store.PackOf(before).Path).ShouldBe(!cannotCut);
        await ShouldHoldAsync(store, [before, after]);
        await store.RestartAsync();
        await ShouldHoldAsync(store, [before, after]);
        foreach (var table in Directory.GetFiles(Path.Combine(store.Root, "packs"), "*.idx"))
        {
            File.Delete(table);
        }

        // Of an entry that could not even be cut off a header may be left; nobody has its locator, and the sweep finds it.
        await store.RestartAsync();
        (await store.ListAsync()).Count.ShouldBe(cannotCut ? 3 : 2);
    }

    [Theory]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.SyncDirectory)]
    internal async Task A_failed_sync_ends_the_process(FileOperation operation)
    {
        await using var store = new LocalStore(packs: Options);
        store.FileSystem.Fail(operation, 1, DiskErrors.Input);

        var thrown = await Should.ThrowAsync<DurabilityLostException>(async () => await store.WriteAsync(1000));

        store.FatalErrors.Errors.ShouldBe([thrown]);
        await ShouldHoldAsync(store, []);
    }

    [Fact]
    public async Task A_pack_that_was_made_and_never_written_goes()
    {
        await using var store = new LocalStore(packs: Options);
        var blob = await store.WriteAsync(1000);
        await File.WriteAllBytesAsync(Path.Combine(store.Root, "packs", "0000000000000001.pack"), [], Token);
        await store.RestartAsync();

        await store.Packs.Upkeep.PassAsync(Token);

        store.PackFiles().ShouldBe([store.PackOf(blob).Path]);
        await ShouldHoldAsync(store, [blob]);
    }

    [Fact]
    public async Task A_failed_sync_of_a_delete_ends_the_process()
    {
        await using var store = new LocalStore(packs: Options);
        var blob = await store.WriteAsync(1000);
        store.FileSystem.Fail(FileOperation.Sync, 1, DiskErrors.Input);

        var thrown = await Should.ThrowAsync<DurabilityLostException>(async () => await store.Storage.DeleteAsync(blob, Token));

        store.FatalErrors.Errors.ShouldBe([thrown]);
    }

    [Fact]
    public async Task A_delete_that_the_disk_refuses_is_tried_again()
    {
        await using var store = new LocalStore(packs: Options);
        var blob = await store.WriteAsync(1000);
        store.FileSystem.Fail(FileOperation.Write, 1, DiskErrors.Input);

        // Half a mark is neither: an error for readers until the delete is repeated.
        await Should.ThrowAsync<IOException>(async () => await store.Storage.DeleteAsync(blob, Token));
        await Should.ThrowAsync<BlobCorruptException>(() => store.ReadAsync(blob, 0, 1000));
        await store.Storage.DeleteAsync(blob, Token);

        (await store.ReadAsync(blob, 0, 1000)).ShouldBeNull();
        await ShouldHoldAsync(store, []);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_room_of_a_dead_blob_comes_back_where_the_file_system_can(bool cannotPunch)
    {
        using var hold = new HoldAt(BlobCrashPoints.PackMarked);
        await using var store = new LocalStore(hold, Options);
        store.FileSystem.CannotPunch = cannotPunch;
        var blobs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.WriteAsync(200_000).AsTask()));
        long before = AllocatedBytes(store.PackOf(blobs[0]).Path);
        store.FileSystem.ResetCounts();

        var first = store.Storage.DeleteAsync(blobs[1], Token).AsTask();
        await hold.Reached;
        var others = blobs[2..].Select(blob => store.Storage.DeleteAsync(blob, Token).AsTask()).ToList();
        hold.Release();
        await Task.WhenAll([first, .. others]);

        store.FileSystem.Count(FileOperation.Sync).ShouldBe(2, "what came during the first sync shares another");
        store.FileSystem.Count(FileOperation.PunchHole).ShouldBe(cannotPunch ? 1 : 19);
        if (OperatingSystem.IsLinux() && !cannotPunch)
        {
            AllocatedBytes(store.PackOf(blobs[0]).Path).ShouldBeLessThan(before / 10);
        }

        await ShouldHoldAsync(store, [blobs[0]]);
    }

    [Fact]
    public async Task A_full_disk_is_emptied_by_deletes_and_takes_blobs_again()
    {
        using var disk = SmallFileSystem.Mount(sizeMiB: 24);
        await using var store = new LocalStore(packs: Options with { PackSizeBytes = 4 << 20 }, root: disk.Path);
        for (int round = 0; round < 2; round++)
        {
            var blobs = new List<StoredBlob>();
            for (int refused = 0; refused < 4;)
            {
                try
                {
                    blobs.Add(await store.WriteAsync(refused == 0 ? 70_000 : 5000));
                }
                catch (StorageFullException)
                {
                    refused++;
                }
            }

            disk.Fill();
            blobs.Count.ShouldBeGreaterThan(200);
            await ShouldHoldAsync(store, [.. blobs]);
            await Task.WhenAll(blobs.Select(blob => store.Storage.DeleteAsync(blob, Token).AsTask()));
            disk.FreeBytes.ShouldBeGreaterThan(16 << 20);
            File.Delete(Path.Combine(disk.Path, "filler"));
        }

        store.FatalErrors.Errors.ShouldBeEmpty();
        await ShouldHoldAsync(store, [await store.WriteAsync(70_000)]);
    }

    [Fact]
    public async Task A_file_system_error_while_room_is_given_back_does_not_fail_the_delete()
    {
        await using var store = new LocalStore(packs: Options);
        var blob = await store.WriteAsync(100_000);
        store.FileSystem.Fail(FileOperation.PunchHole, 1, DiskErrors.Full);

        await store.Storage.DeleteAsync(blob, Token);

        await ShouldHoldAsync(store, []);
    }

    [Theory]
    [InlineData(BlobCrashPoints.PackWritten, 1)]
    [InlineData(BlobCrashPoints.PackSynced, 1)]
    public async Task A_write_that_stops_at_any_step_leaves_a_whole_blob_or_none(string point, int blobs)
    {
        await using var store = new LocalStore(new StopAt(point), Options);

        await Should.ThrowAsync<StoppedException>(async () => await store.WriteAsync(100_000));
        await store.RestartAsync();

        var found = await store.ListAsync();
        found.Count.ShouldBe(blobs);
        foreach (var blob in found)
        {
            (await store.ReadAsync(blob, 0, blob.Length)).ShouldBe(TestBytes.Make(100_000));
            await store.Storage.DeleteAsync(blob, Token);
        }

        (await store.ListAsync()).ShouldBeEmpty();
        store.PackFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_writers_share_syncs_and_a_cancelled_one_leaves_no_trace()
    {
        await using var store = new LocalStore(packs: Options);
        var first = await store.WriteAsync(10);
        store.FileSystem.ResetCounts();
        using var cancellation = new CancellationTokenSource();
        var writes = Enumerable.Range(0, 32).Select(async i =>
        {
            await Task.Yield();
            var address = store.Address();
            try
            {
                return await store.Storage.WriteAsync(address, new TestSource(5000 + i), 5000 + i, i % 4 == 0 ? cancellation.Token : Token);
            }
            catch (OperationCanceledException)
            {
                return default;
            }
        }).ToList();
        await cancellation.CancelAsync();
        var written = (await Task.WhenAll(writes)).Where(blob => blob.Locator is not null).ToList();

        written.Count.ShouldBeGreaterThanOrEqualTo(24);
        store.FileSystem.Count(FileOperation.Sync).ShouldBeLessThan(written.Count);
        store.FileSystem.Count(FileOperation.SyncDirectory).ShouldBe(0);
        await ShouldHoldAsync(store, [first, .. written]);
    }

    [Fact]
    public async Task Writers_that_hold_too_much_memory_get_files_of_their_own()
    {
        await using var store = new LocalStore(packs: Options with { MaximumBufferedBytes = 200_000 });
        var gate = new TaskCompletionSource();
        var address = store.Address();
        var slow = store.Storage.WriteAsync(
            address, new TestSource(100_000) { BeforeRead = async (at, _) => await (at > 0 ? gate.Task : Task.CompletedTask) }, 100_000, Token);

        var beside = await store.WriteAsync(100_000);
        gate.SetResult();
        var first = await slow;
        var after = await store.WriteAsync(100_000);

        first.Locator.ShouldNotBeEmpty();
        beside.Locator.ShouldBeEmpty();
        after.Locator.ShouldNotBeEmpty();
        await ShouldHoldAsync(store, [first, beside, after]);
    }

    private static async Task ShouldHoldAsync(LocalStore store, StoredBlob[] blobs)
    {
        (await store.ListAsync()).ShouldBe(blobs, ignoreOrder: true);
        store.Leftovers().ShouldBeEmpty();
        foreach (var blob in blobs)
        {
            (await store.ReadAsync(blob, 0, blob.Length)).ShouldBe(TestBytes.Make(blob.Length));
        }
    }

    private static long AllocatedBytes(string path)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/usr/bin/stat", ["-c", "%b", path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        return 512 * long.Parse(process.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
