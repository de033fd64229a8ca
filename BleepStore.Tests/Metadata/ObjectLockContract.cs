using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every engine promises about object lock: nothing removes a version that is locked, whoever asks and by whatever command.</summary>
public abstract class ObjectLockContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    private static readonly DateTimeOffset Later = Start.AddDays(10);

    [Fact]
    public async Task A_bucket_made_with_object_lock_has_versions_for_ever()
    {
        await ExecuteAsync(NewBucket("locked") is var create ? create with { Bucket = create.Bucket with { ObjectLockEnabled = true } } : create);
        var bucket = (await Store.FindBucketAsync("locked", Cancellation))!;
        (bucket.ObjectLockEnabled, bucket.Versioning).ShouldBe((true, VersioningState.Enabled));
        var suspend = new SetBucketVersioning { Time = Now(), Bucket = "locked", BucketId = bucket.BucketId, IsEnabled = false };
        (await ExecuteAsync(suspend)).Status.ShouldBe(WriteStatus.VersioningLocked);
        (await ExecuteAsync(suspend with { IsEnabled = true })).Status.ShouldBe(WriteStatus.Done);
    }

    [Fact]
    public async Task Object_lock_can_be_enabled_later_where_versions_are()
    {
        (await ConfigureAsync(null)).Status.ShouldBe(WriteStatus.VersioningRequired);
        await VersioningAsync(isEnabled: false);
        (await ConfigureAsync(null)).Status.ShouldBe(WriteStatus.VersioningRequired);
        await VersioningAsync(isEnabled: true);
        (await ConfigureAsync(new DefaultRetention(RetentionMode.Governance, Days: 1, Years: 0))).Status.ShouldBe(WriteStatus.Done);
        var bucket = (await Store.FindBucketAsync(Bucket, Cancellation))!;
        (bucket.ObjectLockEnabled, bucket.DefaultRetention).ShouldBe((true, new DefaultRetention(RetentionMode.Governance, 1, 0)));
        (await ConfigureAsync(null)).Status.ShouldBe(WriteStatus.Done);
        (await Store.FindBucketAsync(Bucket, Cancellation))!.DefaultRetention.ShouldBeNull();
        (await ExecuteAsync(new SetObjectLockConfiguration { Time = Now(), Bucket = Bucket, BucketId = BucketId + 1, DefaultRetention = null }))
            .Status.ShouldBe(WriteStatus.BucketMissing);
    }

    [Fact]
    public async Task Versions_are_locked_in_buckets_with_object_lock_only()
    {
        await VersioningAsync(isEnabled: true);
        await ExecuteAsync(Put("key"));
        (await RetainAsync(RetentionMode.Governance, Later)).Status.ShouldBe(WriteStatus.BucketNotLocked);
        (await HoldAsync(isOn: true)).Status.ShouldBe(WriteStatus.BucketNotLocked);
        await ConfigureAsync(null);
        (await RetainAsync(RetentionMode.Governance, Later)).Status.ShouldBe(WriteStatus.Done);
        (await HoldAsync(isOn: true)).Status.ShouldBe(WriteStatus.Done);
        (await FindAsync("key"))!.Lock.ShouldBe(new ObjectLock(RetentionMode.Governance, Later, LegalHold.On));
        (await RetainAsync(RetentionMode.Governance, Later, "no such version")).Status.ShouldBe(WriteStatus.VersionMissing);
        await ExecuteAsync(Delete("key"));
        (await RetainAsync(RetentionMode.Governance, Later)).Status.ShouldBe(WriteStatus.KeyMissing);
        var marker = (await Store.FindLatestVersionAsync(BucketId, "key", Cancellation))!;
        (await RetainAsync(RetentionMode.Governance, Later, marker.VersionId)).Status.ShouldBe(WriteStatus.IsDeleteMarker);
    }

    [Theory]
    [InlineData(RetentionMode.Governance, false, WriteStatus.ObjectLocked)]
    [InlineData(RetentionMode.Governance, true, WriteStatus.Done)]
    [InlineData(RetentionMode.Compliance, false, WriteStatus.ObjectLocked)]
    [InlineData(RetentionMode.Compliance, true, WriteStatus.ObjectLocked)]
    [InlineData((RetentionMode)9, true, WriteStatus.ObjectLocked)]
    public async Task A_retained_version_is_removed_only_past_governance(RetentionMode mode, bool bypasses, WriteStatus expected)
    {
        await LockAsync();
        var old = (await ExecuteAsync(Put("key", 10))).VersionId!;
        (await RetainAsync(mode, Later, old)).Status.ShouldBe(WriteStatus.Done);
        await ExecuteAsync(Put("key", 20));
        (await ExecuteAsync(Delete("key")))[0].Status.ShouldBe(WriteStatus.Done, "a delete marker hides, and removes nothing");
        var garbage = (await GarbageAsync()).Length;

        (await RemoveAsync(old, bypasses)).Status.ShouldBe(expected);
        (await Store.FindVersionAsync(BucketId, "key", old, Cancellation) is null).ShouldBe(expected == WriteStatus.Done);
        (await GarbageAsync()).Length.ShouldBe(expected == WriteStatus.Done ? garbage + 1 : garbage);
        (await ExecuteAsync(new DeleteBucket { Time = Now(), Bucket = Bucket, BucketId = BucketId })).Status.ShouldBe(WriteStatus.BucketNotEmpty);
    }

    [Fact]
    public async Task A_held_version_is_removed_by_nobody_until_it_is_let_go()
    {
        await LockAsync();
        var version = (await ExecuteAsync(Put("key"))).VersionId!;
        await HoldAsync(isOn: true);
        (await RemoveAsync(version, bypasses: true)).Status.ShouldBe(WriteStatus.ObjectLocked);
        await HoldAsync(isOn: false);
        (await FindAsync("key"))!.Lock.LegalHold.ShouldBe(LegalHold.Off);
        (await RemoveAsync(version, bypasses: false)).Status.ShouldBe(WriteStatus.Done);
    }

    [Fact]
    public async Task A_retention_ends_at_its_date_by_the_time_of_the_command()
    {
        await LockAsync();
        var version = (await ExecuteAsync(Put("key"))).VersionId!;
        var until = Now().AddHours(1);
        await RetainAsync(RetentionMode.Compliance, until);
        (await RemoveAsync(version, bypasses: true, until.AddTicks(-1))).Status.ShouldBe(WriteStatus.ObjectLocked);
        (await RemoveAsync(version, bypasses: false, until)).Status.ShouldBe(WriteStatus.Done);
    }

    [Theory]
    [InlineData(RetentionMode.Governance, RetentionMode.Governance, 1, false, true)]
    [InlineData(RetentionMode.Governance, RetentionMode.Governance, 0, false, true)]
    [InlineData(RetentionMode.Governance, RetentionMode.Governance, -1, false, false)]
    [InlineData(RetentionMode.Governance, RetentionMode.Governance, -1, true, true)]
    [InlineData(RetentionMode.Governance, RetentionMode.Compliance, 1, false, false)]
    [InlineData(RetentionMode.Governance, RetentionMode.Compliance, -1, true, true)]
    [InlineData(RetentionMode.Governance, RetentionMode.None, 0, false, false)]
    [InlineData(RetentionMode.Governance, RetentionMode.None, 0, true, true)]
    [InlineData(RetentionMode.Compliance, RetentionMode.Compliance, 1, false, true)]
    [InlineData(RetentionMode.Compliance, RetentionMode.Compliance, -1, true, false)]
    [InlineData(RetentionMode.Compliance, RetentionMode.Governance, 1, true, false)]
    [InlineData(RetentionMode.Compliance, RetentionMode.None, 0, true, false)]
    public async Task An_active_retention_is_only_ever_extended(RetentionMode before, RetentionMode after, int days, bool bypasses, bool isAllowed)
    {
        await LockAsync();
        await ExecuteAsync(Put("key"));
        await RetainAsync(before, Later);
        (await RetainAsync(after, Later.AddDays(days), versionId: null, bypasses)).Status.ShouldBe(isAllowed ? WriteStatus.Done : WriteStatus.ObjectLocked);
        (await FindAsync("key"))!.Lock.ShouldBe(isAllowed ? new ObjectLock(after, Later.AddDays(days)) : new ObjectLock(before, Later));
    }

    [Fact]
    public async Task New_versions_get_the_default_of_the_bucket_and_parts_too()
    {
        await LockAsync();
        await ConfigureAsync(new DefaultRetention(RetentionMode.Compliance, Days: 0, Years: 2));
        var put = Put("key");
        await ExecuteAsync(put);
        (await FindAsync("key"))!.Lock.ShouldBe(new ObjectLock(RetentionMode.Compliance, put.Time.AddYears(2)));

        var held = Put("held");
        await ExecuteAsync(held with { Object = held.Object with { Lock = new ObjectLock(LegalHold: LegalHold.On) } });
        (await FindAsync("held"))!.Lock.ShouldBe(new ObjectLock(RetentionMode.Compliance, held.Time.AddYears(2), LegalHold.On));

        var own = Put("own");
        await ExecuteAsync(own with { Object = own.Object with { Lock = new ObjectLock(RetentionMode.Governance, Later) } });
        (await FindAsync("own"))!.Lock.ShouldBe(new ObjectLock(RetentionMode.Governance, Later));
    }

    [Fact]
    public async Task One_locked_version_does_not_keep_others_of_a_batch()
    {
        await LockAsync();
        var kept = (await ExecuteAsync(Put("kept"))).VersionId!;
        var gone = (await ExecuteAsync(Put("gone"))).VersionId!;
        await RetainAsync(RetentionMode.Compliance, Later, kept, key: "kept");
        var outcomes = await ExecuteAsync(Delete("kept") with
        {
            Keys = [new ObjectToDelete("kept", VersionId: kept), new ObjectToDelete("gone", VersionId: gone), new ObjectToDelete("kept")],
            BypassesGovernance = true,
        });
        outcomes.Select(outcome => outcome.Status).ShouldBe([WriteStatus.ObjectLocked, WriteStatus.Done, WriteStatus.Done]);
    }

    [Fact]
    public async Task A_delete_can_ask_for_size_and_time_of_the_current_object()
    {
        var put = Put("key", 10);
        put = put with { Time = put.Time.AddTicks(TimeSpan.TicksPerMillisecond + 7) };
        await ExecuteAsync(put);
        var second = new DateTimeOffset(put.Time.Ticks - (put.Time.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        async Task<WriteStatus> DeleteIfAsync(string key, long? size = null, DateTimeOffset? time = null, string? eTag = null)
            => (await ExecuteAsync(Delete(key) with { Keys = [new ObjectToDelete(key, eTag) { IfSize = size, IfLastModified = time }] }))[0].Status;

        (await DeleteIfAsync("key", size: 11)).ShouldBe(WriteStatus.PreconditionFailed);
        (await DeleteIfAsync("key", time: second.AddSeconds(1))).ShouldBe(WriteStatus.PreconditionFailed);
        (await DeleteIfAsync("key", time: second.AddMilliseconds(2))).ShouldBe(WriteStatus.PreconditionFailed);
        (await DeleteIfAsync("key", size: 10, eTag: "other")).ShouldBe(WriteStatus.PreconditionFailed);
        (await DeleteIfAsync("absent", size: 10, time: second)).ShouldBe(WriteStatus.Done);
        (await DeleteIfAsync("absent", size: 10, eTag: "etag")).ShouldBe(WriteStatus.KeyMissing);
        (await FindAsync("key")).ShouldNotBeNull();
        (await DeleteIfAsync("key", size: 10, time: second.AddMilliseconds(1), eTag: "etag")).ShouldBe(WriteStatus.Done);
        await ExecuteAsync(put);
        (await DeleteIfAsync("key", time: second)).ShouldBe(WriteStatus.Done);
    }

    private async Task LockAsync()
    {
        await VersioningAsync(isEnabled: true);
        (await ConfigureAsync(null)).IsDone.ShouldBeTrue();
    }

    private ValueTask<WriteOutcome> VersioningAsync(bool isEnabled)
        => ExecuteAsync(new SetBucketVersioning { Time = Now(), Bucket = Bucket, BucketId = BucketId, IsEnabled = isEnabled });

    private ValueTask<WriteOutcome> ConfigureAsync(DefaultRetention? retention)
        => ExecuteAsync(new SetObjectLockConfiguration { Time = Now(), Bucket = Bucket, BucketId = BucketId, DefaultRetention = retention });

    private ValueTask<WriteOutcome> RetainAsync(
        RetentionMode mode, DateTimeOffset until, string? versionId = null, bool bypasses = false, string key = "key")
        => ExecuteAsync(new SetObjectRetention
        {
            Time = Now(),
            Bucket = Bucket,
            BucketId = BucketId,
            Key = key,
            VersionId = versionId,
            Mode = mode,
            RetainUntil = until,
            BypassesGovernance = bypasses,
        });

    private ValueTask<WriteOutcome> HoldAsync(bool isOn)
        => ExecuteAsync(new SetObjectLegalHold { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = "key", IsOn = isOn });

    private async Task<WriteOutcome> RemoveAsync(string versionId, bool bypasses, DateTimeOffset? time = null)
        => (await ExecuteAsync(Delete("key") with
        {
            Time = time ?? Now(),
            Keys = [new ObjectToDelete("key", VersionId: versionId)],
            BypassesGovernance = bypasses,
        }))[0];
}
