using BleepStore.Tests.Crash.Recording;
using BleepStore.Tests.Processes;
using BleepStore.Tests.Storage;

namespace BleepStore.Tests.Crash;

/// <summary>The recorder knows every call that changes files, also those that the server does not make today.</summary>
public sealed class RecorderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trace_of_every_call_leads_to_the_same_files()
    {
        using var directory = new TemporaryDirectory();
        var data = Directory.CreateDirectory(Path.Combine(directory.Path, "data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "before"), "there before the program began", Token);
        var recorder = await FileRecorder.CompileAsync(directory.Path, data, Token);
        var program = Path.Combine(directory.Path, "every-call");
        var source = Path.Combine(RepositoryPaths.Root, "BleepStore.Tests", "Crash", "Recording", "every-call.c");
        var path = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" };
        await ToolProcess.RunSuccessfullyAsync(new ToolCommand("/usr/bin/gcc", "-O1", "-Wall", "-Werror", "-o", program, source) { Environment = path }, Token);
        var environment = recorder.Environment().Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!);
        await ToolProcess.RunSuccessfullyAsync(new ToolCommand(program, data) { Environment = environment }, Token);

        var trace = Trace.Load(recorder.TracePath);
        var model = new CrashModel();
        trace.ForEach(model.Apply);
        var made = Directory.CreateDirectory(Path.Combine(directory.Path, "made")).FullName;
        new PowerLoss(NameSurvival.All, ContentSurvival.All, seed: 0).SaveTo(made, model);
        FileTree.Differences(data, made).ShouldBeEmpty();
        trace.Select(record => record.Operation).Distinct().Order()
            .ShouldBe(Enum.GetValues<TraceOperation>().Except([TraceOperation.Unmodelled]));
    }
}
