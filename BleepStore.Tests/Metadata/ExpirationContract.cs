using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every metadata engine promises about objects that lifecycle rules let expire: decided again in the transaction.</summary>
public abstract class ExpirationContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    private const string Rules = "<rules/>";

    [Fact]
    public async Task An_object_of_a_bucket_without_versions_goes_with_its_bytes()
    {
        await ConfigureAsync();
        await ExecuteAsync(Put("key", size: 7));

        (await ExpireAsync(ExpirationKind.Current, (await FindAsync("key"))!)).ShouldBe(WriteStatus.Done);

        (await FindAsync("key")).ShouldBeNull();
        (await GarbageAsync()).Length.ShouldBe(1);
        (await Store.CountAsync(BucketId, Cancellation)).ShouldBe(new BucketCounters(0, 0));
    }

    [Fact]
    public async Task What_changed_since_it_was_found_due_stays()
    {
        await ConfigureAsync();
        await ExecuteAsync(Put("key"));
        var seen = (await FindAsync("key"))!;
        await ExecuteAsync(Put("key"));
        (await ExpireAsync(ExpirationKind.Current, seen)).ShouldBe(WriteStatus.PreconditionFailed, "it was written anew");
        seen = (await FindAsync("key"))!;
        await ExecuteAsync(new SetObjectTags { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = "key", Tags = [new("keep", "me")] });
        (await ExpireAsync(ExpirationKind.Current, seen)).ShouldBe(WriteStatus.PreconditionFailed, "it was tagged anew");
        seen = (await FindAsync("key"))!;
        (await ExpireAsync(ExpirationKind.Noncurrent, seen)).ShouldBe(WriteStatus.PreconditionFailed, "it is the newest");
        await ConfigureAsync("<other/>");
        (await ExpireAsync(ExpirationKind.Current, seen)).ShouldBe(WriteStatus.PreconditionFailed, "the rules are others");
        await ConfigureAsync(null);
        (await ExpireAsync(ExpirationKind.Current, seen)).ShouldBe(WriteStatus.PreconditionFailed, "there are no rules");
        (await FindAsync("key")).ShouldNotBeNull();
        await ConfigureAsync();
        (await ExpireAsync(ExpirationKind.Current, seen)).ShouldBe(WriteStatus.Done);
    }

    [Fact]
    public async Task With_versions_a_marker_is_made_old_versions_go_for_ever_and_at_last_the_marker()
    {
        await ConfigureAsync();
        await ExecuteAsync(new SetBucketVersioning { Time = Now(), Bucket = Bucket, BucketId = BucketId, IsEnabled = true });
        await ExecuteAsync(Put("key"));
        var version = (await FindAsync("key"))!;

        (await ExpireAsync(ExpirationKind.Current, version)).ShouldBe(WriteStatus.Done);

        (await FindAsync("key")).ShouldBeNull();
        var marker = (await Store.FindLatestVersionAsync(BucketId, "key", Cancellation))!;
        (marker.IsDeleteMarker, marker.Acl.OwnerId).ShouldBe((true, "owner"));
        (await GarbageAsync()).ShouldBeEmpty("the version is kept");
        (await ExpireAsync(ExpirationKind.Noncurrent, marker)).ShouldBe(WriteStatus.PreconditionFailed, "it is the newest");
        (await ExpireAsync(ExpirationKind.Marker, version)).ShouldBe(WriteStatus.PreconditionFailed);
        (await ExpireAsync(ExpirationKind.Noncurrent, version)).ShouldBe(WriteStatus.Done);
        (await GarbageAsync()).Length.ShouldBe(1);
        (await ExpireAsync(ExpirationKind.Marker, marker)).ShouldBe(WriteStatus.Done);
        (await Store.ListVersionsAsync(BucketId, new VersionListQuery("", "", null, null, 10), Cancellation)).Versions.ShouldBeEmpty();
        (await Store.CountAsync(BucketId, Cancellation)).ShouldBe(new BucketCounters(0, 0));
    }

    [Fact]
    public async Task What_object_lock_keeps_stays()
    {
        await ConfigureAsync();
        await ExecuteAsync(new SetBucketVersioning { Time = Now(), Bucket = Bucket, BucketId = BucketId, IsEnabled = true });
        var put = Put("key");
        await ExecuteAsync(put with { Object = put.Object with { Lock = new ObjectLock(LegalHold: LegalHold.On) } });
        var held = (await FindAsync("key"))!;
        await ExecuteAsync(Put("key"));

        (await ExpireAsync(ExpirationKind.Noncurrent, held)).ShouldBe(WriteStatus.ObjectLocked);

        (await Store.FindVersionAsync(BucketId, "key", held.VersionId, Cancellation)).ShouldNotBeNull();
        (await GarbageAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Newer_versions_that_a_rule_keeps_are_counted_when_the_command_is_applied()
    {
        await ConfigureAsync();
        var versions = await PutVersionsAsync(6);
        (await ExpireAsync(ExpirationKind.Noncurrent, versions[1], keptNewer: 4)).ShouldBe(WriteStatus.PreconditionFailed, "three are newer, and the current one");
        (await ExpireAsync(ExpirationKind.Noncurrent, versions[1], keptNewer: 3)).ShouldBe(WriteStatus.Done);

        await RemoveAsync(versions[3]);
        (await ExpireAsync(ExpirationKind.Noncurrent, versions[0], keptNewer: 3)).ShouldBe(WriteStatus.PreconditionFailed, "a newer one was removed");
        await RemoveAsync(versions[5]);
        (await ExpireAsync(ExpirationKind.Noncurrent, versions[0], keptNewer: 2)).ShouldBe(WriteStatus.PreconditionFailed, "a newer one became the current one");
        (await ExpireAsync(ExpirationKind.Noncurrent, versions[0], keptNewer: 1)).ShouldBe(WriteStatus.Done);
        (await ListAsync()).ShouldBe([versions[4].Order, versions[2].Order]);
    }

    [Fact]
    public async Task A_delete_marker_that_is_the_newest_is_not_counted_and_one_that_is_not_is()
    {
        await ConfigureAsync();
        var versions = await PutVersionsAsync(2);
        await ExecuteAsync(Delete("key") with { AddsMarkers = true });
        (await ExpireAsync(ExpirationKind.Noncurrent, versions[0], keptNewer: 2)).ShouldBe(WriteStatus.PreconditionFailed, "one is newer, and the marker is the newest");
        await ExecuteAsync(Put("key") with { VersionSalt = 9 });
        (await ExpireAsync(ExpirationKind.Noncurrent, versions[0], keptNewer: 3)).ShouldBe(WriteStatus.PreconditionFailed);
        (await ExpireAsync(ExpirationKind.Noncurrent, versions[0], keptNewer: 2)).ShouldBe(WriteStatus.Done, "the marker is behind the current version now");
    }

    [Fact]
    public async Task Versions_that_one_command_removes_are_not_counted_for_those_behind_them()
    {
        await ConfigureAsync();
        var versions = await PutVersionsAsync(5);
        var outcomes = await ExecuteAsync(new ExpireObjects
        {
            Time = Now(),
            Bucket = Bucket,
            BucketId = BucketId,
            Rules = Rules,
            Expirations = [new Expiration(ExpirationKind.Noncurrent, versions[2]), new Expiration(ExpirationKind.Noncurrent, versions[1], 2), new Expiration(ExpirationKind.Noncurrent, versions[0], 1)],
        });
        outcomes.Select(outcome => outcome.Status).ShouldBe([WriteStatus.Done, WriteStatus.PreconditionFailed, WriteStatus.Done]);
    }

    /// <summary>Versions of one key, oldest first; beside it there are keys whose versions must not be counted.</summary>
    private async Task<List<ObjectRecord>> PutVersionsAsync(int count)
    {
        await ExecuteAsync(new SetBucketVersioning { Time = Now(), Bucket = Bucket, BucketId = BucketId, IsEnabled = true });
        var versions = new List<ObjectRecord>();
        for (var number = 0; number < count; number++)
        {
            foreach (var key in new[] { "ke", "key", "key/" })
            {
                await ExecuteAsync(Put(key) with { VersionSalt = number });
            }

            versions.Add((await FindAsync("key"))!);
        }

        return versions;
    }

    private async Task RemoveAsync(ObjectRecord version) => (await ExecuteAsync(
        new DeleteObjects { Time = Now(), Bucket = Bucket, BucketId = BucketId, Keys = [new ObjectToDelete("key", VersionId: version.VersionId)] }))
        .ShouldHaveSingleItem().IsDone.ShouldBeTrue();

    private async Task<IEnumerable<long>> ListAsync()
        => (await Store.ListVersionsAsync(BucketId, new VersionListQuery("", "", null, null, 100), Cancellation)).Versions
            .Where(row => row.Version.Key == "key").Select(row => row.Version.Order);

    private async Task ConfigureAsync(string? rules = Rules) => (await ExecuteAsync(
        new SetBucketConfiguration { Time = Now(), Bucket = Bucket, BucketId = BucketId, Name = ExpireObjects.Configuration, Document = rules })).IsDone.ShouldBeTrue();

    private async Task<WriteStatus> ExpireAsync(ExpirationKind kind, ObjectRecord version, int keptNewer = 0)
    {
        var outcomes = await ExecuteAsync(
            new ExpireObjects { Time = Now(), Bucket = Bucket, BucketId = BucketId, Rules = Rules, Expirations = [new Expiration(kind, version, keptNewer)], VersionSalt = 5 });
        return outcomes.ShouldHaveSingleItem().Status;
    }
}
