using BleepStore.Api.Background;
using BleepStore.Metadata.Commands;
using BleepStore.Storage;
using BleepStore.Tests.Api;
using BleepStore.Tests.Storage;
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

    [Fact]
    public async Task A_blob_that_the_disk_refuses_to_delete_keeps_no_other_and_is_tried_again()
    {
        var host = fixture.Host;
        var boot = (await host.Metadata.ListBootsAsync(0, Token))[^1].Boot;
        StoredBlob[] orphans = [await WriteAsync(0, boot, 2_000_000), await WriteAsync(0, boot, 2_000_001), await WriteAsync(0, boot, 2_000_002)];
        await host.Metadata.ExecuteAsync(new StartBoot { Time = TimeProvider.System.GetUtcNow(), Node = 0, RootHighestBoot = 0 }, Token);
        int calls = 0;
        var storage = new FaultyObjectStorage(host.Storage)
        {
            Fault = call => call == StorageCall.Delete && ++calls == 2 ? DiskErrors.Input() : null,
        };

        (await SweeperOf(boot + 1, maySweep: true, storage).SweepAsync(Token)).ShouldBe(calls - 1);
        calls.ShouldBeGreaterThanOrEqualTo(3);
        (await SweeperOf(boot + 1, maySweep: true).SweepAsync(Token)).ShouldBe(1);
        foreach (var orphan in orphans)
        {
            (await IsThereAsync(orphan)).ShouldBeFalse();
        }
    }

    private BlobSweeper SweeperOf(uint boot, bool maySweep, IObjectStorage? storage = null) => new(
        fixture.Host.Metadata, storage ?? fixture.Host.Storage, new NodeBoot(0, boot, maySweep), TimeProvider.System, NullLogger<BlobSweeper>.Instance);

    private ValueTask<StoredBlob> WriteAsync(uint node, uint boot, ulong sequence) => fixture.Host.Storage.WriteAsync(
        new BlobAddress("bucket", "key", new BlobId(node, boot, sequence)), new MemoryStream([1, 2, 3]), 3, Token);

    private async Task<bool> IsThereAsync(StoredBlob blob)
    {
        await using var content = await fixture.Host.Storage.OpenAsync(blob, 0, blob.Length, Token);
        return content is not null;
    }
}
