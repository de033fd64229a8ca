using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every engine promises about versions: which one is current, what a delete leaves, and what becomes garbage.</summary>
public abstract class VersionContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    [Fact]
    public async Task A_version_is_found_with_its_inline_bytes_whether_it_is_the_newest_or_not()
    {
        await ExecuteAsync(new SetBucketVersioning { Time = Now(), Bucket = Bucket, BucketId = BucketId, IsEnabled = true });
        var ids = new List<string>();
        foreach (var content in (byte[])[1, 2])
        {
            var segment = NewBlob(1) with { Kind = SegmentKind.Inline, Backend = "" };
            ids.Add((await ExecuteAsync(Put("key", segments: segment) with { InlineBody = new[] { content }, VersionSalt = content })).VersionId!);
        }

        ids.Add((await ExecuteAsync(Put("key") with { VersionSalt = 3 })).VersionId!);
        foreach (var (id, content) in ids.Zip((byte?[])[1, 2, null]))
        {
            var found = (await Store.FindVersionWithBodyAsync(BucketId, "key", id, Cancellation))!.Value;
            found.Object.VersionId.ShouldBe(id);
            (found.InlineBody?.Span[0]).ShouldBe(content);
        }

        var removed = new ObjectToDelete("key", VersionId: ids[2]);
        await ExecuteAsync(new DeleteObjects { Time = Now(), Bucket = Bucket, BucketId = BucketId, Keys = [removed] });
        (await Store.FindVersionWithBodyAsync(BucketId, "key", ids[1], Cancellation))!.Value.InlineBody!.Value.Span[0].ShouldBe((byte)2, "it is the newest now");
        (await Store.FindVersionWithBodyAsync(BucketId, "key", ids[2], Cancellation)).ShouldBeNull();
        (await Store.FindVersionWithBodyAsync(BucketId, "other", ids[1], Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_put_into_a_bucket_without_versions_replaces_and_tells_no_version_id()
    {
        var first = await ExecuteAsync(Put("key", 10));
        var second = await ExecuteAsync(Put("key", 20));

        (first.VersionId, second.VersionId).ShouldBe((null, null));
        (await VersionsAsync()).ShouldBe(["key null 20 latest"]);
        (await GarbageAsync()).Length.ShouldBe(1);
        await CountersShouldBeAsync(1, 20);
    }

    [Fact]
    public async Task A_put_with_versions_enabled_keeps_the_one_before()
    {
        await ExecuteAsync(Put("key", 10));
        await VersioningAsync(isEnabled: true);
        var first = await ExecuteAsync(Put("key", 20));
        var second = await ExecuteAsync(Put("key", 30));

        first.VersionId.ShouldNotBe(second.VersionId);
        (await VersionsAsync()).ShouldBe([$"key {second.VersionId} 30 latest", $"key {first.VersionId} 20", "key null 10"]);
        (await FindAsync("key"))!.Size.ShouldBe(30);
        (await GarbageAsync()).ShouldBeEmpty();
        await CountersShouldBeAsync(1, 60);
        await VersionShouldBeAsync("key", first.VersionId!, 20);
        await VersionShouldBeAsync("key", second.VersionId!, 30);
        await VersionShouldBeAsync("key", "null", 10);
        (await Store.FindVersionAsync(BucketId, "key", "no such id", Cancellation)).ShouldBeNull();
        (await Store.FindVersionAsync(BucketId, "kez", "null", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Version_ids_are_opaque_unique_and_tell_the_order_of_a_version_that_is_gone()
    {
        await VersioningAsync(isEnabled: true);
        var put = Put("key") with { VersionSalt = unchecked((long)0xFEDCBA9876543210) };
        var outcome = await ExecuteAsync(put);
        var again = await ExecuteAsync(put with { Time = put.Time - TimeSpan.FromDays(1), Object = put.Object with { Segments = [NewBlob()] } });

        outcome.VersionId!.Length.ShouldBe(32);
        outcome.VersionId[16..].ShouldBe("fedcba9876543210");
        VersionIds.FindOrder(outcome.VersionId).ShouldBe(outcome.Order);
        again.Order.ShouldBe(outcome.Order + 1);
        string.CompareOrdinal(again.VersionId, outcome.VersionId).ShouldBeLessThan(0);
        VersionIds.FindOrder("null").ShouldBeNull();
        VersionIds.FindOrder(new string('x', 32)).ShouldBeNull();
    }

    [Fact]
    public async Task A_delete_without_a_version_leaves_a_marker_over_everything()
    {
        await VersioningAsync(isEnabled: true);
        var put = await ExecuteAsync(Put("key", 10));
        var delete = (await ExecuteAsync(Delete("key") with { OwnerId = "deleter" }))[0];
        var again = (await ExecuteAsync(Delete("key")))[0];
        var absent = (await ExecuteAsync(Delete("never")))[0];

        (delete.Status, delete.IsDeleteMarker).ShouldBe((WriteStatus.Done, true));
        (await VersionsAsync()).ShouldBe([
            $"key {again.VersionId} marker latest", $"key {delete.VersionId} marker", $"key {put.VersionId} 10", $"never {absent.VersionId} marker latest"]);
        (await FindAsync("key")).ShouldBeNull();
        var marker = (await Store.FindVersionAsync(BucketId, "key", delete.VersionId!, Cancellation))!;
        (marker.IsDeleteMarker, marker.Acl.OwnerId, marker.Order, marker.LastModified).ShouldBe((true, "deleter", delete.Order, delete.LastModified));
        (await Store.FindLatestVersionAsync(BucketId, "key", Cancellation))!.VersionId.ShouldBe(again.VersionId);
        (await Store.FindLatestVersionAsync(BucketId, "kex", Cancellation)).ShouldBeNull();
        (await Store.ListObjectsAsync(BucketId, new ListQuery("", "", null, 10), Cancellation)).Objects.ShouldBeEmpty();
        (await GarbageAsync()).ShouldBeEmpty();
        await CountersShouldBeAsync(0, 10);
    }

    [Fact]
    public async Task Removing_the_newest_brings_the_one_before_to_the_top_unless_that_is_a_marker()
    {
        await VersioningAsync(isEnabled: true);
        var first = await ExecuteAsync(Put("key", 10));
        var marker = (await ExecuteAsync(Delete("key")))[0];
        var second = await ExecuteAsync(Put("key", 20));

        var gone = await RemoveAsync("key", second.VersionId!);
        (gone.VersionId, gone.IsDeleteMarker).ShouldBe((second.VersionId, false));
        (await FindAsync("key")).ShouldBeNull();
        await CountersShouldBeAsync(0, 10);

        gone = await RemoveAsync("key", marker.VersionId!);
        (gone.VersionId, gone.IsDeleteMarker).ShouldBe((marker.VersionId, true));
        var current = (await FindAsync("key"))!;
        (current.VersionId, current.Order, current.LastModified).ShouldBe((first.VersionId, first.Order, first.LastModified));
        await CountersShouldBeAsync(1, 10);
        (await VersionsAsync()).ShouldBe([$"key {first.VersionId} 10 latest"]);

        await RemoveAsync("key", first.VersionId!);
        (await VersionsAsync()).ShouldBeEmpty();
        await CountersShouldBeAsync(0, 0);
        (await GarbageAsync()).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Removing_a_version_in_the_middle_changes_nothing_else()
    {
        await VersioningAsync(isEnabled: true);
        var first = await ExecuteAsync(Put("key", 10));
        var second = await ExecuteAsync(Put("key", 20));
        var marker = (await ExecuteAsync(Delete("key")))[0];

        await RemoveAsync("key", second.VersionId!);
        (await RemoveAsync("key", second.VersionId!)).IsDone.ShouldBeTrue();
        (await RemoveAsync("other", second.VersionId!)).IsDone.ShouldBeTrue();

        (await VersionsAsync()).ShouldBe([$"key {marker.VersionId} marker latest", $"key {first.VersionId} 10"]);
        (await GarbageAsync()).Length.ShouldBe(1);
        await CountersShouldBeAsync(0, 10);
    }

    [Fact]
    public async Task While_suspended_the_null_version_is_replaced_and_others_stay()
    {
        await ExecuteAsync(Put("key", 10));
        await VersioningAsync(isEnabled: true);
        var kept = await ExecuteAsync(Put("key", 20));
        await VersioningAsync(isEnabled: false);

        var replacing = await ExecuteAsync(Put("key", 30));
        replacing.VersionId.ShouldBe("null");
        (await VersionsAsync()).ShouldBe(["key null 30 latest", $"key {kept.VersionId} 20"]);
        (await GarbageAsync()).Length.ShouldBe(1);
        await CountersShouldBeAsync(1, 50);

        await ExecuteAsync(Put("key", 40));
        (await VersionsAsync()).ShouldBe(["key null 40 latest", $"key {kept.VersionId} 20"]);
        (await GarbageAsync()).Length.ShouldBe(2);

        var marker = (await ExecuteAsync(Delete("key")))[0];
        (marker.VersionId, marker.IsDeleteMarker).ShouldBe(("null", true));
        (await VersionsAsync()).ShouldBe(["key null marker latest", $"key {kept.VersionId} 20"]);
        (await GarbageAsync()).Length.ShouldBe(3);
        await CountersShouldBeAsync(0, 20);

        await ExecuteAsync(Delete("key"));
        (await VersionsAsync()).ShouldBe(["key null marker latest", $"key {kept.VersionId} 20"]);

        await ExecuteAsync(Put("key", 50));
        (await VersionsAsync()).ShouldBe(["key null 50 latest", $"key {kept.VersionId} 20"]);
        await VersioningAsync(isEnabled: true);
        var newest = await ExecuteAsync(Put("key", 60));
        (await VersionsAsync()).ShouldBe([$"key {newest.VersionId} 60 latest", "key null 50", $"key {kept.VersionId} 20"]);
        await CountersShouldBeAsync(1, 130);
    }

    [Fact]
    public async Task A_delete_while_suspended_takes_the_null_version_from_behind_another_one()
    {
        await ExecuteAsync(Put("key", 10));
        await VersioningAsync(isEnabled: true);
        var kept = await ExecuteAsync(Put("key", 20));
        await VersioningAsync(isEnabled: false);

        await ExecuteAsync(Delete("key"));

        (await VersionsAsync()).ShouldBe(["key null marker latest", $"key {kept.VersionId} 20"]);
        (await GarbageAsync()).Length.ShouldBe(1);
        await CountersShouldBeAsync(0, 20);
        await RemoveAsync("key", "null");
        (await VersionsAsync()).ShouldBe([$"key {kept.VersionId} 20 latest"]);
        await CountersShouldBeAsync(1, 20);
    }

    [Fact]
    public async Task The_null_version_of_a_bucket_without_versions_can_be_named()
    {
        await ExecuteAsync(Put("key", 10));

        var gone = await RemoveAsync("key", "null");

        (gone.IsDone, gone.VersionId).ShouldBe((true, "null"));
        (await VersionsAsync()).ShouldBeEmpty();
        (await GarbageAsync()).Length.ShouldBe(1);
        (await RemoveAsync("key", "null")).IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task Conditions_take_a_marker_for_absent()
    {
        await VersioningAsync(isEnabled: true);
        await ExecuteAsync(Put("key", eTag: "one"));
        await ExecuteAsync(Delete("key"));

        (await ExecuteAsync(Put("key") with { Condition = new WriteCondition("one", IfNoneMatch: false) })).Status.ShouldBe(WriteStatus.KeyMissing);
        (await ExecuteAsync(Put("key", eTag: "two") with { Condition = new WriteCondition(null, IfNoneMatch: true) })).IsDone.ShouldBeTrue();
        (await ExecuteAsync(Put("key") with { Condition = new WriteCondition(null, IfNoneMatch: true) })).Status.ShouldBe(WriteStatus.PreconditionFailed);
        var delete = Delete("key") with { Keys = [new ObjectToDelete("key", IfMatch: "one")] };
        (await ExecuteAsync(delete))[0].Status.ShouldBe(WriteStatus.PreconditionFailed);
        (await ExecuteAsync(delete with { Keys = [new ObjectToDelete("key", IfMatch: "two")] }))[0].IsDeleteMarker.ShouldBeTrue();
    }

    [Fact]
    public async Task Tags_and_grants_are_those_of_the_version_that_is_named()
    {
        await VersioningAsync(isEnabled: true);
        var first = await ExecuteAsync(Put("key", 10));
        var second = await ExecuteAsync(Put("key", 20));

        (await TagAsync("key", first.VersionId, "old")).ShouldBe((WriteStatus.Done, first.VersionId));
        (await TagAsync("key", null, "new")).ShouldBe((WriteStatus.Done, second.VersionId));
        (await TagAsync("key", "no such id", "x")).Status.ShouldBe(WriteStatus.VersionMissing);
        var acl = new SetObjectAcl { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = "key", VersionId = first.VersionId, Acl = PrivateAcl("other") };
        (await ExecuteAsync(acl)).IsDone.ShouldBeTrue();

        var old = (await Store.FindVersionAsync(BucketId, "key", first.VersionId!, Cancellation))!;
        (old.Tags[0].Value, old.Acl.OwnerId, old.Order, old.LastModified).ShouldBe(("old", "other", first.Order, first.LastModified));
        (await FindAsync("key"))!.Tags[0].Value.ShouldBe("new");
        var marker = (await ExecuteAsync(Delete("key")))[0];
        (await TagAsync("key", marker.VersionId, "x")).Status.ShouldBe(WriteStatus.IsDeleteMarker);
        (await TagAsync("key", null, "x")).Status.ShouldBe(WriteStatus.KeyMissing);
        (await TagAsync("key", second.VersionId, "later")).Status.ShouldBe(WriteStatus.Done);
        (await VersionsAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_bucket_stays_while_it_has_a_version_or_a_marker()
    {
        await VersioningAsync(isEnabled: true);
        var marker = (await ExecuteAsync(Delete("key")))[0];
        var delete = new DeleteBucket { Time = Now(), Bucket = Bucket, BucketId = BucketId };

        (await ExecuteAsync(delete)).Status.ShouldBe(WriteStatus.BucketNotEmpty);
        await RemoveAsync("key", marker.VersionId!);
        (await ExecuteAsync(delete)).IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task Object_lock_keeps_versions_enabled()
    {
        var locked = NewBucket("locked");
        await ExecuteAsync(locked with { Bucket = locked.Bucket with { ObjectLockEnabled = true, Versioning = VersioningState.Enabled } });
        var id = (await Store.FindBucketAsync("locked", Cancellation))!.BucketId;
        var command = new SetBucketVersioning { Time = Now(), Bucket = "locked", BucketId = id, IsEnabled = false };

        (await ExecuteAsync(command)).Status.ShouldBe(WriteStatus.VersioningLocked);
        (await ExecuteAsync(command with { IsEnabled = true })).IsDone.ShouldBeTrue();
        (await ExecuteAsync(command with { BucketId = BucketId })).Status.ShouldBe(WriteStatus.BucketMissing);
    }

    [Fact]
    public async Task A_completed_upload_is_a_version_and_its_repetition_tells_the_same_id()
    {
        await VersioningAsync(isEnabled: true);
        await ExecuteAsync(Put("key", 10));
        await ExecuteAsync(Initiate("key", "upload"));
        await ExecuteAsync(Part("key", "upload", 1));
        var complete = await CompleteAsync("key", "upload", 1);

        var outcome = await ExecuteAsync(complete);

        outcome.VersionId!.Length.ShouldBe(32);
        (await ExecuteAsync(complete)).ShouldBe(outcome);
        (await VersionsAsync()).Count.ShouldBe(2);
        await RemoveAsync("key", outcome.VersionId);
        (await GarbageAsync()).ShouldContain(row => row.Kind == GarbageKind.Upload && row.UploadId == "upload");
        (await FindAsync("key"))!.Size.ShouldBe(10);
    }

    [Fact]
    public async Task Owner_rows_follow_a_version_wherever_it_lies_and_can_be_restored()
    {
        await VersioningAsync(isEnabled: true);
        var blob = NewBlob();
        var first = await ExecuteAsync(Put("key", 10, "etag", blob));
        await ExecuteAsync(Put("key"));

        var owner = (await Store.FindBlobOwnerAsync(blob.BlobId, Cancellation))!;
        (owner.Key, owner.Order).ShouldBe(("key", first.Order));
        (await Store.FindVersionAsync(BucketId, "key", owner.Order, Cancellation))!.VersionId.ShouldBe(first.VersionId);
        (await Store.FindVersionAsync(BucketId, "key", owner.Order + 1, Cancellation)).ShouldBeNull();
        await ExecuteAsync(new CollectGarbage { Time = Now(), Blobs = [blob.BlobId] });
        (await ExecuteAsync(new RestoreBlobOwner { Time = Now(), Owner = owner })).ShouldBeTrue();
        (await Store.FindBlobOwnerAsync(blob.BlobId, Cancellation)).ShouldBe(owner);
    }

    [Fact]
    public async Task Of_32_writers_of_one_key_none_loses_a_version_and_the_last_is_current()
    {
        await VersioningAsync(isEnabled: true);
        var puts = Enumerable.Range(1, 32).Select(size => Put("key", size)).ToList();

        var outcomes = await Task.WhenAll(puts.Select(put => Task.Run(async () => await ExecuteAsync(put))));

        outcomes.Select(outcome => outcome.VersionId).Distinct().Count().ShouldBe(32);
        (await VersionsAsync()).Count.ShouldBe(32);
        var newest = outcomes.MaxBy(outcome => outcome.Order)!;
        (await FindAsync("key"))!.VersionId.ShouldBe(newest.VersionId);
        await CountersShouldBeAsync(1, 32 * 33 / 2);

        // Each removes its own, while others do: whatever is on top in between, nothing is left.
        await Task.WhenAll(outcomes.Select(outcome => Task.Run(async () => await RemoveAsync("key", outcome.VersionId!))));
        (await VersionsAsync()).ShouldBeEmpty();
        (await GarbageAsync()).Length.ShouldBe(32);
        await CountersShouldBeAsync(0, 0);
    }

    private async Task VersioningAsync(bool isEnabled)
        => (await ExecuteAsync(new SetBucketVersioning { Time = Now(), Bucket = Bucket, BucketId = BucketId, IsEnabled = isEnabled })).IsDone.ShouldBeTrue();

    private async Task<WriteOutcome> RemoveAsync(string key, string versionId)
        => (await ExecuteAsync(Delete(key) with { Keys = [new ObjectToDelete(key, VersionId: versionId)] }))[0];

    private async Task<(WriteStatus Status, string? VersionId)> TagAsync(string key, string? versionId, string value)
    {
        var command = new SetObjectTags { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = key, VersionId = versionId, Tags = [new("tag", value)] };
        var outcome = await ExecuteAsync(command);
        return (outcome.Status, outcome.VersionId);
    }

    private async Task VersionShouldBeAsync(string key, string versionId, long size)
    {
        var version = (await Store.FindVersionAsync(BucketId, key, versionId, Cancellation)).ShouldNotBeNull();
        (version.Key, version.VersionId, version.Size).ShouldBe((key, versionId, size));
    }

    private async Task CountersShouldBeAsync(long objects, long bytes)
        => (await Store.CountAsync(BucketId, Cancellation)).ShouldBe(new BucketCounters(objects, bytes));

    private async Task<List<string>> VersionsAsync()
    {
        await VersionRules.CheckAsync(Store, BucketId, Cancellation);
        var page = await Store.ListVersionsAsync(BucketId, new VersionListQuery("", "", null, null, 1000), Cancellation);
        return [.. page.Versions.Select(VersionRules.Describe)];
    }
}
