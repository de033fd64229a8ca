using System.Collections.Immutable;
using BleepStore.Api.Background;
using BleepStore.Api.Content;
using BleepStore.Api.Integrity;
using BleepStore.Api.Operations.Uploads;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Records;
using BleepStore.Storage;
using BleepStore.Storage.Memory;
using BleepStore.Tests.Api;
using Microsoft.Extensions.Logging.Abstractions;

namespace BleepStore.Tests.Integrity;

/// <summary>
/// Whatever happens on a running server between any two steps of a check, and however fast it is collected, is no finding: every step is tried.
/// </summary>
public sealed class InterruptedCheckTests : IAsyncDisposable
{
    private const string Bucket = "bucket";

    private static readonly AccessControlList Acl = new("owner", []);

    private readonly MemoryMetadataStore _metadata = new();
    private readonly MemoryObjectStorage _storage = new();
    private readonly ReaderRegistry _readers = new();
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;
    private ulong _blobs;
    private long _bucketId;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _metadata.DisposeAsync();
        await _storage.DisposeAsync();
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("overwrite")]
    [InlineData("delete multipart")]
    [InlineData("abort")]
    [InlineData("complete")]
    [InlineData("put part again")]
    [InlineData("delete bucket")]
    [InlineData("all")]
    public async Task Nothing_is_found_whenever_others_come_between(string action)
    {
        var calls = int.MaxValue;
        for (var before = 1; before <= calls; before++)
        {
            await using var test = new InterruptedCheckTests();
            await test.FillAsync();
            calls = Math.Max(await test.CheckAsync(before, () => test.ActAsync(action), scrub: false), await test.CheckAsync(0, () => Task.CompletedTask, scrub: false));
        }

        calls = int.MaxValue;
        for (var before = 1; before <= calls; before++)
        {
            await using var test = new InterruptedCheckTests();
            await test.FillAsync();
            calls = await test.CheckAsync(before, () => test.ActAsync(action), scrub: true);
        }
    }

    /// <summary>Runs a check that is interrupted before one of its calls; the answer is how many calls it made.</summary>
    private async Task<int> CheckAsync(int before, Func<Task> action, bool scrub)
    {
        var interruption = new Interruption(before, action);
        var metadata = InterruptedStore.Around<IMetadataStore>(_metadata, interruption);
        var storage = InterruptedStore.Around<IObjectStorage>(_storage, interruption);
        var reader = new ObjectReader(metadata, storage);
        var run = new CheckRun("check", TimeProvider.System.GetUtcNow());
        if (scrub)
        {
            await new Scrubber(metadata, reader, _readers, TimeProvider.System).RunAsync(new ScrubSettings(WithChecksums: true), run, _ => { }, Token);
        }
        else
        {
            // The boot of all blobs is over, so that being in flight excuses none.
            var settings = new FsckSettings(new NodeBoot(Node: 0, Boot: 2, MaySweep: true));
            await new Fsck(metadata, storage, reader, _readers, TimeProvider.System).RunAsync(settings, run, Token);
        }

        run.Findings().Select(finding => finding.ToString()).ShouldBeEmpty($"interrupted before call {before}");
        return interruption.Calls;
    }

    private async Task FillAsync()
    {
        var bucket = new BucketRecord { Name = Bucket, Region = "us-east-1", OwnerId = "owner", Acl = Acl };
        await _metadata.ExecuteAsync(new CreateBucket { Time = Now(), Bucket = bucket }, Token);
        _bucketId = (await _metadata.FindBucketAsync(Bucket, Token))!.BucketId;
        await PutAsync("a");
        await PutAsync("b");
        await PutPartsAsync("multi", "u1", 3);
        await CompleteAsync("multi", "u1", 1, 3);
        await PutPartsAsync("open", "u2", 2);
        await CollectAsync();
    }

    private async Task ActAsync(string action)
    {
        if (action is "delete" or "delete bucket" or "all")
        {
            await DeleteAsync("a", "b");
        }

        if (action is "overwrite" or "all")
        {
            await PutAsync("a");
            await PutAsync("multi");
        }

        if (action is "delete multipart" or "delete bucket" or "all")
        {
            await DeleteAsync("multi");
        }

        if (action is "put part again" or "all")
        {
            await PutPartsAsync("open", "u2", 2, initiate: false);
        }

        if (action is "complete" or "all")
        {
            await CompleteAsync("open", "u2", 2);
        }

        if (action is "abort")
        {
            await _metadata.ExecuteAsync(new AbortUpload { Time = Now(), Bucket = Bucket, BucketId = _bucketId, Key = "open", UploadId = "u2" }, Token);
        }

        if (action is "all")
        {
            await CollectAsync();
            await DeleteAsync("a", "open");
        }

        if (action is "delete bucket" or "all")
        {
            (await _metadata.ExecuteAsync(new DeleteBucket { Time = Now(), Bucket = Bucket, BucketId = _bucketId }, Token)).IsDone.ShouldBeTrue();
        }

        await CollectAsync();
    }

    private async Task PutAsync(string key)
    {
        var (segment, eTag) = await WriteAsync();
        var record = new ObjectRecord { Key = key, Size = segment.Length, ETag = eTag, Acl = Acl, Segments = [segment] };
        var put = new PutObject { Time = Now(), Bucket = Bucket, BucketId = _bucketId, Object = record };
        (await _metadata.ExecuteAsync(put, Token)).IsDone.ShouldBeTrue();
    }

    private async Task DeleteAsync(params string[] keys)
        => await _metadata.ExecuteAsync(
            new DeleteObjects { Time = Now(), Bucket = Bucket, BucketId = _bucketId, Keys = [.. keys.Select(key => new ObjectToDelete(key))] }, Token);

    private async Task PutPartsAsync(string key, string uploadId, int count, bool initiate = true)
    {
        if (initiate)
        {
            var upload = new UploadRecord { UploadId = uploadId, BucketId = _bucketId, Key = key, InitiatorId = "owner", Acl = Acl };
            await _metadata.ExecuteAsync(new CreateUpload { Time = Now(), Bucket = Bucket, Upload = upload }, Token);
        }

        for (var number = 1; number <= count; number++)
        {
            var (segment, eTag) = await WriteAsync();
            var part = new PartRecord { UploadId = uploadId, PartNumber = number, Size = segment.Length, ETag = eTag, Segments = [segment] };
            await _metadata.ExecuteAsync(new PutPart { Time = Now(), Bucket = Bucket, BucketId = _bucketId, Key = key, Part = part }, Token);
        }
    }

    private async Task CompleteAsync(string key, string uploadId, params int[] numbers)
    {
        var parts = (await _metadata.ListPartsAsync(uploadId, after: 0, limit: 100, Token)).Where(part => numbers.Contains(part.PartNumber)).ToImmutableArray();
        var complete = new CompleteUpload
        {
            Time = Now(),
            Bucket = Bucket,
            BucketId = _bucketId,
            UploadId = uploadId,
            Object = new ObjectRecord { Key = key, Size = parts.Sum(part => part.Size), ETag = PartList.ETagOf(parts), Acl = Acl },
            Parts = [.. parts.Select(part => new ManifestPart(part.PartNumber, part.Size))],
            PartsDigest = CompleteUpload.DigestParts(parts),
            PartListDigest = new byte[32],
        };
        (await _metadata.ExecuteAsync(complete, Token)).IsDone.ShouldBeTrue();
    }

    private async Task<(Segment Segment, string ETag)> WriteAsync()
    {
        var bytes = TestBucket.Bytes(100, (int)++_blobs);
        using var content = new MemoryStream(bytes);
        var blob = await _storage.WriteAsync(new BlobAddress(Bucket, "key", new BlobId(0, 1, _blobs)), content, bytes.Length, Token);
        return (new Segment(SegmentKind.Blob, blob.Id.Value, blob.Backend, blob.Locator, blob.Length, blob.StoredLength), TestBucket.Md5(bytes));
    }

    private async Task CollectAsync()
    {
        var collector = new GarbageCollector(
            _metadata, _storage, _readers, NoCrashPoints.Instance, TimeProvider.System, NullLogger<GarbageCollector>.Instance);
        for (var empty = 0; empty < 2;)
        {
            empty = await collector.CollectBatchAsync(Token) ? 0 : empty + 1;
        }
    }

    private DateTimeOffset Now() => _now += TimeSpan.FromSeconds(1);
}
