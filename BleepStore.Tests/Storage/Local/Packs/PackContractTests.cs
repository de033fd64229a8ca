using BleepStore.Storage;
using BleepStore.Storage.Local.Packs;

namespace BleepStore.Tests.Storage.Local.Packs;

/// <summary>The local backend keeps the contract with packs too, and puts blobs where their announced length says.</summary>
public sealed class PackContractTests : ObjectStorageContract
{
    private const int Threshold = PackOptions.DefaultThreshold;

    private LocalStore? _store;

    private LocalStore Store => _store!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Store.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(4095)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(Threshold - 1)]
    [InlineData(Threshold)]
    public async Task A_blob_up_to_the_threshold_lies_in_a_pack_whatever_it_is_for(int length)
    {
        var source = await Storage.WriteAsync(Address(), new TestSource(Threshold + 10), Threshold + 10, Token);
        StoredBlob[] blobs =
        [
            await Storage.WriteAsync(Address(), new TestSource(length, pieceSize: 777), length, Token),
            await Storage.WriteAsync(Address(isPart: true), new TestSource(length), length, Token),
            await Storage.CopyAsync(source, 0, length, Address(), Token),
        ];

        foreach (var blob in blobs)
        {
            blob.Locator.ShouldNotBeEmpty();
            blob.StoredLength.ShouldBeGreaterThanOrEqualTo(length);
            File.Exists(Store.FileOf(blob)).ShouldBeFalse();
            await ShouldReadAsync(blob, 0, length, 1000);
            await ShouldReadAsync(blob, 0, length, 64 * 1024);
            await ShouldReadAsync(blob, length / 3, length / 3, 64 * 1024);
            await ShouldReadAsync(blob, length, 0, 10);
        }

        (await ListAsync()).ShouldBe([source, .. blobs], ignoreOrder: true);
        await Store.RestartAsync();
        (await Store.ListAsync()).ShouldBe([source, .. blobs], ignoreOrder: true);
        foreach (var blob in blobs)
        {
            (await Store.ReadAsync(blob, 0, length)).ShouldBe(TestBytes.Make(length));
        }
    }

    [Theory]
    [InlineData(Threshold + 1, Threshold + 1)]
    [InlineData(100, null)]
    public async Task A_larger_blob_or_one_of_unknown_length_has_a_file_of_its_own(int length, int? announced)
    {
        var blob = await Storage.WriteAsync(Address(), new TestSource(length), announced, Token);

        blob.Locator.ShouldBeEmpty();
        File.Exists(Store.FileOf(blob)).ShouldBeTrue();
        Store.PackFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task Ranges_in_a_pack_are_exact_at_every_border_of_a_frame()
    {
        const int frame = 64 * 1024;
        const int length = (2 * frame) + 100;
        var blob = await Storage.WriteAsync(Address(), new TestSource(length), length, Token);
        int[] places = [0, 1, frame - 1, frame, frame + 1, (2 * frame) - 1, 2 * frame, length - 1, length];
        foreach (int start in places)
        {
            foreach (int end in places.Where(end => end >= start))
            {
                await ShouldReadAsync(blob, start, end - start, 4096);
                await ShouldReadAsync(blob, start, end - start, 4 * frame);
            }
        }
    }

    private protected override ValueTask<IObjectStorage> CreateAsync()
    {
        _store = new LocalStore(packs: new PackOptions { UpkeepInterval = null });
        return ValueTask.FromResult<IObjectStorage>(_store.Storage);
    }

    private protected override async Task ShouldBeEmptyAsync(BlobId id, long length)
    {
        await base.ShouldBeEmptyAsync(id, length);
        var current = Path.Combine(Store.Root, ".tmp", id.ToString());
        Store.Leftovers().Where(file => file != current).ShouldBeEmpty();
    }
}
