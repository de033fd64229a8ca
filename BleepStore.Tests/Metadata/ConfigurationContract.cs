using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every metadata engine promises about the configuration documents of a bucket.</summary>
public abstract class ConfigurationContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    [Fact]
    public async Task Documents_are_kept_by_name_replaced_and_removed_and_leave_the_rest_of_the_bucket_alone()
    {
        var before = await FindBucketAsync();
        await ExecuteAsync(Set("cors", "<one/>"));
        await ExecuteAsync(Set("policy", "{}"));
        await ExecuteAsync(Set("cors", "<two/>"));

        var bucket = await FindBucketAsync();
        bucket.Configurations.ShouldBe([new("cors", "<two/>"), new("policy", "{}")]);
        (bucket with { Configurations = before.Configurations, Acl = before.Acl }).ShouldBe(before);

        (await ExecuteAsync(Set("cors", null))).IsDone.ShouldBeTrue();
        (await ExecuteAsync(Set("cors", null))).IsDone.ShouldBeTrue("to remove what is not there is done");
        (await FindBucketAsync()).Configurations.ShouldBe([new("policy", "{}")]);
    }

    [Fact]
    public async Task A_document_does_not_reach_a_bucket_that_was_made_anew()
    {
        var set = Set("cors", "<one/>");
        await ExecuteAsync(new DeleteBucket { Time = Now(), Bucket = Bucket, BucketId = BucketId });
        (await ExecuteAsync(set)).Status.ShouldBe(WriteStatus.BucketMissing);
        await ExecuteAsync(NewBucket(Bucket));

        (await ExecuteAsync(set)).Status.ShouldBe(WriteStatus.BucketMissing);

        (await FindBucketAsync()).Configurations.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_document_is_told_with_its_order()
    {
        var intent = new EventIntent("id", "t", "r", "p", "a", Now(), ["x"]);

        var outcome = await ExecuteAsync(Set("cors", "<one/>") with { Event = intent });

        var told = (await Store.ReadOutboxAsync(0, 10, Cancellation)).ShouldHaveSingleItem();
        told.Bucket.ShouldBe(Bucket);
        told.Order.ShouldBe(outcome.Order);
    }

    private SetBucketConfiguration Set(string name, string? document)
        => new() { Time = Now(), Bucket = Bucket, BucketId = BucketId, Name = name, Document = document };

    private async Task<BucketRecord> FindBucketAsync() => (await Store.FindBucketAsync(Bucket, Cancellation)).ShouldNotBeNull();
}
