using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every metadata engine promises about the place of the lifecycle pass: one is kept, and only while it counts it is put.</summary>
public abstract class LifecyclePlaceContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    private const string Rules = "<rules/>";

    [Fact]
    public async Task One_place_is_kept_until_another_takes_its_place_or_it_is_removed()
    {
        await ConfigureAsync(Rules);
        (await Store.FindLifecyclePlaceAsync(Cancellation)).ShouldBeNull();
        (await SetAsync(Place("a"))).ShouldBeTrue();
        (await Store.FindLifecyclePlaceAsync(Cancellation)).ShouldBe(Place("a"));
        var later = Place("\U0001F600/b") with { IsAmongUploads = true };
        (await SetAsync(later)).ShouldBeTrue();
        (await Store.FindLifecyclePlaceAsync(Cancellation)).ShouldBe(later);
        (await SetAsync(null)).ShouldBeTrue();
        (await Store.FindLifecyclePlaceAsync(Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_place_of_other_rules_or_of_another_bucket_is_refused_and_nothing_is_changed()
    {
        await ConfigureAsync(Rules);
        (await SetAsync(Place("kept"))).ShouldBeTrue();
        (await SetAsync(Place("a") with { BucketId = BucketId + 1 })).ShouldBeFalse("it is another bucket of that name");
        (await SetAsync(Place("a") with { Bucket = "missing" })).ShouldBeFalse("there is no such bucket");
        await ConfigureAsync("<others/>");
        var sequence = Store.PublishedSequence;
        (await SetAsync(Place("a"))).ShouldBeFalse("the rules are others");
        Store.PublishedSequence.ShouldBe(sequence);
        await ConfigureAsync(null);
        (await SetAsync(Place("a"))).ShouldBeFalse("there are no rules");
        (await Store.FindLifecyclePlaceAsync(Cancellation)).ShouldBe(Place("kept"));
        Place("kept").IsIn((await Store.FindBucketAsync(Bucket, Cancellation))!).ShouldBeFalse("what was put before does not count any more");
        await ConfigureAsync(Rules);
        Place("kept").IsIn((await Store.FindBucketAsync(Bucket, Cancellation))!).ShouldBeTrue();
    }

    private LifecyclePlace Place(string key) => new(Bucket, BucketId, LifecyclePlace.DigestOf(Rules), IsAmongUploads: false, key);

    private ValueTask<bool> SetAsync(LifecyclePlace? place) => ExecuteAsync(new SetLifecyclePlace { Time = Now(), Place = place });

    private async Task ConfigureAsync(string? rules) => (await ExecuteAsync(
        new SetBucketConfiguration { Time = Now(), Bucket = Bucket, BucketId = BucketId, Name = ExpireObjects.Configuration, Document = rules })).IsDone.ShouldBeTrue();
}
