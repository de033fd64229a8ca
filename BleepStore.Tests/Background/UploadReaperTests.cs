using BleepStore.Api.Background;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Records;
using BleepStore.Tests.Auth;

namespace BleepStore.Tests.Background;

/// <summary>Uploads that got no part for the time of the lease are aborted, and no others.</summary>
public sealed class UploadReaperTests : IAsyncDisposable
{
    private static readonly TimeSpan s_lease = TimeSpan.FromDays(7);
    private static readonly AccessControlList s_acl = new("owner", []);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryMetadataStore _metadata = new();
    private long _bucketId;

    public ValueTask DisposeAsync() => _metadata.DisposeAsync();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_lives_for_its_lease_after_the_start_or_the_last_part()
    {
        await CreateBucketAsync();
        await OpenAsync("idle");
        await OpenAsync("busy");
        _time.Advance(TimeSpan.FromDays(6));
        await PutPartAsync("busy");
        await ReapAsync();
        (await OpenUploadsAsync()).ShouldBe(["busy", "idle"]);

        _time.Advance(TimeSpan.FromDays(1.5));
        await ReapAsync();
        (await OpenUploadsAsync()).ShouldBe(["busy"]);
        _time.Advance(TimeSpan.FromDays(6));
        await ReapAsync();
        (await OpenUploadsAsync()).ShouldBeEmpty();
        (await _metadata.ReadGarbageAsync(after: null, long.MaxValue, 10, Token)).Select(entry => entry.UploadId).ShouldBe(["idle", "busy"]);
    }

    [Fact]
    public async Task A_lease_of_zero_never_ends()
    {
        await CreateBucketAsync();
        await OpenAsync("idle");
        _time.Advance(TimeSpan.FromDays(10_000));
        (await new UploadReaper(_metadata, TimeSpan.Zero, _time).ReapBatchAsync(Token)).ShouldBeFalse();
        (await OpenUploadsAsync()).ShouldBe(["idle"]);
    }

    [Fact]
    public async Task More_uploads_than_a_batch_are_all_reaped()
    {
        await CreateBucketAsync();
        for (var i = 0; i < 250; i++)
        {
            await OpenAsync($"upload{i}");
        }

        _time.Advance(TimeSpan.FromDays(8));
        await ReapAsync();
        (await OpenUploadsAsync()).ShouldBeEmpty();
    }

    private async Task ReapAsync()
    {
        var reaper = new UploadReaper(_metadata, s_lease, _time);
        while (await reaper.ReapBatchAsync(Token))
        {
        }
    }

    private async Task CreateBucketAsync()
    {
        await _metadata.ExecuteAsync(
            new CreateBucket { Time = _time.GetUtcNow(), Bucket = new BucketRecord { Name = "bucket", Region = "us-east-1", OwnerId = "owner", Acl = s_acl } }, Token);
        _bucketId = (await _metadata.FindBucketAsync("bucket", Token))!.BucketId;
    }

    private async Task OpenAsync(string id) => (await _metadata.ExecuteAsync(
        new CreateUpload
        {
            Time = _time.GetUtcNow(),
            Bucket = "bucket",
            Upload = new UploadRecord { UploadId = id, BucketId = _bucketId, Key = id, InitiatorId = "owner", Acl = s_acl },
        },
        Token)).IsDone.ShouldBeTrue();

    private async Task PutPartAsync(string id) => (await _metadata.ExecuteAsync(
        new PutPart
        {
            Time = _time.GetUtcNow(),
            Bucket = "bucket",
            BucketId = _bucketId,
            Key = id,
            Part = new PartRecord { UploadId = id, PartNumber = 1, ETag = "x" },
        },
        Token)).IsDone.ShouldBeTrue();

    private async Task<IEnumerable<string>> OpenUploadsAsync()
        => (await _metadata.ListUploadsAsync(_bucketId, new(Prefix: "", Delimiter: "", KeyMarker: null, UploadIdMarker: null, Limit: 1000), Token))
            .Uploads.Select(upload => upload.UploadId);
}
