using BleepStore.Api.CommandLine;
using BleepStore.Tests.Crash;
using BleepStore.Tests.Storage;

namespace BleepStore.Tests.Faults;

/// <summary>A failed fsync ends the process, since only a restart tells what is on the disk; and that loses nothing acknowledged.</summary>
public sealed class FailedSyncTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sync", "/objects/.tmp/", 300_000, "a blob's bytes")]
    [InlineData("sync", "/objects/", 300_000, "a directory of blobs, or a blob")]
    [InlineData("sync", "/objects/packs/", 50_000, "a pack of blobs")]
    [InlineData("sync", "/metadata/", 50_000, "the metadata's journal")]
    [InlineData("write", "/metadata/", 50_000, "the metadata's journal, whose commit may or may not be written")]
    public async Task A_failed_sync_ends_the_process_with_one_line_and_loses_nothing_acknowledged(
        string call, string path, int length, string what)
    {
        using var directory = new TemporaryDirectory();
        using var faults = await FaultLibrary.CompileAsync(Token);
        await using var bed = await FaultBed.StartAsync(directory.Path, faults.Environment, Token);
        for (var i = 0; i < 20; i++)
        {
            (await bed.TryPutAsync($"before-{i}", i * 7_000, Token)).ShouldBeTrue();
        }

        faults.Fail(call, path);
        var unknown = Enumerable.Range(0, 8).Select(i => $"during-{i}").ToList();
        var answered = await Task.WhenAll(unknown.Select(key => IsStoredAsync(bed, key, length)));

        (await bed.Server.WaitForExitAsync(Patience.Limit, Token)).ShouldBe(ExitCodes.DurabilityLost, what);
        answered.ShouldAllBe(stored => !stored);
        output.WriteLine(string.Join('\n', bed.Server.Log.StandardError));
        bed.Server.Log.StandardError.ShouldHaveSingleItem().ShouldStartWith("BleepStore ends: ");

        await bed.RestartAsync(Token, "LD_PRELOAD");
        await bed.VerifyAsync(unknown, Token);
        (await bed.TryPutAsync("after", 70_000, Token)).ShouldBeTrue();
        await bed.VerifyAsync(unknown, Token);
        await bed.AuditAsync(Token);
    }

    private static async Task<bool> IsStoredAsync(FaultBed bed, string key, int length)
    {
        try
        {
            return (int)(await bed.Client.PutAsync(key, FaultBed.BodyOf(key, length), Token)).Status == 200;
        }
        catch (OutcomeUnknownException)
        {
            return false;
        }
    }
}
