using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every metadata engine promises about buckets, objects, conditions and what is written beside them.</summary>
public abstract class MetadataStoreContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    [Fact]
    public async Task A_bucket_is_made_once_and_the_second_is_told_whose_it_is()
    {
        var outcome = await ExecuteAsync(NewBucket(Bucket, owner: "other"));

        outcome.Status.ShouldBe(WriteStatus.BucketExists);
        outcome.OwnerId.ShouldBe("owner");
        (await Store.FindBucketAsync(Bucket, Cancellation))!.OwnerId.ShouldBe("owner");
    }

    [Fact]
    public async Task A_bucket_id_is_never_given_again()
    {
        var first = await CreateBucketAsync("again");
        await ExecuteAsync(new DeleteBucket { Time = Now(), Bucket = "again", BucketId = first });

        var second = await CreateBucketAsync("again");

        second.ShouldBeGreaterThan(first);
        (await ExecuteAsync(Put("key") with { Bucket = "again", BucketId = first })).Status.ShouldBe(WriteStatus.BucketMissing);
    }

    [Fact]
    public async Task A_bucket_with_objects_stays_and_an_empty_one_goes_with_one_garbage_row()
    {
        var delete = new DeleteBucket { Time = Now(), Bucket = Bucket, BucketId = BucketId };
        await ExecuteAsync(Put("key"));
        (await ExecuteAsync(delete)).Status.ShouldBe(WriteStatus.BucketNotEmpty);
        await ExecuteAsync(Delete("key"));
        await ExecuteAsync(Initiate("open", "upload-1"));

        (await ExecuteAsync(delete)).IsDone.ShouldBeTrue();

        (await Store.FindBucketAsync(Bucket, Cancellation)).ShouldBeNull();
        (await GarbageAsync()).Count(row => row.Kind == GarbageKind.Bucket && row.BucketId == BucketId).ShouldBe(1);
        (await ExecuteAsync(new ExpandDeletedBucket { Time = Now(), BucketId = BucketId })).ShouldBe(1);
        (await GarbageAsync()).ShouldContain(row => row.Kind == GarbageKind.Upload && row.UploadId == "upload-1");
        (await ExecuteAsync(new ExpandDeletedBucket { Time = Now(), BucketId = BucketId })).ShouldBe(0);
    }

    [Fact]
    public async Task Buckets_are_listed_by_name_owner_prefix_and_page()
    {
        foreach (var (name, owner) in new[] { ("b-2", "x"), ("a-1", "x"), ("b-1", "y"), ("b-3", "x") })
        {
            await CreateBucketAsync(name, owner);
        }

        (await NamesAsync(null, "", null, 10)).ShouldBe(["a-1", "b-1", "b-2", "b-3", Bucket]);
        (await NamesAsync("x", "", null, 10)).ShouldBe(["a-1", "b-2", "b-3"]);
        (await NamesAsync(null, "b-", "b-1", 1)).ShouldBe(["b-2"]);
        (await NamesAsync("x", "b-", "b-2", 10)).ShouldBe(["b-3"]);
        (await NamesAsync(null, "", null, 0)).ShouldBeEmpty();

        async Task<IEnumerable<string>> NamesAsync(string? owner, string prefix, string? after, int limit)
            => (await Store.ListBucketsAsync(owner, prefix, after, limit, Cancellation)).Select(bucket => bucket.Name);
    }

    [Fact]
    public async Task An_object_comes_back_as_it_was_put_with_order_and_time_of_the_store()
    {
        var put = Put("k\u00e9y/\U0001F600", 42, "abc");
        var record = put.Object with
        {
            Headers = new ContentHeaders("text/plain", CacheControl: ""),
            UserMetadata = [new("color", "blue"), new("empty", "")],
            Tags = [new("t", "v")],
            StorageClass = "STANDARD_IA",
            Checksum = new ChecksumRecord(5, 1, new byte[32]),
        };

        var outcome = await ExecuteAsync(put with { Object = record });

        var found = (await FindAsync(record.Key))!;
        outcome.Order.ShouldBe(found.Order);
        outcome.LastModified.ShouldBe(put.Time);
        found.LastModified.ShouldBe(put.Time);
        Describe.Record(found).ShouldBe(Describe.Record(record with { Order = outcome.Order, LastModified = put.Time }));
    }

    [Fact]
    public async Task Replacing_an_object_turns_its_blob_into_garbage_of_that_command()
    {
        var old = NewBlob();
        await ExecuteAsync(Put("key", segments: old));
        var before = Store.PublishedSequence;

        await ExecuteAsync(Put("key"));

        var row = (await GarbageAsync()).ShouldHaveSingleItem();
        row.Segment!.BlobId.ShouldBe(old.BlobId);
        row.Sequence.ShouldBe(before + 1);
        row.Sequence.ShouldBe(Store.PublishedSequence);
        (await Store.ReadGarbageAsync(after: null, before, 10, Cancellation)).ShouldBeEmpty();
        (await Store.FindBlobOwnerAsync(old.BlobId, Cancellation)).ShouldNotBeNull("a blob that waits as garbage still has its owner");
    }

    [Fact]
    public async Task Garbage_is_read_on_after_any_row_also_in_the_middle_of_a_command()
    {
        foreach (var key in new[] { "a", "b", "c" })
        {
            await ExecuteAsync(Put(key, segments: [NewBlob(), NewBlob(), NewBlob()]));
            await ExecuteAsync(Delete(key));
        }

        var all = await GarbageAsync();
        all.Length.ShouldBe(9);
        for (var i = 0; i < all.Length; i++)
        {
            var rest = await Store.ReadGarbageAsync((all[i].Sequence, all[i].Ordinal), all[5].Sequence, limit: 4, Cancellation);
            rest.Select(Row).ShouldBe(all[..6].Skip(i + 1).Take(4).Select(Row));
        }

        static (long Sequence, int Ordinal, UInt128 BlobId) Row(GarbageEntry entry) => (entry.Sequence, entry.Ordinal, entry.Segment!.BlobId);
    }

    [Fact]
    public async Task Counters_follow_puts_replacements_and_deletes()
    {
        await ExecuteAsync(Put("a", 10));
        await ExecuteAsync(Put("b", 5));
        await ExecuteAsync(Put("a", 3));
        (await Store.CountAsync(BucketId, Cancellation)).ShouldBe(new BucketCounters(2, 8));

        await ExecuteAsync(Delete("b", "absent"));

        (await Store.CountAsync(BucketId, Cancellation)).ShouldBe(new BucketCounters(1, 3));
        (await Store.CountAllAsync(Cancellation)).ShouldBe(new StoreCounters(1, 1, 3));
        (await Store.CountAsync(12345, Cancellation)).ShouldBe(default);
    }

    [Theory]
    [InlineData(null, false, null, WriteStatus.Done)]
    [InlineData(null, true, null, WriteStatus.Done)]
    [InlineData("etag", true, null, WriteStatus.PreconditionFailed)]
    [InlineData("etag", false, "etag", WriteStatus.Done)]
    [InlineData("etag", false, "*", WriteStatus.Done)]
    [InlineData("etag", false, "other", WriteStatus.PreconditionFailed)]
    [InlineData(null, false, "etag", WriteStatus.KeyMissing)]
    [InlineData(null, false, "*", WriteStatus.KeyMissing)]
    public async Task A_put_is_decided_by_its_condition(string? existing, bool ifNoneMatch, string? ifMatch, WriteStatus expected)
    {
        if (existing is not null)
        {
            await ExecuteAsync(Put("key", eTag: existing));
        }

        var before = await Describe.StoreAsync(Store, Cancellation);
        var outcome = await ExecuteAsync(Put("key", eTag: "new") with { Condition = new WriteCondition(ifMatch, ifNoneMatch) });

        outcome.Status.ShouldBe(expected);
        if (expected != WriteStatus.Done)
        {
            (await Describe.StoreAsync(Store, Cancellation)).ShouldBe(before, "a refusal changes nothing");
        }
    }

    [Fact]
    public async Task Of_32_writers_that_want_an_absent_key_exactly_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var key = "raced-" + round;
            var puts = Enumerable.Range(0, 32)
                .Select(writer => Put(key, eTag: "writer-" + writer) with { Condition = new WriteCondition(null, IfNoneMatch: true) })
                    .ToList();

            var outcomes = await Task.WhenAll(puts.Select(put => Task.Run(() => ExecuteAsync(put).AsTask())));

            outcomes.Count(outcome => outcome.IsDone).ShouldBe(1);
            outcomes.Count(outcome => outcome.Status == WriteStatus.PreconditionFailed).ShouldBe(31);
            var winner = puts[Array.FindIndex(outcomes, outcome => outcome.IsDone)];
            (await FindAsync(key))!.ETag.ShouldBe(winner.Object.ETag);
        }
    }

    [Fact]
    public async Task Deleting_many_keys_decides_each_on_its_own()
    {
        await ExecuteAsync(Put("a", eTag: "1"));
        await ExecuteAsync(Put("b", eTag: "2"));
        var delete = Delete() with { Keys = [new("a", "wrong"), new("b", "2"), new("absent"), new("gone", "1"), new("b")] };

        var outcomes = await ExecuteAsync(delete);

        outcomes.Select(outcome => outcome.Status).ShouldBe(
            [WriteStatus.PreconditionFailed, WriteStatus.Done, WriteStatus.Done, WriteStatus.KeyMissing, WriteStatus.Done]);
        (await FindAsync("a")).ShouldNotBeNull();
        (await FindAsync("b")).ShouldBeNull();
        (await ExecuteAsync(delete with { BucketId = 99 })).ShouldAllBe(outcome => outcome.Status == WriteStatus.BucketMissing);
    }

    [Fact]
    public async Task Orders_grow_even_when_the_clock_goes_back()
    {
        var orders = new List<long>();
        for (var step = 0; step < 5; step++)
        {
            orders.Add((await ExecuteAsync(Put("key") with { Time = Start - TimeSpan.FromDays(step) })).Order);
        }

        orders.ShouldBeInOrder(SortDirection.Ascending);
        orders.Distinct().Count().ShouldBe(5);
        var later = Start + TimeSpan.FromDays(1);
        (await ExecuteAsync(Put("key") with { Time = later })).Order.ShouldBe(later.UtcTicks);
    }

    [Fact]
    public async Task Acl_and_tags_change_a_record_and_leave_its_bytes_order_and_time_alone()
    {
        await ExecuteAsync(Put("key"));
        var before = (await FindAsync("key"))!;
        var acl = new AccessControlList("owner", [new AclGrant(GranteeKind.Group, "everyone", AclPermission.Read)]);

        await ExecuteAsync(new SetObjectAcl { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = "key", Acl = acl });
        await ExecuteAsync(new SetObjectTags { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = "key", Tags = [new("a", "b")] });
        await ExecuteAsync(new SetBucketAcl { Time = Now(), Bucket = Bucket, BucketId = BucketId, Acl = acl });

        Describe.Record((await FindAsync("key"))!).ShouldBe(Describe.Record(before with { Acl = acl, Tags = [new("a", "b")] }));
        (await Store.FindBucketAsync(Bucket, Cancellation))!.Acl.Grants.ShouldBe(acl.Grants);
        (await GarbageAsync()).ShouldBeEmpty();
        var missing = new SetObjectTags { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = "absent", Tags = [] };
        (await ExecuteAsync(missing)).Status.ShouldBe(WriteStatus.KeyMissing);
    }

    [Fact]
    public async Task Acl_and_tags_do_not_reach_an_object_that_came_meanwhile()
    {
        await ExecuteAsync(Put("key"));
        var before = (await FindAsync("key"))!;
        var tags = new SetObjectTags { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = "key", Tags = [new("a", "b")] };
        var acl = new SetObjectAcl { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = "key", Acl = new AccessControlList("thief", []) };

        await ExecuteAsync(Put("key"));
        var after = (await FindAsync("key"))!;
        (await ExecuteAsync(tags with { ObjectOrder = before.Order })).Status.ShouldBe(WriteStatus.ObjectChanged);
        (await ExecuteAsync(acl with { ObjectOrder = before.Order })).Status.ShouldBe(WriteStatus.ObjectChanged);

        Describe.Record((await FindAsync("key"))!).ShouldBe(Describe.Record(after));
        (await ExecuteAsync(tags with { ObjectOrder = after.Order })).IsDone.ShouldBeTrue();
        (await ExecuteAsync(acl with { ObjectOrder = after.Order })).IsDone.ShouldBeTrue("tags make no other object of it");
    }

    [Fact]
    public async Task A_remembered_write_answers_the_same_again_until_it_is_forgotten()
    {
        var retry = new RetryIdentity(new byte[] { 1, 2, 3 }, new byte[] { 9 });
        var put = Put("key") with { Condition = new WriteCondition(null, IfNoneMatch: true), Retry = retry };
        var first = await ExecuteAsync(put);

        var again = await ExecuteAsync(put with { Time = Now(), Object = put.Object with { Segments = [NewBlob()] } });
        again.ShouldBe(first);
        (await GarbageAsync()).ShouldHaveSingleItem("the second attempt's blob is garbage");
        (await ExecuteAsync(put)).ShouldBe(first);
        (await GarbageAsync()).ShouldHaveSingleItem("the very same command again must not drop the object's own blob");

        var other = put with { Retry = retry with { Fingerprint = new byte[] { 8 } } };
        (await ExecuteAsync(other)).Status.ShouldBe(WriteStatus.PreconditionFailed);

        var late = put.Time + RetryIdentity.Memory + TimeSpan.FromMinutes(1);
        await ExecuteAsync(Put("other") with { Time = late, Retry = new RetryIdentity(new byte[] { 7 }, new byte[] { 7 }) });
        (await ExecuteAsync(put)).Status.ShouldBe(WriteStatus.PreconditionFailed);
    }

    [Fact]
    public async Task Inline_bytes_live_and_go_with_their_blob_id()
    {
        var segment = NewBlob() with { Kind = SegmentKind.Inline, Backend = "" };
        await ExecuteAsync(Put("key", segments: segment) with { InlineBody = new byte[] { 1, 2, 3 } });
        (await Store.FindInlineBodyAsync(segment.BlobId, Cancellation))!.Value.ToArray().ShouldBe([1, 2, 3]);
        var found = (await Store.FindObjectWithBodyAsync(BucketId, "key", Cancellation))!.Value;
        Describe.Record(found.Object).ShouldBe(Describe.Record((await FindAsync("key"))!));
        found.InlineBody!.Value.ToArray().ShouldBe([1, 2, 3]);
        (await Store.ListBackendsAsync(Cancellation)).ShouldBeEmpty();
        (await Store.ListBlobOwnersAsync(null, 10, Cancellation)).ShouldBeEmpty("no backend holds it");

        await ExecuteAsync(Delete("key"));
        (await Store.FindInlineBodyAsync(segment.BlobId, Cancellation)).ShouldNotBeNull("a reader may still hold it");
        var row = (await GarbageAsync()).ShouldHaveSingleItem();
        await ExecuteAsync(new CollectGarbage { Time = Now(), Rows = [(row.Sequence, row.Ordinal)], Blobs = [segment.BlobId] });

        (await Store.FindInlineBodyAsync(segment.BlobId, Cancellation)).ShouldBeNull();
        var empty = NewBlob(0) with { Kind = SegmentKind.Inline, Backend = "" };
        await ExecuteAsync(Put("empty", segments: empty));
        (await Store.FindInlineBodyAsync(empty.BlobId, Cancellation))!.Value.Length.ShouldBe(0);
        (await Store.FindObjectWithBodyAsync(BucketId, "empty", Cancellation))!.Value.InlineBody!.Value.Length.ShouldBe(0);
        await ExecuteAsync(Put("elsewhere"));
        (await Store.FindObjectWithBodyAsync(BucketId, "elsewhere", Cancellation))!.Value.InlineBody.ShouldBeNull();
        (await Store.FindObjectWithBodyAsync(BucketId, "key", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_body_of_the_largest_inline_size_comes_back_whole()
    {
        var body = new byte[Store.MaxInlineBytes];
        new Random(1).NextBytes(body);
        body.Length.ShouldBe(64 * 1024);
        var segment = NewBlob(body.Length) with { Kind = SegmentKind.Inline, Backend = "" };

        await ExecuteAsync(Put("key", body.Length, segments: segment) with { InlineBody = body });

        (await Store.FindInlineBodyAsync(segment.BlobId, Cancellation))!.Value.Span.SequenceEqual(body).ShouldBeTrue();
    }

    [Fact]
    public async Task A_cancelled_command_is_never_applied()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await Store.ExecuteAsync(Put("key"), source.Token));

        (await FindAsync("key")).ShouldBeNull();
    }

    [Fact]
    public async Task Concurrent_writers_lose_nothing()
    {
        var puts = Enumerable.Range(0, 500).Select(number => Put($"key-{number:d4}")).ToList();

        var outcomes = await Task.WhenAll(puts.Select(put => Task.Run(() => ExecuteAsync(put).AsTask())));

        outcomes.Select(outcome => outcome.Order).Distinct().Count().ShouldBe(500);
        (await Store.CountAsync(BucketId, Cancellation)).ShouldBe(new BucketCounters(500, 5000));
        (await Store.ListBlobOwnersAsync(null, 1000, Cancellation)).Length.ShouldBe(500);
    }
}
