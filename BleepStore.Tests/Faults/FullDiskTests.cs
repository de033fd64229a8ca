using System.Net;
using System.Text;
using System.Xml.Linq;

namespace BleepStore.Tests.Faults;

/// <summary>A disk filled to its last byte: S3 says so, reads and deletes go on, and what deletes free is used again without a restart.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private const int MiB = 1 << 20;

    private static readonly int[] Sizes = [8 * MiB, MiB, 64 << 10, 4 << 10, 1];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    public async Task A_store_filled_through_s3_is_emptied_through_s3_and_takes_bytes_again(int minFreeMiB)
    {
        using var disk = SmallFileSystem.Mount(sizeMiB: 192);
        await using var bed = await StartAsync(disk, minFreeMiB);
        var upload = await BeginUploadAsync(bed);
        await FillAsync(bed);
        output.WriteLine($"{bed.Keys.Count} objects stored, {disk.FreeBytes:N0} bytes free");
        if (minFreeMiB > 0)
        {
            disk.FreeBytes.ShouldBeInRange((minFreeMiB - 1) * (long)MiB, (minFreeMiB + 1) * (long)MiB);
        }

        FaultBed.ShouldBeError(await UploadPartAsync(bed, upload, 8 * MiB), HttpStatusCode.InsufficientStorage, "InsufficientStorage");
        bed.NothingIsHalfWritten();
        await bed.VerifyAsync(Token);

        FillBesideTheReserve(disk, bed);
        (await bed.TryPutAsync("no-room", 1, Token)).ShouldBeFalse();
        await bed.VerifyAsync(Token);
        foreach (var key in bed.Keys.Where((_, index) => index % 2 == 0))
        {
            await bed.DeleteAsync(key, Token);
        }

        await bed.DeleteAsync("large-000", Token);
        await bed.PutWhenThereIsRoomAsync("again", minFreeMiB == 0 ? MiB : 1, Token);
        await bed.VerifyAsync(Token);
        bed.Server.HasExited.ShouldBeFalse();
        await bed.AuditAsync(Token);
    }

    [Fact]
    public async Task A_server_killed_on_a_disk_without_a_free_byte_starts_and_can_be_emptied()
    {
        using var disk = SmallFileSystem.Mount(sizeMiB: 160);
        await using var bed = await StartAsync(disk, minFreeMiB: 0);
        for (var i = 0; i < 10; i++)
        {
            (await bed.TryPutAsync($"large-{i}", 8 * MiB, Token)).ShouldBeTrue();
        }

        for (var round = 0; round < 3; round++)
        {
            await bed.Server.KillAsync(Token);
            // As after a loss of power, when it is made anew.
            File.Delete(bed.MetadataPath + "-shm");
            FillBesideTheReserve(disk, bed);
            await bed.RestartAsync(Token);
            await bed.VerifyAsync(Token);
            (await bed.TryPutAsync("no-room", 1, Token)).ShouldBeFalse();
        }

        foreach (var key in bed.Keys)
        {
            await bed.DeleteAsync(key, Token);
        }

        await bed.PutWhenThereIsRoomAsync("again", MiB, Token);
        await bed.AuditAsync(Token);
    }

    [Fact]
    public async Task Objects_of_metadata_alone_fill_the_disk_and_are_deleted_from_it()
    {
        using var disk = SmallFileSystem.Mount(sizeMiB: 96);
        await using var bed = await StartAsync(disk, minFreeMiB: 0);
        disk.Fill(leaveBytes: 12 * MiB);
        var name = new string('n', 900);
        var full = false;
        for (var round = 0; !full; round++)
        {
            round.ShouldBeLessThan(1000, "the disk must be full at some time");
            var stored = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => bed.TryPutAsync($"{round:d4}-{i:d2}-{name}", 0, Token)));
            full = stored.Contains(false);
        }

        output.WriteLine($"{bed.Keys.Count} objects stored, {disk.FreeBytes:N0} bytes free");
        bed.Keys.Count.ShouldBeGreaterThan(500);
        disk.Fill();
        await bed.VerifyAsync(Token);
        foreach (var some in bed.Keys.Chunk(16))
        {
            await Task.WhenAll(some.Select(key => bed.DeleteAsync(key, Token)));
        }

        // What the reserve gave up was taken from outside: only when there is room again for it, bytes are added.
        (await bed.TryPutAsync("too-early", 0, Token)).ShouldBeFalse();
        File.Delete(Path.Combine(disk.Path, "filler"));
        await bed.PutWhenThereIsRoomAsync("again", MiB, Token);
        await bed.VerifyAsync(Token);
        await bed.AuditAsync(Token);
    }

    private static Task<FaultBed> StartAsync(SmallFileSystem disk, int minFreeMiB)
        => FaultBed.StartAsync(disk.Path, new Dictionary<string, string?> { ["BLEEPSTORE__STORAGE__MIN_FREE"] = $"{minFreeMiB}MiB" }, Token);

    // The room of a reserve that was given up is for deletes; whoever else writes to the disk comes to its last byte only where it stands.
    private static void FillBesideTheReserve(SmallFileSystem disk, FaultBed bed)
        => disk.Fill(leaveBytes: File.Exists(bed.Reserve) ? 0 : Math.Min(disk.FreeBytes, 64 * MiB));

    // Ever smaller objects, several at once, until not even one byte is taken.
    private static async Task FillAsync(FaultBed bed)
    {
        foreach (var size in Sizes)
        {
            var full = false;
            for (var round = 0; !full; round++)
            {
                round.ShouldBeLessThan(500, "the disk must be full at some time");
                var stored = await Task.WhenAll(Enumerable.Range(0, 3).Select(
                    i => bed.TryPutAsync(size == Sizes[0] ? $"large-{(round * 3) + i:d3}" : $"size-{size}-{(round * 3) + i:d4}", size, Token)));
                full = stored.Contains(false);
            }
        }
    }

    private static async Task<string> BeginUploadAsync(FaultBed bed)
    {
        var answer = (await bed.Client.SendAsync("POST", "/crash/parts?uploads", [], Token)).Expect(HttpStatusCode.OK);
        return XDocument.Parse(Encoding.UTF8.GetString(answer.Body)).Descendants().Single(element => element.Name.LocalName == "UploadId").Value;
    }

    private static Task<Crash.CrashAnswer> UploadPartAsync(FaultBed bed, string upload, int length)
        => bed.Client.SendAsync("PUT", $"/crash/parts?partNumber=1&uploadId={upload}", FaultBed.BodyOf("part", length), Token);
}
