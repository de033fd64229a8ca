using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Api.Integrity;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using BleepStore.Storage;
using BleepStore.Tests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Encryption;

/// <summary>
/// Somebody who can write to the disk, checksums included, but has no keys: what he changes is an error to readers and copies, and found by a check.
/// </summary>
public abstract class TamperedBytesTests(ApiHost fixture)
{
    private const string Sse = "x-amz-server-side-encryption";

    // Large enough to be a file of its own whatever small blobs share.
    private const int Length = (5 * SealedLayout.PlainFrameBytes) + 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(3 * SealedLayout.FrameBytes)]
    [InlineData(-1)]
    public async Task A_changed_byte_behind_a_right_checksum_never_comes_out(int position)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(Length);
        await bucket.PutAsync("key", bytes, (Sse, "AES256"));
        await RewriteAsync(await SegmentAsync(bucket, "key"), stored =>
        {
            stored[position < 0 ? stored.Length + position : position] ^= 1;
            return stored;
        });
        var got = await bucket.GetAsync("key");
        (got.Status == 500 || !got.IsWhole).ShouldBeTrue();
        if (got.Status == 200)
        {
            got.Body.AsSpan().SequenceEqual(bytes.AsSpan(0, got.Body.Length)).ShouldBeTrue("only right bytes came before the cut");
        }

        (await bucket.CopyAsync("key", "copy")).Status.ShouldBe(500);
        (await bucket.HeadAsync("copy")).Status.ShouldBe(404);
        (await ScrubAsync()).ShouldContain(finding => finding.Contains("authentication", StringComparison.Ordinal));
        await bucket.DeleteAsync("key");
        await bucket.CollectAsync();
    }

    [Fact]
    public async Task Bytes_of_another_object_of_the_same_length_are_not_taken_for_an_objects_own()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("salary", TestBucket.Bytes(Length, 1), EncryptionParts.Customer(1));
        await bucket.PutAsync("other", TestBucket.Bytes(Length, 2), EncryptionParts.Customer(1));
        var other = await StoredAsync(await SegmentAsync(bucket, "other"));
        await RewriteAsync(await SegmentAsync(bucket, "salary"), _ => other);
        (await bucket.GetAsync("salary", EncryptionParts.Customer(1))).Status.ShouldBe(500);
        (await bucket.GetAsync("other", EncryptionParts.Customer(1))).Body.ShouldBe(TestBucket.Bytes(Length, 2));
        (await ScrubAsync()).ShouldBeEmpty("without the customer's key only checksums can be verified, and those are right");
        await bucket.DeleteAsync("salary");
        await bucket.CollectAsync();
    }

    [Fact]
    public async Task What_is_stored_shows_nothing_of_the_bytes()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        foreach (var length in new[] { 1000, 100_000, Length })
        {
            var bytes = new byte[length];
            foreach (var (key, headers) in new[] { ("c", EncryptionParts.Customer(1)), ("s", [(Sse, "AES256")]), ("k", new[] { (Sse, "aws:kms") }) })
            {
                (await bucket.PutAsync(key, bytes, headers)).Status.ShouldBe(200);
                var segment = await SegmentAsync(bucket, key);
                segment.Length.ShouldBe(length);
                var stored = await StoredAsync(segment);
                stored.Length.ShouldBe((int)SealedLayout.StoredLength(length));
                stored.Count(value => value == 0).ShouldBeLessThan(Math.Max(50, stored.Length / 100), "zeros would be zeros");
            }
        }
    }

    private async Task<string[]> ScrubAsync()
    {
        var services = fixture.Host.Services;
        var findings = new List<string>();
        var run = new CheckRun("scrub", DateTimeOffset.UnixEpoch, finding => findings.Add(finding.ToString()));
        await new Scrubber(
            services.GetRequiredService<IMetadataStore>(), services.GetRequiredService<ObjectReader>(), services.GetRequiredService<ReaderRegistry>(), TimeProvider.System)
            .RunAsync(new ScrubSettings(WithChecksums: true), run, _ => { }, Token);
        return [.. findings];
    }

    private static async Task<Segment> SegmentAsync(TestBucket bucket, string key)
    {
        var row = (await bucket.Host.Metadata.FindBucketAsync(bucket.Name, Token)).ShouldNotBeNull();
        return (await bucket.Host.Metadata.FindObjectAsync(row.BucketId, key, Token)).ShouldNotBeNull().Segments.ShouldHaveSingleItem();
    }

    private async Task<byte[]> StoredAsync(Segment segment)
    {
        await using var stream = await fixture.Host.Services.GetRequiredService<ObjectReader>()
            .OpenStoredAsync(segment, 0, SealedLayout.StoredLength(segment.Length), Token);
        using var stored = new MemoryStream();
        await stream.CopyToAsync(stored, Token);
        return stored.ToArray();
    }

    /// <summary>Puts other bytes in the place of a blob's, with checksums that are right for them.</summary>
    private async Task RewriteAsync(Segment segment, Func<byte[], byte[]> change)
    {
        var stored = await StoredAsync(segment);
        var blob = BlobWriter.ToBlob(segment);
        await fixture.Host.Storage.DeleteAsync(blob, Token);
        using var content = new MemoryStream(change(stored));
        await fixture.Host.Storage.WriteAsync(new BlobAddress("b", "k", blob.Id), content, content.Length, Token);
    }
}

/// <summary>Over engines that forget.</summary>
public sealed class MemoryTamperedBytesTests(MemoryApiHost fixture) : TamperedBytesTests(fixture), IClassFixture<MemoryApiHost>;

/// <summary>Over SQLite and local files.</summary>
public sealed class DurableTamperedBytesTests(DurableApiHost fixture) : TamperedBytesTests(fixture), IClassFixture<DurableApiHost>;
