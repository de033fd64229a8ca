using BleepStore.Storage;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Tests.Storage.Local;

/// <summary>A disk that is full or dying fails requests, never the bytes; one that cannot sync ends the process.</summary>
public sealed class FaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_disk_that_fills_up_at_any_write_leaves_nothing_and_works_again(int write)
    {
        await using var store = new LocalStore();
        store.FileSystem.Fail(FileOperation.Write, write, DiskErrors.Full);

        await Should.ThrowAsync<StorageFullException>(async () => await store.WriteAsync(1024 * 1024));

        await ShouldHaveNothingAsync(store);
        await ShouldWorkAsync(store);
    }

    [Theory]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.OpenDirectory)]
    [InlineData(FileOperation.Rename)]
    internal async Task A_failing_disk_fails_the_request_and_leaves_nothing(FileOperation operation)
    {
        await using var store = new LocalStore();
        store.FileSystem.Fail(operation, 1, DiskErrors.Input);

        await Should.ThrowAsync<IOException>(async () => await store.WriteAsync(1000));

        await ShouldHaveNothingAsync(store);
        await ShouldWorkAsync(store);
    }

    [Fact]
    public async Task A_failing_read_fails_the_request()
    {
        await using var store = new LocalStore();
        var blob = await store.WriteAsync(1000);
        store.FileSystem.Fail(FileOperation.Read, 1, DiskErrors.Input);

        await Should.ThrowAsync<IOException>(() => store.ReadAsync(blob, 0, 1000));

        (await store.ReadAsync(blob, 0, 1000)).ShouldBe(TestBytes.Make(1000));
    }

    [Fact]
    public async Task The_first_error_is_the_one_that_is_reported()
    {
        await using var store = new LocalStore();
        store.FileSystem.Fail(FileOperation.Write, 1, DiskErrors.Full);
        store.FileSystem.Fail(FileOperation.Delete, 1, DiskErrors.Input);

        await Should.ThrowAsync<StorageFullException>(async () => await store.WriteAsync(1000));

        store.Leftovers().Length.ShouldBe(1);
        await store.RestartAsync();
        await ShouldHaveNothingAsync(store);
    }

    [Theory]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.SyncDirectory)]
    internal async Task A_failed_sync_ends_the_process(FileOperation operation)
    {
        await using var store = new LocalStore();
        await store.WriteAsync(10);
        store.FileSystem.Fail(operation, 1, DiskErrors.Input);

        var thrown = await Should.ThrowAsync<DurabilityLostException>(async () => await store.WriteAsync(1000));

        store.FatalErrors.Errors.ShouldBe([thrown]);
    }

    [Fact]
    public async Task A_health_check_sees_a_dying_disk_but_not_a_full_one()
    {
        await using var store = new LocalStore();
        store.FileSystem.Fail(FileOperation.Write, 1, DiskErrors.Full);
        await store.Storage.CheckHealthAsync(Token);

        store.FileSystem.Fail(FileOperation.Write, 1, DiskErrors.Input);
        await Should.ThrowAsync<IOException>(async () => await store.Storage.CheckHealthAsync(Token));

        store.Leftovers().ShouldBeEmpty();
        await store.Storage.CheckHealthAsync(Token);
    }

    [Theory]
    [InlineData(BlobCrashPoints.Written, 0)]
    [InlineData(BlobCrashPoints.Synced, 0)]
    [InlineData(BlobCrashPoints.Renamed, 1)]
    [InlineData(BlobCrashPoints.DirectorySynced, 1)]
    public async Task A_write_that_stops_at_any_step_leaves_a_whole_blob_or_none(string point, int blobs)
    {
        var crash = new StopAt(point);
        await using var store = new LocalStore(crash);
        // A process that dies removes nothing either.
        store.FileSystem.Fail(FileOperation.Delete, 1, DiskErrors.Input);

        await Should.ThrowAsync<StoppedException>(async () => await store.WriteAsync(100_000));
        await store.RestartAsync();

        store.Leftovers().ShouldBeEmpty();
        var found = await store.ListAsync();
        found.Count.ShouldBe(blobs);
        foreach (var blob in found)
        {
            (await store.ReadAsync(blob, 0, blob.Length)).ShouldBe(TestBytes.Make(100_000));
        }
    }

    [Fact]
    public async Task Crash_points_are_hit_in_the_order_of_a_write()
    {
        var crash = new StopAt("nowhere");
        await using var store = new LocalStore(crash);

        await store.Storage.DeleteAsync(await store.WriteAsync(10), Token);

        crash.Hits.ShouldBe(["blob.written", "blob.synced", "blob.renamed", "blob.directory-synced", "blob.deleted", "blob.delete-synced"]);
    }

    private static async Task ShouldHaveNothingAsync(LocalStore store)
    {
        store.Leftovers().ShouldBeEmpty();
        (await store.ListAsync()).ShouldBeEmpty();
    }

    private static async Task ShouldWorkAsync(LocalStore store)
    {
        var blob = await store.WriteAsync(1000);
        (await store.ReadAsync(blob, 0, 1000)).ShouldBe(TestBytes.Make(1000));
        store.FatalErrors.Errors.ShouldBeEmpty();
    }
}
