using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every engine promises about accounts, credentials, boots, blob owners and the outbox.</summary>
public abstract class BookkeepingContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    [Fact]
    public async Task Accounts_are_found_by_id_and_by_address()
    {
        await ExecuteAsync(new PutAccount { Time = Now(), Account = new AccountRecord("id-1", "One", "one@example.com") });
        await ExecuteAsync(new PutAccount { Time = Now(), Account = new AccountRecord("id-2", "Two", null) });
        await ExecuteAsync(new PutAccount { Time = Now(), Account = new AccountRecord("id-1", "Uno", "uno@example.com") });

        (await Store.FindAccountAsync("id-1", Cancellation)).ShouldBe(new AccountRecord("id-1", "Uno", "uno@example.com"));
        (await Store.FindAccountByEmailAsync("uno@example.com", Cancellation))!.Id.ShouldBe("id-1");
        (await Store.FindAccountByEmailAsync("one@example.com", Cancellation)).ShouldBeNull();
        (await Store.FindAccountAsync("id-3", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Credentials_are_put_kept_listed_and_removed()
    {
        (await ExecuteAsync(new PutCredential { Time = Now(), Credential = Credential("AK2", "first") })).ShouldBeTrue();
        (await ExecuteAsync(new PutCredential { Time = Now(), Credential = Credential("AK2", "second"), OnlyIfAbsent = true }))
            .ShouldBeFalse();
        (await ExecuteAsync(new PutCredential { Time = Now(), Credential = Credential("AK1", "third") })).ShouldBeTrue();

        var found = (await Store.FindCredentialAsync("AK2", Cancellation))!;
        found.DisplayName.ShouldBe("first");
        found.WrappedSecret.ToArray().ShouldBe([1, 2, 3]);
        found.Active.ShouldBeTrue();
        (await Store.ListCredentialsAsync(null, 10, Cancellation)).Select(row => row.AccessKey).ShouldBe(["AK1", "AK2"]);
        (await Store.ListCredentialsAsync("AK1", 10, Cancellation)).Select(row => row.AccessKey).ShouldBe(["AK2"]);
        (await ExecuteAsync(new DeleteCredential { Time = Now(), AccessKey = "AK2" })).ShouldBeTrue();
        (await ExecuteAsync(new DeleteCredential { Time = Now(), AccessKey = "AK2" })).ShouldBeFalse();
        (await Store.FindCredentialAsync("AK2", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_boot_is_larger_than_any_that_store_or_root_remembers()
    {
        (await ExecuteAsync(new StartBoot { Time = Now(), Node = 0, RootHighestBoot = 0 })).ShouldBe(1u);
        (await ExecuteAsync(new StartBoot { Time = Now(), Node = 0, RootHighestBoot = 7 })).ShouldBe(8u);
        (await ExecuteAsync(new StartBoot { Time = Now(), Node = 0, RootHighestBoot = 3 })).ShouldBe(9u);
        (await ExecuteAsync(new StartBoot { Time = Now(), Node = 5, RootHighestBoot = 0 })).ShouldBe(1u);
        await ExecuteAsync(new MarkBootSwept { Time = Now(), Node = 0, Boot = 8 });

        (await Store.ListBootsAsync(0, Cancellation)).ShouldBe([new(0, 1, false), new(0, 8, true), new(0, 9, false)]);
        (await Store.ListBootsAsync(4, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_blob_has_one_owner_and_every_backend_is_known_while_it_holds_one()
    {
        var (first, second) = (NewBlob(backend: "old"), NewBlob(backend: "local"));
        await ExecuteAsync(Put("a", segments: first));
        var put = await ExecuteAsync(Put("b", segments: second));

        (await Store.FindBlobOwnerAsync(second.BlobId, Cancellation))
            .ShouldBe(new BlobOwner(second.BlobId, BucketId, "b", put.Order, null, 0) { Backend = "local" });
        (await Store.ListBlobOwnersAsync(first.BlobId, 10, Cancellation)).ShouldHaveSingleItem().BlobId.ShouldBe(second.BlobId);
        (await Store.ListBackendsAsync(Cancellation)).ShouldBe(["local", "old"]);

        await ExecuteAsync(new CollectGarbage { Time = Now(), Blobs = [first.BlobId] });
        (await Store.ListBackendsAsync(Cancellation)).ShouldBe(["local"]);
        (await Store.FindBlobOwnerAsync(first.BlobId, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task An_owner_row_is_restored_only_where_it_is_missing_and_its_record_names_the_blob()
    {
        var (segment, other) = (NewBlob(backend: "old"), NewBlob());
        var put = await ExecuteAsync(Put("a", segments: segment));
        var owner = new BlobOwner(segment.BlobId, BucketId, "a", put.Order, UploadId: null, PartNumber: 0);
        (await RestoreAsync(owner)).ShouldBeFalse("it has one");

        await ExecuteAsync(new CollectGarbage { Time = Now(), Blobs = [segment.BlobId] });
        (await RestoreAsync(owner with { BlobId = other.BlobId })).ShouldBeFalse("the record names another blob");
        (await RestoreAsync(owner with { Order = put.Order - 1 })).ShouldBeFalse("the record is another version");
        (await RestoreAsync(owner with { Key = "b" })).ShouldBeFalse("there is no such record");
        (await RestoreAsync(owner with { Key = null, UploadId = "u", PartNumber = 1 })).ShouldBeFalse("there is no such part");
        (await Store.FindBlobOwnerAsync(segment.BlobId, Cancellation)).ShouldBeNull();

        (await RestoreAsync(owner)).ShouldBeTrue();
        (await Store.FindBlobOwnerAsync(segment.BlobId, Cancellation)).ShouldBe(owner with { Backend = "old" });
        (await Store.ListBackendsAsync(Cancellation)).ShouldBe(["old"]);

        Task<bool> RestoreAsync(BlobOwner wanted) => ExecuteAsync(new RestoreBlobOwner { Time = Now(), Owner = wanted }).AsTask();
    }

    [Fact]
    public async Task Counters_are_adjusted_by_what_they_are_off()
    {
        await ExecuteAsync(Put("a", size: 10));
        await ExecuteAsync(new AdjustCounters { Time = Now(), BucketId = BucketId, Objects = 2, Bytes = -3 });
        (await Store.CountAsync(BucketId, Cancellation)).ShouldBe(new BucketCounters(3, 7));
    }

    [Fact]
    public async Task An_event_stands_in_the_outbox_with_the_order_of_its_change()
    {
        var put = await ExecuteAsync(Put("key", 7, "tag") with { Event = Event("e1") });

        var row = (await Store.ReadOutboxAsync(0, 10, Cancellation)).ShouldHaveSingleItem();
        row.Order.ShouldBe(put.Order);
        row.Sequence.ShouldBe(Store.PublishedSequence);
        (row.Bucket, row.Key, row.Size, row.ETag, row.VersionId).ShouldBe((Bucket, "key", 7, "tag", "null"));
        row.Intent.Targets.ShouldBe(["queue"]);
        (row.Intent with { Targets = default }).ShouldBe(Event("e1") with { Targets = default });

        var refused = Put("key") with { Event = Event("e2"), Condition = new WriteCondition(null, IfNoneMatch: true) };
        await ExecuteAsync(refused);
        (await Store.ReadOutboxAsync(0, 10, Cancellation)).ShouldHaveSingleItem("a refused change tells nothing");
        await ExecuteAsync(new AcknowledgeEvents { Time = Now(), Events = [(row.Sequence, row.Ordinal)] });
        (await Store.ReadOutboxAsync(0, 10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_events_of_one_command_are_never_divided_between_pages()
    {
        await ExecuteAsync(Put("a"));
        await ExecuteAsync(Put("b"));
        await ExecuteAsync(Delete("a", "b") with { Event = Event("many") });
        await ExecuteAsync(Put("c") with { Event = Event("one") });

        var page = await Store.ReadOutboxAsync(0, 1, Cancellation);
        page.Select(row => row.Key).ShouldBe(["a", "b"]);
        (await Store.ReadOutboxAsync(page[^1].Sequence, 1, Cancellation)).ShouldHaveSingleItem().Key.ShouldBe("c");
    }

    [Fact]
    public async Task A_key_of_the_store_is_kept_once_and_rewrapped_only_from_what_was_read()
    {
        (await ExecuteAsync(new AddStoreKey { Time = Now(), Id = 2, WrappedKey = new byte[] { 1 } })).ToArray().ShouldBe([1]);
        (await ExecuteAsync(new AddStoreKey { Time = Now(), Id = 2, WrappedKey = new byte[] { 2 } })).ToArray().ShouldBe([1], "the first one wins");
        await ExecuteAsync(new AddStoreKey { Time = Now(), Id = 1, WrappedKey = new byte[] { 3 } });
        (await RewrapAsync(2, before: 2, after: 9)).ShouldBeFalse();
        (await RewrapAsync(5, before: 1, after: 9)).ShouldBeFalse();
        (await RewrapAsync(2, before: 1, after: 4)).ShouldBeTrue();

        (await Store.ListStoreKeysAsync(Cancellation)).Select(row => (row.Id, row.WrappedKey.ToArray()[0])).ShouldBe([(1, (byte)3), (2, (byte)4)]);

        ValueTask<bool> RewrapAsync(int id, byte before, byte after) => Store.ExecuteAsync(
            new RewrapStoreKey { Time = Now(), Before = new StoreKeyRecord(id, new[] { before }), WrappedKey = new[] { after } }, Cancellation);
    }

    [Fact]
    public async Task An_objects_encryption_is_kept_with_it_its_upload_and_its_parts()
    {
        var encryption = new EncryptionRecord(EncryptionMode.SseKms, new byte[] { 1, 2 }) { KeyId = "id", Context = "e30=", BucketKeyEnabled = true };
        var put = Put("key");
        await ExecuteAsync(put with { Object = put.Object with { Encryption = encryption } });
        (await FindAsync("key"))!.Encryption.ShouldBe(encryption);
        await ExecuteAsync(new SetObjectTags { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = "key", Tags = [new("a", "b")] });
        (await FindAsync("key"))!.Encryption.ShouldBe(encryption, "changes of other things leave it alone");

        var initiate = Initiate("parts", "u1");
        await ExecuteAsync(initiate with { Upload = initiate.Upload with { Encryption = encryption } });
        var part = Part("parts", "u1", 1);
        await ExecuteAsync(part with { Part = part.Part with { Encryption = encryption } });
        (await Store.FindUploadAsync(BucketId, "parts", "u1", Cancellation))!.Encryption.ShouldBe(encryption);
        (await Store.ListPartsAsync("u1", 0, 10, Cancellation)).ShouldHaveSingleItem().Encryption.ShouldBe(encryption);
    }

    [Fact]
    public async Task Health_can_be_asked_for_and_the_store_has_an_id()
    {
        await Store.CheckHealthAsync(Cancellation);
        Store.StoreId.Length.ShouldBe(32);
    }

    private static CredentialRecord Credential(string key, string name)
        => new()
        {
            AccessKey = key,
            WrappedSecret = new byte[] { 1, 2, 3 },
            AccountId = "account",
            PrincipalId = "principal",
            DisplayName = name,
            Origin = CredentialOrigin.Admin,
            CreatedAt = Start,
        };
}
