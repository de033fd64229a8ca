using System.Net;
using System.Text;
using System.Xml.Linq;
using BleepStore.Tests.Crash;
using BleepStore.Tests.Storage;

namespace BleepStore.Tests.Faults;

/// <summary>A disk that refuses a write or a read fails that request, in S3's words, and nothing else.</summary>
public sealed class FailedWriteTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("write", FaultLibrary.InputOutputError)]
    [InlineData("create", FaultLibrary.InputOutputError)]
    [InlineData("create", FaultLibrary.ReadOnlyFileSystem)]
    [InlineData("create", FaultLibrary.AccessDenied)]
    public async Task A_blob_that_cannot_be_written_fails_its_request_alone(string call, int error)
    {
        using var directory = new TemporaryDirectory();
        using var faults = await FaultLibrary.CompileAsync(Token);
        await using var bed = await FaultBed.StartAsync(directory.Path, faults.Environment, Token);
        (await bed.TryPutAsync("before", 300_000, Token)).ShouldBeTrue();
        var upload = await BeginUploadAsync(bed);

        faults.Fail(call, "/objects/", error);
        foreach (var length in new[] { 5000, 70_000, 3_000_000 })
        {
            (await bed.TryPutAsync($"during-{length}", length, HttpStatusCode.InternalServerError, "InternalError", Token)).ShouldBeFalse();
        }

        (await bed.TryPutAsync("before", 5000, HttpStatusCode.InternalServerError, "InternalError", Token)).ShouldBeFalse();
        FaultBed.ShouldBeError(await UploadPartAsync(bed, upload), HttpStatusCode.InternalServerError, "InternalError");
        bed.NothingIsHalfWritten();
        await bed.VerifyAsync(Token);
        (await bed.TryPutAsync("empty", 0, Token)).ShouldBeTrue();
        (await bed.TryPutAsync("inline", 1000, Token)).ShouldBeTrue("its bytes go to the metadata");

        faults.Heal(call);
        (await bed.TryPutAsync("after", 3_000_000, Token)).ShouldBeTrue();
        (await UploadPartAsync(bed, upload)).Expect(HttpStatusCode.OK);
        await bed.VerifyAsync(Token);
        bed.Server.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task A_blob_that_cannot_be_read_fails_its_request_and_is_whole_when_the_disk_is()
    {
        using var directory = new TemporaryDirectory();
        using var faults = await FaultLibrary.CompileAsync(Token);
        await using var bed = await FaultBed.StartAsync(directory.Path, faults.Environment, Token);
        (await bed.TryPutAsync("small", 5000, Token)).ShouldBeTrue();
        (await bed.TryPutAsync("large", 3_000_000, Token)).ShouldBeTrue();

        faults.Fail("read", "/objects/");
        FaultBed.ShouldBeError(await bed.Client.SendAsync("GET", "/crash/small", [], Token), HttpStatusCode.InternalServerError, "InternalError");
        FaultBed.ShouldBeError(await bed.Client.SendAsync("GET", "/crash/large", [], Token), HttpStatusCode.InternalServerError, "InternalError");

        faults.Heal("read");
        await bed.VerifyAsync(Token);
    }

    [Theory]
    [InlineData(FaultLibrary.InputOutputError)]
    [InlineData(FaultLibrary.ReadOnlyFileSystem)]
    public async Task A_blob_that_cannot_be_deleted_stays_garbage_until_it_can(int error)
    {
        using var directory = new TemporaryDirectory();
        using var faults = await FaultLibrary.CompileAsync(Token);
        await using var bed = await FaultBed.StartAsync(directory.Path, faults.Environment, Token);
        (await bed.TryPutAsync("gone", 300_000, Token)).ShouldBeTrue();
        var stuck = BlobsOf(bed).Single();
        (await bed.TryPutAsync("gone-too", 300_000, Token)).ShouldBeTrue();

        faults.Fail("unlink", Path.GetFileName(stuck), error);
        await bed.DeleteAsync("gone", Token);
        await bed.DeleteAsync("gone-too", Token);
        await BecomesAsync(() => BlobsOf(bed).SequenceEqual([stuck]), "what can be deleted is");

        faults.Heal("unlink");
        await BecomesAsync(() => BlobsOf(bed).Length == 0, "the garbage is tried again");
        await bed.AuditAsync(Token);
    }

    [Fact]
    public async Task A_blob_in_a_pack_that_cannot_be_deleted_stays_garbage_until_it_can()
    {
        using var directory = new TemporaryDirectory();
        using var faults = await FaultLibrary.CompileAsync(Token);
        await using var bed = await FaultBed.StartAsync(directory.Path, faults.Environment, Token);
        (await bed.TryPutAsync("gone", 70_000, Token)).ShouldBeTrue();
        (await bed.TryPutAsync("stays", 70_000, Token)).ShouldBeTrue();
        var pack = Directory.GetFiles(Path.Combine(bed.Objects, "packs"), "*.pack").ShouldHaveSingleItem();

        faults.Fail("write", "/objects/packs/");
        await bed.DeleteAsync("gone", Token);
        await BecomesAsync(() => bed.Server.Log.StandardOutput.Any(line => line.Contains("could not be deleted", StringComparison.Ordinal)), "it is tried");
        CountOfDead(pack).ShouldBe(0);

        faults.Heal("write");
        await BecomesAsync(() => CountOfDead(pack) == 1, "the garbage is tried again");
        await bed.VerifyAsync(Token);
        await bed.AuditAsync(Token);
    }

    private static int CountOfDead(string pack)
    {
        using var file = new FileStream(pack, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes.AsSpan().Count("BleepDel"u8);
    }

    private static string[] BlobsOf(FaultBed bed)
        => [.. Directory.EnumerateFiles(bed.Objects, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file).Length == 32)];

    private static async Task BecomesAsync(Func<bool> condition, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience.Limit);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition())
        {
            try
            {
                await poll.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException e) when (!Token.IsCancellationRequested)
            {
                throw new TimeoutException($"Did not come true: {what}.", e);
            }
        }
    }

    private static async Task<string> BeginUploadAsync(FaultBed bed)
    {
        var answer = (await bed.Client.SendAsync("POST", "/crash/parts?uploads", [], Token)).Expect(HttpStatusCode.OK);
        return XDocument.Parse(Encoding.UTF8.GetString(answer.Body)).Descendants().Single(element => element.Name.LocalName == "UploadId").Value;
    }

    private static Task<CrashAnswer> UploadPartAsync(FaultBed bed, string upload)
        => bed.Client.SendAsync("PUT", $"/crash/parts?partNumber=1&uploadId={upload}", FaultBed.BodyOf("part", 1_000_000), Token);
}
