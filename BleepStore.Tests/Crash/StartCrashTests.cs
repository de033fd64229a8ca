using BleepStore.Tests.Crash.Recording;
using BleepStore.Tests.Storage;

namespace BleepStore.Tests.Crash;

/// <summary>What a start made that was killed just then is there for the next start, but not yet durable.</summary>
public sealed class StartCrashTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("store")]
    [InlineData("store/metadata")]
    [InlineData("keys/root.key")]
    [InlineData("objects")]
    [InlineData("objects/.tmp")]
    [InlineData("objects/store.json")]
    public async Task What_a_killed_start_made_is_durable_before_the_next_one_relies_on_it(string path)
    {
        using var directory = new TemporaryDirectory();
        var recording = await ServerRecording.MakeOfStartsAsync(directory.Path, path, Token);
        var model = new CrashModel();
        recording.Trace.ForEach(model.Apply);
        var disk = Directory.CreateDirectory(Path.Combine(directory.Path, "disk")).FullName;
        new PowerLoss(NameSurvival.None, ContentSurvival.None, seed: 0).SaveTo(disk, model);
        await new CrashDisk(disk, recording.History, recording.Trace[^1].End).CheckAsync(Token);
    }
}
