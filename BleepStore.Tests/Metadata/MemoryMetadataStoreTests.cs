using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What is the memory engine's alone: its bound.</summary>
public sealed class MemoryMetadataStoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bounded_store_refuses_what_would_outgrow_it_and_lets_deletes_run()
    {
        await using var store = new MemoryMetadataStore(maxBytes: 20_000);
        var acl = new AccessControlList("o", []);
        await store.ExecuteAsync(
            new CreateBucket
            {
                Time = DateTimeOffset.UnixEpoch,
                Bucket = new BucketRecord { Name = "b", Region = "r", OwnerId = "o", Acl = acl }
            }, Cancellation);
        var stored = 0;
        await Should.ThrowAsync<MetadataFullException>(async () =>
        {
            while (stored < 1000)
            {
                await store.ExecuteAsync(
                    new PutObject
                    {
                        Time = DateTimeOffset.UnixEpoch,
                        Bucket = "b",
                        BucketId = 1,
                        Object = new ObjectRecord { Key = "k" + stored, Acl = acl }
                    },
                    Cancellation);
                stored++;
            }
        });

        stored.ShouldBeInRange(10, 100);
        (await store.CountAsync(1, Cancellation)).Objects.ShouldBe(stored);
        var full = store.FreeBytes!.Value;
        (await store.ExecuteAsync(
            new DeleteObjects
            {
                Time = DateTimeOffset.UnixEpoch,
                Bucket = "b",
                BucketId = 1,
                Keys = [new("k0")]
            }, Cancellation))[0].IsDone.ShouldBeTrue();
        store.FreeBytes!.Value.ShouldBeGreaterThan(full);
    }
}
