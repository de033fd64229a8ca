using BleepStore.Api.Background;
using BleepStore.Metadata.Commands;
using BleepStore.Storage;
using BleepStore.Tests.Api;
using Microsoft.Extensions.Logging.Abstractions;

namespace BleepStore.Tests.Background;

/// <summary>The sweep after a start: blobs of earlier boots without a row go, nothing else does.</summary>
public sealed class BlobSweeperTests(DurableApiHost fixture) : IClassFixture<DurableApiHost>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_blobs_of_earlier_boots_that_no_row_names_are_swept()
    {
        var host = fixture.Host;
        var bucket = await TestBucket.CreateAsync(host);
        await bucket.PutAsync("key", "Hello");
        var upload = await bucket.CreateUploadAsync("upload");
        await bucket.PutPartAsync("upload", upload, 1, [1, 2, 3]);
        var boot = (await host.Metadata.ListBootsAsync(0, Token))[^1].Boot;
        var orphan = await WriteAsync(0, boot, 1_000_000);
        var ofNow = await WriteAsync(0, boot + 1, 1);
        var ofAnotherNode = await WriteAsync(7, 1, 1);

        // The boot of the host becomes an earlier one.
        await host.Metadata.ExecuteAsync(new StartBoot { Time = TimeProvider.System.GetUtcNow(), Node = 0, RootHighestBoot = 0 }, Token);
        (await SweeperOf(boot + 1, maySweep: false).SweepAsync(Token)).ShouldBe(0);
        (await SweeperOf(boot + 1, maySweep: true).SweepAsync(Token)).ShouldBe(1);
        (await IsThereAsync(orphan)).ShouldBeFalse();
        (await IsThereAsync(ofNow)).ShouldBeTrue();
        (await IsThereAsync(ofAnotherNode)).ShouldBeTrue();
        (await bucket.GetAsync("key")).Text.ShouldBe("Hello");
        (await bucket.CompleteAsync("upload", upload, TestBucket.PartList((1, TestBucket.Md5([1, 2, 3]))))).Status.ShouldBe(200);
        (await bucket.GetAsync("upload")).Body.ShouldBe([1, 2, 3]);

        // Swept once, a boot is not looked at again.
        var late = await WriteAsync(0, boot, 1_000_001);
        (await SweeperOf(boot + 1, maySweep: true).SweepAsync(Token)).ShouldBe(0);
        (await IsThereAsync(late)).ShouldBeTrue();
    }

    private BlobSweeper SweeperOf(uint boot, bool maySweep) => new(
        fixture.Host.Metadata, fixture.Host.Storage, new NodeBoot(0, boot, maySweep), TimeProvider.System, NullLogger<BlobSweeper>.Instance);

    private ValueTask<StoredBlob> WriteAsync(uint node, uint boot, ulong sequence) => fixture.Host.Storage.WriteAsync(
        new BlobAddress("bucket", "key", new BlobId(node, boot, sequence)), new MemoryStream([1, 2, 3]), 3, Token);

    private async Task<bool> IsThereAsync(StoredBlob blob)
    {
        await using var content = await fixture.Host.Storage.OpenAsync(blob, 0, blob.Length, Token);
        return content is not null;
    }
}
