using System.Globalization;
using System.Text;
using BleepStore.Api.Configurations;
using BleepStore.Api.Lifecycle;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;
using BleepStore.Storage;
using BleepStore.Tests.Auth;
using BleepStore.Tests.Metadata;
using Microsoft.Extensions.Logging.Abstractions;

namespace BleepStore.Tests.Lifecycle;

/// <summary>
/// A pass of lifecycle rules that was cut off goes on where it was. What it has passed by is seen by objects that become due behind it: they wait for
/// the next pass.
/// </summary>
public abstract class LifecycleRestartTests<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    private const string Tagged = "<Rule><ID>r</ID><Status>Enabled</Status><Filter><Tag><Key>gone</Key><Value>yes</Value></Tag></Filter><Expiration><Date>2020-01-01T00:00:00Z</Date></Expiration></Rule>";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_pass_that_was_cut_off_goes_on_where_it_was_and_the_next_one_begins_anew()
    {
        await ConfigureAsync(Tagged);
        await PutManyAsync(1000);
        await CutOffAsync(place => place.Key.Length > 0);
        await TagAsync("0000", "0999");

        await PassAsync();
        (await KeysAsync("0000", "0999")).ShouldBe(["0000"], "the pass went on behind the first key");
        (await Store.FindLifecyclePlaceAsync(Cancellation)).ShouldBeNull("the pass is over");
        await PassAsync();
        (await KeysAsync("0000", "0999")).ShouldBeEmpty();
    }

    [Fact]
    public async Task With_versions_a_place_is_never_within_a_key()
    {
        await ExecuteAsync(new SetBucketVersioning { Time = Now(), Bucket = Bucket, BucketId = BucketId, IsEnabled = true });
        await ConfigureAsync("<Rule><ID>r</ID><Status>Enabled</Status><Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule>");
        foreach (var (key, versions) in new[] { ("a", 300), ("b", 900), ("c", 2) })
        {
            for (var version = 0; version < versions; version++)
            {
                await ExecuteAsync(Put(key) with { VersionSalt = version });
            }
        }

        // Pages end within the many versions of b, and each of these passes sees only a few of the pages.
        for (var life = 0; life < 2; life++)
        {
            await CutOffAsync(place => place.Key == "a");
        }

        (await CountAsync("a")).ShouldBe(4, "the passes before came that far");
        (await CountAsync("b")).ShouldBeInRange(5, 899);
        await PassAsync();
        (await CountAsync("a"), await CountAsync("b"), await CountAsync("c")).ShouldBe((4, 4, 2));
    }

    [Fact]
    public async Task A_pass_goes_on_among_uploads_too()
    {
        await ConfigureAsync("<Rule><ID>abort</ID><Status>Enabled</Status><Filter/><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>" + Tagged);
        for (var number = 0; number < 600; number++)
        {
            var upload = Initiate(KeyOf(number), "upload-" + number);
            await ExecuteAsync(upload with { Time = _time.GetUtcNow(), Upload = upload.Upload with { InitiatedAt = _time.GetUtcNow() } });
        }

        await CutOffAsync(place => place.IsAmongUploads && place.Key.Length > 0);
        _time.Advance(TimeSpan.FromDays(3));
        await PassAsync();
        var left = (await Store.ListUploadsAsync(BucketId, new UploadListQuery("", "", null, null, 1000), Cancellation)).Uploads;
        left.Length.ShouldBeInRange(1, 599, "only those behind the place were old enough when they were looked at");
        left[0].Key.ShouldBe("0000");
        await PassAsync();
        (await Store.ListUploadsAsync(BucketId, new UploadListQuery("", "", null, null, 1000), Cancellation)).Uploads.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_place_of_other_rules_is_void_and_the_bucket_is_begun_anew()
    {
        await ConfigureAsync(Tagged);
        await PutManyAsync(1000);
        await CutOffAsync(place => place.Key.Length > 0);
        await TagAsync("0000", "0999");
        await ConfigureAsync(Tagged.Replace("<ID>r</ID>", "<ID>other</ID>", StringComparison.Ordinal));

        await PassAsync();
        (await KeysAsync("0000", "0999")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Rules_that_change_during_a_pass_begin_their_bucket_anew()
    {
        await ConfigureAsync(Tagged);
        await PutManyAsync(1000);
        var work = NewWork();
        await StepAsync(work, place => place.Key.Length > 0);
        await TagAsync("0000", "0999");
        await ConfigureAsync(Tagged.Replace("<ID>r</ID>", "<ID>other</ID>", StringComparison.Ordinal));
        await PassAsync(work);
        (await KeysAsync("0000", "0999")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_place_in_a_bucket_that_is_gone_leads_to_the_next_bucket_and_one_of_its_name_is_begun_anew()
    {
        await ConfigureAsync(Tagged);
        await PutManyAsync(300);
        var other = await CreateBucketAsync("next");
        await ConfigureAsync(Tagged, "next", other);
        await ExecuteAsync(Put("due") with { Bucket = "next", BucketId = other });
        await ExecuteAsync(new SetObjectTags { Time = Now(), Bucket = "next", BucketId = other, Key = "due", Tags = [new("gone", "yes")] });
        await CutOffAsync(place => place.Key.Length > 0);
        await ExecuteAsync(Delete([.. Enumerable.Range(0, 300).Select(KeyOf)]));
        (await ExecuteAsync(new DeleteBucket { Time = Now(), Bucket = Bucket, BucketId = BucketId })).IsDone.ShouldBeTrue();

        await StepAsync(NewWork(), _ => false, steps: 1);
        var again = await CreateBucketAsync(Bucket);
        await ConfigureAsync(Tagged, Bucket, again);
        await ExecuteAsync(Put("0000") with { BucketId = again });
        await ExecuteAsync(new SetObjectTags { Time = Now(), Bucket = Bucket, BucketId = again, Key = "0000", Tags = [new("gone", "yes")] });
        await PassAsync();
        (await Store.FindObjectAsync(again, "0000", Cancellation)).ShouldBeNull("it is behind no place of its bucket");
        (await Store.FindObjectAsync(other, "due", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_pass_that_is_over_within_a_second_writes_no_place()
    {
        await ConfigureAsync(Tagged);
        await PutManyAsync(600);
        var sequence = Store.PublishedSequence;
        var work = NewWork();
        while (await work.RunBatchAsync(Cancellation))
        {
            (await Store.FindLifecyclePlaceAsync(Cancellation)).ShouldBeNull();
        }

        Store.PublishedSequence.ShouldBe(sequence);
    }

    private static string KeyOf(int number) => number.ToString("d4", CultureInfo.InvariantCulture);

    private LifecycleWork NewWork()
        => new(Store, LifecycleSettings.Default, new LifecycleCounts(), NoCrashPoints.Instance, _time, NullLogger<LifecycleWork>.Instance);

    /// <summary>A process that ends as soon as its place is as wanted.</summary>
    private Task CutOffAsync(Predicate<LifecyclePlace> isWanted) => StepAsync(NewWork(), isWanted);

    private async Task StepAsync(LifecycleWork work, Predicate<LifecyclePlace> isWanted, int steps = 100)
    {
        for (var step = 0; step < steps; step++)
        {
            (await work.RunBatchAsync(Cancellation)).ShouldBeTrue("the pass was over before its place was as wanted");
            _time.Advance(TimeSpan.FromSeconds(1));
            if (await Store.FindLifecyclePlaceAsync(Cancellation) is { } place && isWanted(place))
            {
                return;
            }
        }
    }

    private async Task PassAsync(LifecycleWork? work = null)
    {
        work ??= NewWork();
        while (await work.RunBatchAsync(Cancellation))
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task ConfigureAsync(string rules, string bucket = Bucket, long? bucketId = null)
    {
        var document = LifecycleConfiguration.Document;
        var text = document.Format(document.Parse(Encoding.UTF8.GetBytes($"<LifecycleConfiguration>{rules}</LifecycleConfiguration>")));
        (await ExecuteAsync(
            new SetBucketConfiguration { Time = Now(), Bucket = bucket, BucketId = bucketId ?? BucketId, Name = document.Name, Document = text })).IsDone.ShouldBeTrue();
    }

    private async Task PutManyAsync(int count)
    {
        for (var number = 0; number < count; number++)
        {
            await ExecuteAsync(Put(KeyOf(number)));
        }
    }

    private async Task TagAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            await ExecuteAsync(new SetObjectTags { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = key, Tags = [new("gone", "yes")] });
        }
    }

    private async Task<List<string>> KeysAsync(params string[] of)
    {
        var there = new List<string>();
        foreach (var key in of)
        {
            if (await FindAsync(key) is not null)
            {
                there.Add(key);
            }
        }

        return there;
    }

    private async Task<int> CountAsync(string key)
        => (await Store.ListVersionsAsync(BucketId, new VersionListQuery(key, "", null, null, 1000), Cancellation)).Versions.Length;
}

/// <summary>Restarts of the pass on SQLite.</summary>
public sealed class SqliteLifecycleRestartTests : LifecycleRestartTests<SqliteEngine>;

/// <summary>Restarts of the pass in memory.</summary>
public sealed class MemoryLifecycleRestartTests : LifecycleRestartTests<MemoryEngine>;
