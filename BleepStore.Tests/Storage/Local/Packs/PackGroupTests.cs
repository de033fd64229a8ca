using System.Globalization;
using BleepStore.Storage;
using BleepStore.Storage.Local.Packs;

namespace BleepStore.Tests.Storage.Local.Packs;

/// <summary>Entries that are appended as one group: what goes wrong with some of it is told to each, and harms nothing else.</summary>
public sealed class PackGroupTests
{
    private static readonly PackOptions Options = new() { UpkeepInterval = null };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_entry_leaves_nothing_behind_a_smaller_one_that_follows_it()
    {
        using var hold = new HoldAt(BlobCrashPoints.PackSynced);
        await using var store = new LocalStore(hold, Options);
        var first = store.WriteAsync(10).AsTask();
        await hold.Reached;
        store.FileSystem.Fail(FileOperation.Write, 1, DiskErrors.Full);
        var large = store.WriteAsync(200_000).AsTask();
        var small = store.WriteAsync(1000).AsTask();
        hold.Release();

        await Should.ThrowAsync<StorageFullException>(() => large);
        StoredBlob[] blobs = [await first, await small];
        await store.RestartAsync();
        File.Delete(Path.ChangeExtension(store.PackOf(blobs[0]).Path, ".idx"));
        (await store.ListAsync()).ShouldBe(blobs, ignoreOrder: true);
        PackOf(store, blobs[0]).ReadTable()!.HasDamage.ShouldBeFalse();
    }

    [Theory]
    [InlineData(BlobCrashPoints.PackWritten)]
    [InlineData(BlobCrashPoints.PackSynced)]
    public async Task Whatever_stops_a_group_is_told_to_all_of_it_and_its_pack_is_left(string point)
    {
        using var hold = new HoldAt(BlobCrashPoints.PackSynced);
        await using var store = new LocalStore(hold, Options);
        var first = store.WriteAsync(10).AsTask();
        await hold.Reached;
        var group = Enumerable.Range(0, 5).Select(_ => store.WriteAsync(1000).AsTask()).ToList();
        hold.Next = (point, new InvalidOperationException("unforeseen"));
        hold.Release();

        foreach (var write in group)
        {
            await Should.ThrowAsync<InvalidOperationException>(() => write.WaitAsync(Patience.Limit, Token));
        }

        var blobs = new List<StoredBlob> { await first, await store.WriteAsync(2000) };
        store.PackFiles().Length.ShouldBe(2);
        PackOf(store, blobs[0]).IsActive.ShouldBeFalse();
        (await store.ListAsync()).ShouldBe(blobs, ignoreOrder: true);

        // It goes like any other.
        await store.Storage.DeleteAsync(blobs[0], Token);
        store.PackFiles().ShouldBe([store.PackOf(blobs[1]).Path]);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_opened_any_more_keeps_no_name_from_being_durable()
    {
        await using var store = new LocalStore(packs: Options);
        store.FileSystem.ResetCounts();
        store.FileSystem.Fail(FileOperation.OpenDirectory, 1, DiskErrors.Input);

        _ = await store.WriteAsync(1000);

        store.FileSystem.Count(FileOperation.SyncDirectory).ShouldBeGreaterThan(0);
    }

    private static Pack PackOf(LocalStore store, StoredBlob blob) =>
        store.Packs.Directory.Find(ulong.Parse(Path.GetFileNameWithoutExtension(store.PackOf(blob).Path), NumberStyles.HexNumber, CultureInfo.InvariantCulture))!;
}
