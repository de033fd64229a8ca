using BleepStore.Storage;

namespace BleepStore.Tests.Api;

/// <summary>Bytes that rotted on disk: an error or a cut connection, never wrong bytes.</summary>
public sealed class DamagedBlobTests(DurableApiHost fixture) : IClassFixture<DurableApiHost>
{
    private const int Frame = 64 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(Frame - 1)]
    public async Task Damage_in_the_first_frame_is_500(int position)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(5 * Frame);
        await PutDamagedAsync(bucket, "key", bytes, position);
        var got = await bucket.GetAsync("key");
        got.Status.ShouldBe(500);
        got.ErrorCode.ShouldBe("InternalError");
        got.Header("ETag").ShouldBeNull();
        (await bucket.HeadAsync("key")).Status.ShouldBe(200);
        (await bucket.GetAsync("other")).Text.ShouldBe("Hello");
    }

    [Theory]
    [InlineData(Frame)]
    [InlineData((4 * Frame) + 5)]
    public async Task Damage_further_on_cuts_the_connection_after_right_bytes(int position)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(5 * Frame);
        await PutDamagedAsync(bucket, "key", bytes, position);
        var got = await bucket.GetAsync("key");
        got.IsWhole.ShouldBeFalse();
        got.Body.Length.ShouldBeLessThanOrEqualTo(position);
        got.Body.AsSpan().SequenceEqual(bytes.AsSpan(0, got.Body.Length)).ShouldBeTrue();

        // Ranges beside the damage are whole; one that begins with it is an error.
        (await bucket.GetAsync("key", ("Range", $"bytes=0-{Frame - 1}"))).Body.AsSpan().SequenceEqual(bytes.AsSpan(0, Frame)).ShouldBeTrue();
        (await bucket.GetAsync("key", ("Range", $"bytes={position}-"))).Status.ShouldBe(500);
    }

    [Fact]
    public async Task A_copy_never_blesses_rot()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await PutDamagedAsync(bucket, "key", TestBucket.Bytes(5 * Frame), 2 * Frame);
        await bucket.CollectAsync();
        var blobs = await bucket.CountBlobsAsync();
        (await bucket.CopyAsync("key", "copy")).Status.ShouldBe(500);
        (await bucket.CopyAsync("key", "copy", ("x-amz-checksum-algorithm", "SHA256"))).Status.ShouldBe(500);
        (await bucket.HeadAsync("copy")).Status.ShouldBe(404);
        (await bucket.CountBlobsAsync()).ShouldBe(blobs);
        (await bucket.DeleteAsync("key")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task A_lost_file_is_500_and_can_be_deleted()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var file = await PutDamagedAsync(bucket, "key", TestBucket.Bytes(300_000), 0);
        File.Delete(file);
        (await bucket.GetAsync("key")).Status.ShouldBe(500);
        (await bucket.CopyAsync("key", "copy")).Status.ShouldBe(500);
        (await bucket.DeleteAsync("key")).Status.ShouldBe(204);
        await bucket.CollectAsync();
    }

    /// <summary>Puts an object and flips a bit of its file, whose path is returned.</summary>
    private static async Task<string> PutDamagedAsync(TestBucket bucket, string key, byte[] bytes, int position)
    {
        var token = TestContext.Current.CancellationToken;
        await bucket.PutAsync("other", "Hello");
        var before = new HashSet<BlobId>();
        await foreach (var blob in bucket.Host.Storage.ListAsync(token))
        {
            before.Add(blob.Id);
        }

        (await bucket.PutAsync(key, bytes)).Status.ShouldBe(200);
        await foreach (var blob in bucket.Host.Storage.ListAsync(token))
        {
            if (before.Contains(blob.Id))
            {
                continue;
            }

            var path = Directory.GetFiles(bucket.Host.Directory, blob.Id.ToString(), SearchOption.AllDirectories).ShouldHaveSingleItem();
            await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
            file.Position = position;
            var value = file.ReadByte();
            file.Position = position;
            file.WriteByte((byte)(value ^ 0x10));
            return path;
        }

        throw new InvalidOperationException("No blob was written.");
    }
}
