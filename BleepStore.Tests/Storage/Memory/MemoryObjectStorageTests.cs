using BleepStore.Storage;
using BleepStore.Storage.Memory;

namespace BleepStore.Tests.Storage.Memory;

/// <summary>The memory backend keeps the contract, and its bound.</summary>
public sealed class MemoryObjectStorageTests : ObjectStorageContract
{
    [Fact]
    public async Task A_full_store_refuses_and_has_room_again_after_a_delete()
    {
        await using var storage = new MemoryObjectStorage(maxSizeBytes: 1000);
        var ids = new BlobIdSource(0, 1);
        var first = await storage.WriteAsync(new BlobAddress("b", "k", ids.Next()), new TestSource(600), 600, Token);
        storage.FreeBytes.ShouldBe(400);

        await Should.ThrowAsync<StorageFullException>(
            async () => await storage.WriteAsync(new BlobAddress("b", "k", ids.Next()), new TestSource(401), 401, Token));
        await Should.ThrowAsync<StorageFullException>(
            async () => await storage.WriteAsync(new BlobAddress("b", "k", ids.Next()), new TestSource(401, 100), null, Token));
        storage.FreeBytes.ShouldBe(400);
        await storage.WriteAsync(new BlobAddress("b", "k", ids.Next()), new TestSource(400), null, Token);
        storage.FreeBytes.ShouldBe(0);

        await storage.DeleteAsync(first, Token);
        await storage.DeleteAsync(first, Token);
        storage.FreeBytes.ShouldBe(600);
    }

    [Fact]
    public async Task A_failed_write_gives_its_room_back()
    {
        await using var storage = new MemoryObjectStorage(maxSizeBytes: 1000);
        var source = new TestSource(900, 100) { AtEnd = new InvalidDataException("BadDigest") };

        await Should.ThrowAsync<InvalidDataException>(
            async () => await storage.WriteAsync(new BlobAddress("b", "k", new BlobId(0, 1, 1)), source, null, Token));

        storage.FreeBytes.ShouldBe(1000);
    }

    private protected override ValueTask<IObjectStorage> CreateAsync() => ValueTask.FromResult<IObjectStorage>(new MemoryObjectStorage());
}
