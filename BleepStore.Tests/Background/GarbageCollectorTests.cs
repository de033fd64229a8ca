using BleepStore.Tests.Api;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Background;

/// <summary>Bytes that nothing names any more go, but never from under a reader.</summary>
public abstract class GarbageCollectorTests(ApiHost fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slow_reader_gets_every_byte_of_an_object_that_was_overwritten_and_collected()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(16 << 20);
        await bucket.PutAsync("key", bytes);
        await ReadSlowlyAsync(bucket, bytes, () => bucket.PutAsync("key", "new"));
        (await bucket.GetAsync("key")).Text.ShouldBe("new");
    }

    [Fact]
    public async Task A_slow_reader_gets_every_part_of_an_object_that_was_deleted_and_collected()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        byte[][] parts = [.. Enumerable.Range(0, 4).Select(i => TestBucket.Bytes(5 << 20, seed: i))];
        await bucket.PutInPartsAsync("key", parts);
        await ReadSlowlyAsync(bucket, [.. parts.SelectMany(part => part)], () => bucket.DeleteAsync("key"));
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task More_garbage_than_a_batch_is_collected_to_the_end()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.CollectAsync();
        var blobs = await bucket.CountBlobsAsync();
        foreach (var batch in Enumerable.Range(0, 300).Chunk(30))
        {
            await Task.WhenAll(batch.Select(i => bucket.PutAsync($"key{i}", "Hello")));
            await Task.WhenAll(batch.Select(i => bucket.DeleteAsync($"key{i}")));
        }

        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(blobs);
        (await fixture.Host.Metadata.ReadGarbageAsync(after: null, long.MaxValue, 10, Token)).ShouldBeEmpty();
        (await bucket.SendAsync("DELETE", null, "", null)).Status.ShouldBe(204);
    }

    private static async Task ReadSlowlyAsync(TestBucket bucket, byte[] expected, Func<Task<RawResponse>> change)
    {
        await bucket.CollectAsync();
        var blobs = await bucket.CountBlobsAsync();
        var request = bucket.Request("GET", "key");
        TestBucket.Signer().SignHeader(request, TimeProvider.System.GetUtcNow());
        using var connection = await RawConnection.OpenAsync(bucket.Host.Endpoint, Token);
        await connection.WriteAsync(request.ToBytes(), Token);
        var start = new byte[1000];
        var count = await connection.ReadAsync(start, Token);

        (await change()).Status.ShouldBeOneOf(200, 204);
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBeGreaterThanOrEqualTo(blobs);
        var got = RawResponse.Parse([.. start[..count], .. await connection.ReadToEndAsync(Token)], "GET");
        got.IsWhole.ShouldBeTrue();
        got.Body.AsSpan().SequenceEqual(expected).ShouldBeTrue();

        // The reader has left: now the bytes go.
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBeLessThanOrEqualTo(blobs);
    }
}

/// <inheritdoc/>
public sealed class MemoryGarbageCollectorTests(MemoryApiHost fixture) : GarbageCollectorTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableGarbageCollectorTests(DurableApiHost fixture) : GarbageCollectorTests(fixture), IClassFixture<DurableApiHost>;
