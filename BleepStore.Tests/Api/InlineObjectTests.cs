using BleepStore.Api.Checksums;
using BleepStore.Api.Content;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Api;

/// <summary>Small bodies are kept by the metadata: no blob is written for them, and nothing else about them differs.</summary>
public sealed class InlineObjectTests(DurableApiHost fixture) : IClassFixture<DurableApiHost>
{
    private const int Threshold = 4096;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 0)]
    [InlineData(Threshold, 1, 0)]
    [InlineData(Threshold + 1, 0, 1)]
    public async Task The_shape_goes_by_the_length_alike_for_objects_copies_forms_and_parts(int length, int inlineBodies, int blobs)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(length);
        await WroteAsync(async () => (await bucket.PutAsync("key", bytes)).Status.ShouldBe(200));
        await WroteAsync(async () => (await bucket.CopyAsync("key", "copy")).Status.ShouldBe(200));
        await WroteAsync(async () => (await bucket.CopyAsync("key", "hashed", ("x-amz-checksum-algorithm", "SHA256"))).Status.ShouldBe(200));
        var form = new TestForm { File = bytes }.With("key", "form");
        await WroteAsync(async () => (await PostObjectTests.PostAsync(bucket, PostObjectTests.Signed(bucket, form, """{"key": "form"}"""))).Status.ShouldBe(204));
        foreach (var key in (string[])["key", "copy", "hashed", "form"])
        {
            var got = await bucket.GetAsync(key);
            got.IsWhole.ShouldBeTrue();
            got.Body.ShouldBe(bytes);
            got.Header("ETag").ShouldBe($"\"{TestBucket.Md5(bytes)}\"");
        }

        var upload = await bucket.CreateUploadAsync("parts");
        await WroteAsync(async () => (await bucket.PutPartAsync("parts", upload, 1, bytes)).Status.ShouldBe(200));
        (await bucket.CompleteAsync("parts", upload, TestBucket.PartList((1, TestBucket.Md5(bytes))))).Status.ShouldBe(200);
        (await bucket.GetAsync("parts")).Body.ShouldBe(bytes);

        async Task WroteAsync(Func<Task> write)
        {
            var inlineBefore = await bucket.CountInlineBodiesAsync();
            var before = await bucket.CountBlobsAsync();
            await write();
            (await bucket.CountInlineBodiesAsync() - inlineBefore).ShouldBe(inlineBodies);
            (await bucket.CountBlobsAsync() - before).ShouldBe(inlineBodies + blobs);
        }
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=100-199", 100, 100)]
    [InlineData("bytes=900-5000", 900, 100)]
    [InlineData("bytes=-1", 999, 1)]
    public async Task Ranges_are_those_of_any_object(string range, int offset, int length)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(1000);
        await bucket.PutAsync("key", bytes);
        var got = await bucket.GetAsync("key", ("Range", range));
        got.Status.ShouldBe(206);
        got.Body.ShouldBe(bytes.AsSpan(offset, length).ToArray());
    }

    [Fact]
    public async Task A_flipped_bit_in_a_row_is_500_for_reads_and_copies_and_the_object_can_be_deleted()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", TestBucket.Bytes(1000));
        await bucket.PutAsync("other", "Hello");
        var record = await RecordAsync(bucket, "key");
        record.Segments.ShouldHaveSingleItem().Kind.ShouldBe(SegmentKind.Inline);
        await DamageAsync(record.Segments[0]);
        var got = await bucket.GetAsync("key");
        got.Status.ShouldBe(500);
        got.ErrorCode.ShouldBe("InternalError");
        (await bucket.GetAsync("key", ("Range", "bytes=0-9"))).Status.ShouldBe(500);
        (await bucket.CopyAsync("key", "copy")).Status.ShouldBe(500);
        (await bucket.HeadAsync("copy")).Status.ShouldBe(404);
        (await bucket.GetAsync("other")).Text.ShouldBe("Hello");
        (await bucket.DeleteAsync("key")).Status.ShouldBe(204);
        await bucket.CollectAsync();
        (await fixture.Host.Metadata.FindInlineBodyAsync(record.Segments[0].BlobId, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Objects_of_a_higher_threshold_are_read_and_copied_after_it_was_lowered()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(1000);
        await bucket.PutAsync("key", bytes);
        var services = fixture.Host.Services;
        var lowered = ActivatorUtilities.CreateInstance<BlobWriter>(services, new InlineLimit(10));
        var copier = ActivatorUtilities.CreateInstance<ObjectCopier>(services, lowered);
        var copied = await copier.CopyAsync(
            await RecordAsync(bucket, "key"), 0, bytes.Length, bucket.Name, "copy", ChecksumAlgorithm.Crc64Nvme, isPart: false, default, Token);
        copied.Content.Segments.ShouldHaveSingleItem().Kind.ShouldBe(SegmentKind.Blob);
        copied.ETag.ShouldBe(TestBucket.Md5(bytes));
        await fixture.Host.Storage.DeleteAsync(BlobWriter.ToBlob(copied.Content.Segments[0]), Token);
    }

    private static async Task<ObjectRecord> RecordAsync(TestBucket bucket, string key)
    {
        var row = (await bucket.Host.Metadata.FindBucketAsync(bucket.Name, Token)).ShouldNotBeNull();
        return (await bucket.Host.Metadata.FindObjectAsync(row.BucketId, key, Token)).ShouldNotBeNull();
    }

    private async Task DamageAsync(Segment segment)
    {
        var row = (await fixture.Host.Metadata.FindInlineBodyAsync(segment.BlobId, Token)).ShouldNotBeNull().ToArray();
        row[500] ^= 0x10;
        await fixture.Host.Metadata.ExecuteAsync(new OverwriteRow { Time = default, BlobId = segment.BlobId, Row = row }, Token);
    }

    /// <summary>Puts other bytes where those of an inline segment are, as rot would.</summary>
    private sealed record OverwriteRow : MetadataCommand<bool>
    {
        public required UInt128 BlobId { get; init; }

        public required byte[] Row { get; init; }

        public override bool Apply(IMetadataTransaction transaction)
        {
            transaction.PutInlineBody(BlobId, Row);
            return true;
        }
    }
}
