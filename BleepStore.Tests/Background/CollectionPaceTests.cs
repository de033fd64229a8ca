using BleepStore.Api.Background;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Records;
using BleepStore.Storage;
using BleepStore.Storage.Memory;
using Microsoft.Extensions.Logging.Abstractions;

namespace BleepStore.Tests.Background;

/// <summary>Collection goes in steps that requests share their commits with, instead of taking turns with them.</summary>
public sealed class CollectionPaceTests
{
    private const int Garbage = 300;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_of_collection_is_no_large_command_however_much_waits()
    {
        await using var metadata = new MemoryMetadataStore();
        await using var storage = new MemoryObjectStorage();
        await FillAsync(metadata);
        var before = await metadata.ReadGarbageAsync(after: null, long.MaxValue, int.MaxValue, Token);
        before.Length.ShouldBe(Garbage);
        var collector = new GarbageCollector(
            metadata, storage, new ReaderRegistry(), NoCrashPoints.Instance, TimeProvider.System, NullLogger<GarbageCollector>.Instance);

        (await collector.CollectBatchAsync(Token)).ShouldBeTrue();

        var left = await metadata.ReadGarbageAsync(after: null, long.MaxValue, int.MaxValue, Token);
        var collected = before.Except(left).ToArray();
        collected.ShouldNotBeEmpty();
        new CollectGarbage
        {
            Time = default,
            Rows = [.. collected.Select(entry => (entry.Sequence, entry.Ordinal))],
            Blobs = [.. collected.Select(entry => entry.Segment!.BlobId)],
        }.IsLarge.ShouldBeFalse();
    }

    private static async Task FillAsync(MemoryMetadataStore metadata)
    {
        var acl = new AccessControlList("owner", []);
        var bucket = new BucketRecord { Name = "bucket", Region = "us-east-1", OwnerId = "owner", Acl = acl };
        await metadata.ExecuteAsync(new CreateBucket { Time = DateTimeOffset.UnixEpoch, Bucket = bucket }, Token);
        var bucketId = (await metadata.FindBucketAsync("bucket", Token))!.BucketId;
        for (var number = 0; number <= Garbage; number++)
        {
            await metadata.ExecuteAsync(
                new PutObject
                {
                    Time = DateTimeOffset.UnixEpoch,
                    Bucket = "bucket",
                    BucketId = bucketId,
                    Object = new ObjectRecord
                    {
                        Key = "key",
                        Size = 1,
                        Acl = acl,
                        Segments = [new Segment(SegmentKind.Blob, new UInt128(0, (ulong)number + 1), "memory", "", 1, 1)],
                    },
                },
                Token);
        }
    }
}
