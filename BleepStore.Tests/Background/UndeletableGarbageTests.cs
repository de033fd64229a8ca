using BleepStore.Api.Background;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Records;
using BleepStore.Storage;
using BleepStore.Storage.Memory;
using BleepStore.Tests.Auth;
using BleepStore.Tests.Hosting;
using BleepStore.Tests.Storage;
using Microsoft.Extensions.Logging;

namespace BleepStore.Tests.Background;

/// <summary>Bytes that cannot be deleted keep nothing else from being collected, and are not forgotten.</summary>
public sealed class UndeletableGarbageTests : IAsyncDisposable
{
    private const string Bucket = "bucket";
    private const int Damaged = 600;
    private const int Sound = 10;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryMetadataStore _metadata = new();
    private readonly DamagedStorage _storage = new();
    private readonly TestLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _metadata.DisposeAsync();
        await _storage.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task Garbage_behind_more_than_a_batch_of_damaged_blobs_is_collected_and_they_are_tried_again_later()
    {
        await FillAsync();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));
        var collector = new GarbageCollector(
            _metadata, _storage, new ReaderRegistry(), NoCrashPoints.Instance, _time, loggers.CreateLogger<GarbageCollector>());

        await RunAsync(collector);

        (await LeftAsync()).ShouldBe(Damaged);
        _storage.Refused.ShouldBe(Damaged);
        _log.Lines.Count(line => line.Contains($"{Damaged} entries of garbage", StringComparison.Ordinal)).ShouldBe(1);
        _log.Lines.Count.ShouldBe(1, "failures are told of together");

        await RunAsync(collector);
        _storage.Refused.ShouldBe(Damaged, "no second attempt so soon");

        _time.Advance(TimeSpan.FromMinutes(2));
        _storage.IsDamaged = false;
        await RunAsync(collector);
        await RunAsync(collector);
        (await LeftAsync()).ShouldBe(0);
        _log.Lines.Count.ShouldBe(1);
    }

    private static async Task RunAsync(GarbageCollector collector)
    {
        while (await collector.CollectBatchAsync(Token))
        {
            // As the work in the background does, until nothing is left that may go.
        }
    }

    private async Task<int> LeftAsync() => (await _metadata.ReadGarbageAsync(after: null, long.MaxValue, int.MaxValue, Token)).Length;

    private async Task FillAsync()
    {
        var acl = new AccessControlList("owner", []);
        var bucket = new BucketRecord { Name = Bucket, Region = "us-east-1", OwnerId = "owner", Acl = acl };
        await _metadata.ExecuteAsync(new CreateBucket { Time = _time.GetUtcNow(), Bucket = bucket }, Token);
        var bucketId = (await _metadata.FindBucketAsync(Bucket, Token))!.BucketId;
        for (var i = 1; i <= Damaged + Sound + 1; i++)
        {
            // Each put but the last one is overwritten by the next.
            using var content = new MemoryStream([1, 2, 3]);
            var blob = await _storage.WriteAsync(new BlobAddress(Bucket, "key", new BlobId(0, 1, (ulong)i)), content, 3, Token);
            var segment = new Segment(SegmentKind.Blob, blob.Id.Value, blob.Backend, blob.Locator, blob.Length, blob.StoredLength);
            var record = new ObjectRecord { Key = "key", Size = 3, ETag = "etag", Acl = acl, Segments = [segment] };
            await _metadata.ExecuteAsync(
                new PutObject { Time = _time.GetUtcNow(), Bucket = Bucket, BucketId = bucketId, Object = record }, Token);
        }
    }

    /// <summary>The first blobs cannot be deleted, as in a pack that is damaged.</summary>
    private sealed class DamagedStorage() : ForwardingObjectStorage(new MemoryObjectStorage())
    {
        private readonly UInt128 _lastDamaged = new BlobId(0, 1, Damaged).Value;
        private int _refused;

        public bool IsDamaged { get; set; } = true;

        public int Refused => _refused;

        public override ValueTask DeleteAsync(StoredBlob blob, CancellationToken cancellationToken)
        {
            if (IsDamaged && blob.Id.Value <= _lastDamaged)
            {
                Interlocked.Increment(ref _refused);
                throw new BlobCorruptException(blob.Id, "its pack cannot be read");
            }

            return base.DeleteAsync(blob, cancellationToken);
        }
    }
}
