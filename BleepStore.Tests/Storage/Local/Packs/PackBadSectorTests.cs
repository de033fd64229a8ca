using BleepStore.Storage;
using BleepStore.Storage.Local.Packs;

namespace BleepStore.Tests.Storage.Local.Packs;

/// <summary>A sector that the disk refuses to read concerns the blob it belongs to: the rest of its pack, and all other packs, go on.</summary>
public sealed class PackBadSectorTests
{
    private const int Length = 70_000;

    private static readonly PackOptions Options = new() { UpkeepInterval = null, PackSizeBytes = 400_000, UpkeepFreeBytes = 0 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public async Task An_unreadable_header_hides_no_other_blob_and_is_no_verdict(int badBytes)
    {
        await using var store = new LocalStore(packs: Options);
        var blobs = await FillAsync(store, 5);
        await store.RestartAsync();
        var (path, offset) = store.PackOf(blobs[2]);
        var table = Path.ChangeExtension(path, ".idx");
        File.Delete(table);
        store.FileSystem.BadStretches.Add((path, offset / badBytes * badBytes, badBytes));

        (await store.ListAsync()).ShouldBe(blobs.Where(blob => blob != blobs[2]), ignoreOrder: true);
        await Should.ThrowAsync<IOException>(() => store.ReadAsync(blobs[2], 0, Length));
        await Should.ThrowAsync<IOException>(async () => await store.Storage.DeleteAsync(blobs[2], Token));
        foreach (var blob in blobs.Where(blob => blob != blobs[2]))
        {
            // The page before the header is the end of the neighbour.
            if (blob != blobs[1] || badBytes == 512)
            {
                (await store.ReadAsync(blob, 0, Length)).ShouldBe(TestBytes.Make(Length));
            }

            await store.Storage.DeleteAsync(blob, Token);
        }

        await store.Packs.Upkeep.PassAsync(Token);
        File.Exists(path).ShouldBeTrue();
        File.Exists(table).ShouldBeFalse();

        // The disk may think better of it.
        store.FileSystem.BadStretches.Clear();
        await store.RestartAsync();
        (await store.ListAsync()).ShouldBe([blobs[2]]);
        (await store.ReadAsync(blobs[2], 0, Length)).ShouldBe(TestBytes.Make(Length));
        await store.Storage.DeleteAsync(blobs[2], Token);
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_table_that_cannot_be_read_is_made_anew()
    {
        await using var store = new LocalStore(packs: Options);
        var blobs = await FillAsync(store, 3);
        await store.RestartAsync();
        store.FileSystem.BadStretches.Add((Path.ChangeExtension(store.PackOf(blobs[0]).Path, ".idx"), 0, 512));

        (await store.ListAsync()).ShouldBe(blobs, ignoreOrder: true);
        await store.Storage.DeleteAsync(blobs[0], Token);
        (await store.ListAsync()).ShouldBe(blobs[1..], ignoreOrder: true);
    }

    [Theory]
    [InlineData(0, 512, true)]
    [InlineData(0, 1024, false)]
    public async Task A_pack_that_cannot_be_read_at_all_hides_no_other(long offset, long length, bool isReadable)
    {
        await using var store = new LocalStore(packs: Options);
        var blobs = await FillAsync(store, 2);
        await store.RestartAsync();
        var others = await FillAsync(store, 2);
        await store.RestartAsync();
        store.FileSystem.BadStretches.Add((store.PackOf(blobs[0]).Path, offset, length));

        (await store.ListAsync()).ShouldBe(isReadable ? [.. blobs, .. others] : others, ignoreOrder: true);
        if (!isReadable)
        {
            await Should.ThrowAsync<IOException>(() => store.ReadAsync(blobs[0], 0, Length));
        }

        store.FileSystem.BadStretches.Clear();
        (await store.ListAsync()).ShouldBe([.. blobs, .. others], ignoreOrder: true);
    }

    private static async Task<List<StoredBlob>> FillAsync(LocalStore store, int count)
    {
        var blobs = new List<StoredBlob>();
        for (int i = 0; i < count; i++)
        {
            blobs.Add(await store.WriteAsync(Length));
        }

        return blobs;
    }
}
