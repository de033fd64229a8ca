using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BleepStore.Api.Configurations;
using BleepStore.Api.Lifecycle;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Records;
using BleepStore.Storage;
using BleepStore.Tests.Auth;
using Microsoft.Extensions.Logging.Abstractions;

namespace BleepStore.Tests.Lifecycle;

/// <summary>What lifecycle rules do as the days go by, on a clock that the tests turn.</summary>
public sealed class LifecycleWorkTests : IAsyncDisposable
{
    private static readonly AccessControlList s_acl = new("owner", []);

    // Noon, so that midnight is half a day away.
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private MemoryMetadataStore _metadata = new();
    private readonly LifecycleCounts _counts = new();
    private long _bucketId;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _metadata.DisposeAsync();

    [Fact]
    public async Task Objects_expire_at_the_midnight_after_their_days_and_only_those_the_rule_is_about()
    {
        await CreateAsync(Rule("<Filter><Prefix>old/</Prefix></Filter><Expiration><Days>2</Days></Expiration>"));
        await PutAsync("old/1");
        await PutAsync("old/2");
        await PutAsync("new/1");
        _time.Advance(TimeSpan.FromDays(2));
        await PutAsync("old/3");
        await PassAsync();
        (await KeysAsync()).ShouldBe(["new/1", "old/1", "old/2", "old/3"], ignoreOrder: false, "midnight has not come");

        _time.Advance(TimeSpan.FromHours(12));
        await PassAsync();
        (await KeysAsync()).ShouldBe(["new/1", "old/3"]);
        _time.Advance(TimeSpan.FromDays(2));
        await PassAsync();
        (await KeysAsync()).ShouldBe(["new/1"]);
        _counts.Of(LifecycleAction.Expire).ShouldBe(3);
    }

    [Fact]
    public async Task Tags_and_size_decide_too()
    {
        await CreateAsync(
            Rule("<Filter><And><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></And></Filter><Expiration><Days>1</Days></Expiration>", "tags")
            + Rule("<Filter><And><ObjectSizeGreaterThan>10</ObjectSizeGreaterThan><ObjectSizeLessThan>20</ObjectSizeLessThan></And></Filter><Expiration><Days>1</Days></Expiration>", "size"));
        await PutAsync("both", tags: [new("b", "2"), new("a", "1"), new("c", "3")]);
        await PutAsync("one", tags: [new("a", "1")]);
        await PutAsync("other", tags: [new("a", "2"), new("b", "2")]);
        await PutAsync("size-10", size: 10);
        await PutAsync("size-11", size: 11);
        await PutAsync("size-19", size: 19);
        await PutAsync("size-20", size: 20);
        _time.Advance(TimeSpan.FromDays(2));
        await PassAsync();
        (await KeysAsync()).ShouldBe(["one", "other", "size-10", "size-20"]);
    }

    [Fact]
    public async Task A_date_is_kept_and_a_rule_that_is_off_does_nothing()
    {
        await CreateAsync(
            Rule("<Filter><Prefix>a</Prefix></Filter><Expiration><Date>2026-01-03T00:00:00Z</Date></Expiration>", "date")
            + "<Rule><ID>off</ID><Status>Disabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule>");
        await PutAsync("a");
        await PutAsync("b");
        _time.Advance(TimeSpan.FromDays(1));
        await PassAsync();
        (await KeysAsync()).ShouldBe(["a", "b"]);
        _time.Advance(TimeSpan.FromHours(12));
        await PassAsync();
        (await KeysAsync()).ShouldBe(["b"]);
    }

    [Fact]
    public async Task With_versions_objects_expire_to_markers_old_versions_go_and_markers_last()
    {
        await CreateAsync(
            Rule("<Filter/><Expiration><Days>3</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>"), isVersioned: true);
        await PutAsync("key");
        await PutAsync("key");
        (await VersionsAsync()).ShouldBe(["key", "key"]);
        _time.Advance(TimeSpan.FromDays(2));
        await PassAsync();
        (await VersionsAsync()).ShouldBe(["key"], "the older version was not the newest for a day");
        _time.Advance(TimeSpan.FromDays(2));
        await PassAsync();
        (await VersionsAsync()).ShouldBe(["key marker", "key"]);
        await PassAsync();
        (await VersionsAsync()).ShouldBe(["key marker", "key"], "a marker is not expired again");
        _time.Advance(TimeSpan.FromDays(2));
        await PassAsync();
        (await VersionsAsync()).ShouldBe(["key marker"]);
        _time.Advance(TimeSpan.FromDays(3));
        await PassAsync();
        (await VersionsAsync()).ShouldBeEmpty("a marker that is alone expires by the same days");
    }

    [Fact]
    public async Task The_newest_of_the_noncurrent_versions_can_be_kept()
    {
        await CreateAsync(
            Rule("<Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>"),
            isVersioned: true);
        for (var i = 0; i < 6; i++)
        {
            await PutAsync("key", size: i);
            await PutAsync("other", size: i);
        }

        _time.Advance(TimeSpan.FromDays(3));
        await PassAsync();
        (await ListAsync()).Where(row => row.Version.Key == "key").Select(row => row.Version.Size).ShouldBe([5, 4, 3]);
        _counts.Of(LifecycleAction.RemoveVersion).ShouldBe(6);
    }

    [Fact]
    public async Task A_marker_goes_when_nothing_lies_behind_it_and_not_before()
    {
        await CreateAsync(Rule("<Filter/><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"), isVersioned: true);
        await PutAsync("behind");
        await DeleteAsync("alone");
        await DeleteAsync("behind");
        await DeleteAsync("twice");
        await DeleteAsync("twice");
        await PassAsync();
        (await VersionsAsync()).ShouldBe(["behind marker", "behind", "twice marker", "twice marker"]);
        _counts.Of(LifecycleAction.RemoveMarker).ShouldBe(1);
    }

    [Fact]
    public async Task Versions_are_found_across_pages()
    {
        await CreateAsync(
            Rule("<Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
                + "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"),
            isVersioned: true);
        for (var i = 0; i < 620; i++)
        {
            await PutAsync("key");
            await DeleteAsync(string.Create(CultureInfo.InvariantCulture, $"marker-{i:d3}"));
        }

        _time.Advance(TimeSpan.FromDays(3));
        await PassAsync();
        (await VersionsAsync()).ShouldBe(["key", "key"]);
    }

    [Fact]
    public async Task Open_uploads_are_aborted_by_their_age()
    {
        await CreateAsync(Rule("<Filter><Prefix>a</Prefix></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>"));
        await OpenUploadAsync("a1");
        await OpenUploadAsync("b1");
        _time.Advance(TimeSpan.FromDays(1));
        await OpenUploadAsync("a2");
        await PassAsync();
        (await UploadsAsync()).ShouldBe(["a1", "a2", "b1"]);
        _time.Advance(TimeSpan.FromHours(12));
        await PassAsync();
        (await UploadsAsync()).ShouldBe(["a2", "b1"]);
        _counts.Of(LifecycleAction.AbortUpload).ShouldBe(1);
    }

    [Fact]
    public async Task Many_objects_go_in_many_steps_and_each_step_is_small()
    {
        await CreateAsync(Rule("<Filter/><Expiration><Days>1</Days></Expiration>"));
        for (var i = 0; i < 600; i++)
        {
            await PutAsync(string.Create(CultureInfo.InvariantCulture, $"{i:d4}"));
        }

        _time.Advance(TimeSpan.FromDays(3));
        (await PassAsync()).ShouldBeGreaterThan(3);
        (await KeysAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_newer_version_that_is_removed_after_they_were_counted_still_leaves_as_many_as_the_rule_keeps()
    {
        await CreateAsync(
            Rule("<Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration>"),
            isVersioned: true);
        for (var i = 0; i < 6; i++)
        {
            await PutAsync("key");
        }

        _time.Advance(TimeSpan.FromDays(3));
        var newer = (await ListAsync())[2].Version;
        var removed = false;
        await PassAsync(NewWork(metadata: InterruptedMetadataStore.Before<ExpireObjects>(_metadata, async () =>
        {
            removed = true;
            var remove = new ObjectToDelete("key", VersionId: newer.VersionId);
            await _metadata.ExecuteAsync(new DeleteObjects { Time = _time.GetUtcNow(), Bucket = "bucket", BucketId = _bucketId, Keys = [remove] }, Token);
        })));
        removed.ShouldBeTrue();
        (await VersionsAsync()).ShouldBe(["key", "key", "key", "key"], "the current one and three, one of which was due when they were counted");
        _counts.Of(LifecycleAction.RemoveVersion).ShouldBe(1);
    }

    [Fact]
    public async Task What_a_command_failed_to_do_is_tried_again_before_the_pass_goes_on()
    {
        _metadata = new MemoryMetadataStore(maxBytes: 1 << 20);
        await CreateAsync(Rule("<Filter><Prefix>a/</Prefix></Filter><Expiration><Days>1</Days></Expiration>"), isVersioned: true);
        for (var i = 0; i < 300; i++)
        {
            await PutAsync(string.Create(CultureInfo.InvariantCulture, $"a/{i:d4}"));
        }

        await Should.ThrowAsync<MetadataFullException>(async () =>
        {
            for (var i = 0; ; i++)
            {
                await PutAsync(string.Create(CultureInfo.InvariantCulture, $"b/{i:d1000}"));
            }
        });
        _time.Advance(TimeSpan.FromDays(3));
        var work = NewWork();
        await Should.ThrowAsync<MetadataFullException>(() => PassAsync(work), "a marker needs room");
        (await KeysAsync()).Count(key => key.StartsWith("a/", StringComparison.Ordinal)).ShouldBeGreaterThan(200);
        foreach (var (version, _) in (await ListAsync()).Where(row => row.Version.Key.StartsWith("b/", StringComparison.Ordinal)))
        {
            await _metadata.ExecuteAsync(
                new DeleteObjects { Time = _time.GetUtcNow(), Bucket = "bucket", BucketId = _bucketId, Keys = [new ObjectToDelete(version.Key, VersionId: version.VersionId)] }, Token);
        }

        await PassAsync(work);
        (await KeysAsync()).ShouldBeEmpty();
        _counts.Of(LifecycleAction.Expire).ShouldBe(300);
    }

    [Fact]
    public async Task Switched_off_the_rules_do_nothing()
    {
        await CreateAsync(Rule("<Filter/><Expiration><Days>1</Days></Expiration>"));
        await PutAsync("key");
        _time.Advance(TimeSpan.FromDays(10));
        var work = new LifecycleWork(_metadata, LifecycleSettings.Default with { IsEnabled = false }, _counts, NoCrashPoints.Instance, _time, NullLogger<LifecycleWork>.Instance);
        (await work.RunBatchAsync(Token)).ShouldBeFalse();
        (await KeysAsync()).ShouldBe(["key"]);
    }

    [Fact]
    public async Task A_day_can_be_short()
    {
        await CreateAsync(Rule("<Filter/><Expiration><Days>3</Days></Expiration>"));
        await PutAsync("key");
        _time.Advance(TimeSpan.FromSeconds(29));
        await PassAsync(TimeSpan.FromSeconds(10));
        (await KeysAsync()).ShouldBe(["key"]);
        _time.Advance(TimeSpan.FromSeconds(1));
        await PassAsync(TimeSpan.FromSeconds(10));
        (await KeysAsync()).ShouldBeEmpty();
    }

    private static string Rule(string content, string id = "rule") => $"<Rule><ID>{id}</ID><Status>Enabled</Status>{content}</Rule>";

    private LifecycleWork NewWork(TimeSpan? day = null, IMetadataStore? metadata = null)
        => new(metadata ?? _metadata, new LifecycleSettings(IsEnabled: true, day ?? TimeSpan.FromDays(1)), _counts, NoCrashPoints.Instance, _time, NullLogger<LifecycleWork>.Instance);

    private Task<int> PassAsync(TimeSpan? day = null) => PassAsync(NewWork(day));

    private static async Task<int> PassAsync(LifecycleWork work)
    {
        var steps = 0;
        while (await work.RunBatchAsync(Token))
        {
            steps++;
        }

        return steps;
    }

    private async Task CreateAsync(string rules, bool isVersioned = false)
    {
        await _metadata.ExecuteAsync(
            new CreateBucket { Time = _time.GetUtcNow(), Bucket = new BucketRecord { Name = "bucket", Region = "us-east-1", OwnerId = "owner", Acl = s_acl } }, Token);
        _bucketId = (await _metadata.FindBucketAsync("bucket", Token))!.BucketId;
        if (isVersioned)
        {
            await _metadata.ExecuteAsync(new SetBucketVersioning { Time = _time.GetUtcNow(), Bucket = "bucket", BucketId = _bucketId, IsEnabled = true }, Token);
        }

        var document = LifecycleConfiguration.Document;
        var text = document.Format(document.Parse(Encoding.UTF8.GetBytes($"<LifecycleConfiguration>{rules}</LifecycleConfiguration>")));
        await _metadata.ExecuteAsync(
            new SetBucketConfiguration { Time = _time.GetUtcNow(), Bucket = "bucket", BucketId = _bucketId, Name = "lifecycle", Document = text }, Token);
    }

    private async Task PutAsync(string key, long size = 1, ImmutableArray<KeyValuePair<string, string>>? tags = null) => (await _metadata.ExecuteAsync(
        new PutObject
        {
            Time = _time.GetUtcNow(),
            Bucket = "bucket",
            BucketId = _bucketId,
            Object = new ObjectRecord { Key = key, Size = size, ETag = "e", Acl = s_acl, Tags = tags ?? [] },
            VersionSalt = 1,
        },
        Token)).IsDone.ShouldBeTrue();

    private async Task DeleteAsync(string key) => await _metadata.ExecuteAsync(
        new DeleteObjects { Time = _time.GetUtcNow(), Bucket = "bucket", BucketId = _bucketId, Keys = [new ObjectToDelete(key)], AddsMarkers = true }, Token);

    private async Task OpenUploadAsync(string key) => await _metadata.ExecuteAsync(
        new CreateUpload
        {
            Time = _time.GetUtcNow(),
            Bucket = "bucket",
            Upload = new UploadRecord { UploadId = "upload-" + key, BucketId = _bucketId, Key = key, InitiatorId = "owner", Acl = s_acl },
        },
        Token);

    private async Task<IEnumerable<string>> KeysAsync()
        => (await _metadata.ListObjectsAsync(_bucketId, new ListQuery("", "", null, 10_000), Token)).Objects.Select(record => record.Key);

    private async Task<ImmutableArray<ListedVersion>> ListAsync()
        => (await _metadata.ListVersionsAsync(_bucketId, new VersionListQuery("", "", null, null, 10_000), Token)).Versions;

    private async Task<IEnumerable<string>> VersionsAsync()
        => (await ListAsync()).Select(row => row.Version.IsDeleteMarker ? $"{row.Version.Key} marker" : row.Version.Key);

    private async Task<IEnumerable<string>> UploadsAsync()
        => (await _metadata.ListUploadsAsync(_bucketId, new UploadListQuery("", "", null, null, 100), Token)).Uploads.Select(upload => upload.Key);
}
