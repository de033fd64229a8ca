using BleepStore.Api.Integrity;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Integrity;

/// <summary>What waits to be collected is known however much it is, and is read once, in pages.</summary>
public sealed class GarbageIndexTests : IAsyncDisposable
{
    private const int Count = 2500;

    private static readonly AccessControlList Acl = new("owner", []);

    private readonly MemoryMetadataStore _metadata = new();
    private long _bucketId;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _metadata.DisposeAsync();

    [Fact]
    public async Task Garbage_beyond_a_page_is_known_and_a_doubt_reads_only_what_came_since()
    {
        var bucket = new BucketRecord { Name = "bucket", Region = "us-east-1", OwnerId = "owner", Acl = Acl };
        await _metadata.ExecuteAsync(new CreateBucket { Time = DateTimeOffset.UnixEpoch, Bucket = bucket }, Token);
        _bucketId = (await _metadata.FindBucketAsync("bucket", Token))!.BucketId;
        await PutAsync(Enumerable.Range(0, Count));
        await PutAsync([Count]);
        var calls = new Interruption(0, () => Task.CompletedTask);
        var index = new GarbageIndex(InterruptedStore.Around<IMetadataStore>(_metadata, calls));

        foreach (var blob in new[] { Count - 1, 1000, 0 })
        {
            (await index.HoldsAsync(Id(blob), uploadId: null, Token)).ShouldBeTrue();
        }

        calls.Calls.ShouldBe(3, "pages, all of them read for the first doubt");
        (await index.HoldsAsync(Id(Count), uploadId: null, Token)).ShouldBeFalse();
        await PutAsync([Count + 1]);
        (await index.HoldsAsync(Id(Count), uploadId: null, Token)).ShouldBeTrue();
        calls.Calls.ShouldBe(3 + 1 + 1);
    }

    private static UInt128 Id(int blob) => new(1, (ulong)blob);

    /// <summary>Puts the one object, which makes garbage of the blobs it had.</summary>
    private async Task PutAsync(IEnumerable<int> blobs)
    {
        var segments = blobs.Select(blob => new Segment(SegmentKind.Blob, Id(blob), "memory", Locator: "", Length: 1, StoredLength: 33));
        var record = new ObjectRecord { Key = "key", Size = 1, ETag = "etag", Acl = Acl, Segments = [.. segments] };
        await _metadata.ExecuteAsync(
            new PutObject { Time = DateTimeOffset.UnixEpoch, Bucket = "bucket", BucketId = _bucketId, Object = record }, Token);
    }
}
