using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every engine promises about multipart uploads.</summary>
public abstract class MultipartContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    [Fact]
    public async Task A_completed_upload_is_an_object_whose_parts_stay_where_they_were()
    {
        await ExecuteAsync(Initiate("key", "u1"));
        for (var number = 1; number <= 3; number++)
        {
            (await ExecuteAsync(Part("key", "u1", number, size: 100 * number))).IsDone.ShouldBeTrue();
        }

        var outcome = await ExecuteAsync(await CompleteAsync("key", "u1", 1, 3));

        outcome.IsDone.ShouldBeTrue();
        var found = (await FindAsync("key"))!;
        (found.UploadId, found.PartCount, found.Size, found.Segments.Length).ShouldBe(("u1", 2, 400, 0));
        (await Store.FindUploadAsync(BucketId, "key", "u1", Cancellation)).ShouldBeNull();
        (await Store.ListPartsAsync("u1", 0, 10, Cancellation)).Length.ShouldBe(3);
        (await GarbageAsync()).ShouldHaveSingleItem().Kind.ShouldBe(GarbageKind.UnlistedParts);
        (await Store.CountAsync(BucketId, Cancellation)).ShouldBe(new BucketCounters(1, 400));
        (await Store.FindCompletedUploadAsync("u1", Cancellation))!.Outcome.ShouldBe(outcome);
    }

    [Fact]
    public async Task Completing_again_with_the_same_list_gives_the_same_answer()
    {
        await ExecuteAsync(Initiate("key", "u1"));
        await ExecuteAsync(Part("key", "u1", 1));
        var complete = await CompleteAsync("key", "u1", 1);
        var first = await ExecuteAsync(complete);

        (await ExecuteAsync(complete with { Time = Now() })).ShouldBe(first);
        (await ExecuteAsync(complete with { PartListDigest = new byte[] { 77 } })).Status.ShouldBe(WriteStatus.UploadMissing);

        await ExecuteAsync(Initiate("other", "u2"));
        var later = complete.Time + CompleteUpload.Memory + TimeSpan.FromHours(1);
        await ExecuteAsync(await CompleteAsync("other", "u2") with { Time = later });
        (await ExecuteAsync(complete)).Status.ShouldBe(WriteStatus.UploadMissing, "answers are forgotten after a day");
    }

    [Fact]
    public async Task Completing_fails_when_a_listed_part_changed_meanwhile()
    {
        await ExecuteAsync(Initiate("key", "u1"));
        await ExecuteAsync(Part("key", "u1", 1));
        var complete = await CompleteAsync("key", "u1", 1);
        await ExecuteAsync(Part("key", "u1", 1));
        var before = await Describe.StoreAsync(Store, Cancellation);

        (await ExecuteAsync(complete)).Status.ShouldBe(WriteStatus.PartChanged);
        (await Describe.StoreAsync(Store, Cancellation)).ShouldBe(before, "a refusal changes nothing");

        (await ExecuteAsync(await CompleteAsync("key", "u1", 1))).IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task Completing_obeys_its_condition()
    {
        await ExecuteAsync(Put("key"));
        await ExecuteAsync(Initiate("key", "u1"));
        await ExecuteAsync(Part("key", "u1", 1));
        var complete = await CompleteAsync("key", "u1", 1);

        var refused = await ExecuteAsync(complete with { Condition = new WriteCondition(null, IfNoneMatch: true) });
        refused.Status.ShouldBe(WriteStatus.PreconditionFailed);
        (await Store.FindUploadAsync(BucketId, "key", "u1", Cancellation)).ShouldNotBeNull();
        (await ExecuteAsync(complete with { Condition = new WriteCondition("etag", IfNoneMatch: false) })).IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task A_part_in_place_of_another_drops_the_other_s_blob()
    {
        await ExecuteAsync(Initiate("key", "u1"));
        var first = Part("key", "u1", 1);
        await ExecuteAsync(first);
        await ExecuteAsync(Part("key", "u1", 1, size: 20));

        (await GarbageAsync()).ShouldHaveSingleItem().Segment!.BlobId.ShouldBe(first.Part.Segments[0].BlobId);
        (await Store.ListPartsAsync("u1", 0, 10, Cancellation)).ShouldHaveSingleItem().Size.ShouldBe(20);
        (await Store.FindBlobOwnerAsync(first.Part.Segments[0].BlobId, Cancellation))!.UploadId.ShouldBe("u1");
    }

    [Fact]
    public async Task A_part_of_an_absent_upload_is_refused()
    {
        (await ExecuteAsync(Part("key", "nowhere", 1))).Status.ShouldBe(WriteStatus.UploadMissing);
        await ExecuteAsync(Initiate("key", "u1"));
        (await ExecuteAsync(Part("other", "u1", 1))).Status.ShouldBe(WriteStatus.UploadMissing);
        (await Store.ListPartsAsync("u1", 0, 10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_aborted_upload_is_gone_and_its_parts_are_garbage()
    {
        await ExecuteAsync(Initiate("key", "u1"));
        await ExecuteAsync(Part("key", "u1", 1));
        (await ExecuteAsync(Abort("key", "u1"))).IsDone.ShouldBeTrue();
        (await ExecuteAsync(Abort("key", "u1"))).Status.ShouldBe(WriteStatus.UploadMissing);

        var row = (await GarbageAsync()).ShouldHaveSingleItem();
        (row.Kind, row.UploadId).ShouldBe((GarbageKind.Upload, "u1"));
        var parts = await Store.ListPartsAsync("u1", 0, 10, Cancellation);
        await ExecuteAsync(new CollectGarbage
        {
            Time = Now(),
            Rows = [(row.Sequence, row.Ordinal)],
            Parts = [.. parts.Select(part => (part.UploadId, part.PartNumber))],
            Blobs = [.. parts.SelectMany(part => part.Segments).Select(segment => segment.BlobId)],
            Manifests = ["u1"],
        });
        (await Store.ListPartsAsync("u1", 0, 10, Cancellation)).ShouldBeEmpty();
        (await GarbageAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Idle_uploads_are_found_and_the_reaper_spares_one_that_moved()
    {
        await ExecuteAsync(Initiate("a", "u1"));
        await ExecuteAsync(Initiate("b", "u2"));
        await ExecuteAsync(Part("a", "u1", 1));
        var limit = Now();
        (await Store.ListIdleUploadsAsync(limit, 10, Cancellation)).Select(upload => upload.UploadId).ShouldBe(["u2", "u1"]);
        await ExecuteAsync(Part("b", "u2", 1));

        (await Store.ListIdleUploadsAsync(limit, 10, Cancellation)).Select(upload => upload.UploadId).ShouldBe(["u1"]);
        (await ExecuteAsync(Abort("b", "u2") with { OnlyIfIdleSince = limit })).Status.ShouldBe(WriteStatus.PreconditionFailed);
        (await ExecuteAsync(Abort("a", "u1") with { OnlyIfIdleSince = limit })).IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task Ten_thousand_parts_make_ten_manifest_chunks_that_offsets_and_numbers_find()
    {
        await ExecuteAsync(Initiate("key", "u1"));
        var numbers = Enumerable.Range(1, 10_000).ToArray();
        foreach (var chunk in numbers.Chunk(500))
        {
            await Task.WhenAll(chunk.Select(number => ExecuteAsync(Part("key", "u1", number, size: 5)).AsTask()));
        }

        (await ExecuteAsync(await CompleteAsync("key", "u1", numbers))).IsDone.ShouldBeTrue();

        (await FindAsync("key"))!.PartCount.ShouldBe(10_000);
        foreach (var (offset, expected) in new[] { (0L, 0), (4999L, 0), (5000L, 1), (49_999L, 9) })
        {
            var chunk = (await Store.FindManifestChunkAsync("u1", offset, Cancellation))!;
            (chunk.Chunk, chunk.Offset, chunk.Parts.Length).ShouldBe((expected, 5000L * expected, 1000));
        }

        (await Store.FindManifestChunkAsync("u1", 50_000L, Cancellation)).ShouldBeNull();
        (await Store.FindManifestChunkAsync("u1", chunk: 9, Cancellation))!.Parts[^1].ShouldBe(new ManifestPart(10_000, 5));
        (await Store.FindManifestChunkAsync("u1", chunk: 10, Cancellation)).ShouldBeNull();
        await ExecuteAsync(new CollectGarbage { Time = Now(), Manifests = ["u1"] });
        (await Store.FindManifestChunkAsync("u1", chunk: 0, Cancellation)).ShouldBeNull();
    }
}
