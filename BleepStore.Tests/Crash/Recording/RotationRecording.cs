using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using BleepStore.Api.CommandLine;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>
/// Lives of a real server that rotates its root key while access keys are made. Each but the first dies at some change of a rotation, at none that has
/// a name.
/// </summary>
internal static class RotationRecording
{
    private const int Lives = 6;
    private const int FirstKeys = 24;

    public static async Task<ServerRecording> MakeAsync(string directory, int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var (data, recorder) = await ServerRecording.PrepareAsync(directory, cancellationToken);
        await using var server = await ServerProcess.StartAsync(OptionsOf(recorder, data), cancellationToken);
        using var client = new CrashClient { Endpoint = server.S3Url, Name = "sealing" };
        await client.CreateBucketAsync(cancellationToken);
        // What is encrypted needs a key of the store, which is wrapped like secrets.
        (await client.SendAsync("PUT", $"/{client.Name}/sealed", [1, 2, 3], cancellationToken, ("x-amz-server-side-encryption", "AES256"))).Expect(HttpStatusCode.OK);
        var storeKeyAnswered = recorder.Position;
        var secrets = new List<KnownSecret>();
        for (var number = 0; number < FirstKeys; number++)
        {
            (await TryAddKeyAsync(server, recorder, secrets)).ShouldBeTrue();
        }

        var before = recorder.Position;
        (await RunAsync(server, "key", "rotate")).ExitCode.ShouldBe(0);
        var span = recorder.Position - before;
        for (var life = 1; life < Lives; life++)
        {
            await RotateAndDieAsync(server, recorder, secrets, recorder.Position + random.NextInt64(span), cancellationToken);
            await server.RestartAsync(cancellationToken, _ => OptionsOf(recorder, data));
        }

        (await RunAsync(server, "key", "rotate")).ExitCode.ShouldBe(0);
        await server.StopAsync(cancellationToken);
        var history = new History(long.MaxValue, [], [], []) { Secrets = secrets, StoreKeyAnswered = storeKeyAnswered };
        return new ServerRecording(Recording.Trace.Load(recorder.TracePath), history);
    }

    private static async Task RotateAndDieAsync(
        ServerProcess server, FileRecorder recorder, List<KnownSecret> secrets, long end, CancellationToken cancellationToken)
    {
        var adding = AddKeysAsync(server, recorder, secrets);
        var rotation = RunAsync(server, "key", "rotate");
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (recorder.Position < end && !rotation.IsCompleted)
        {
            await poll.WaitForNextTickAsync(cancellationToken);
        }

        recorder.Kill();
        await Task.WhenAll(rotation, adding);
        await server.WaitForExitAsync(Patience.Limit, cancellationToken);
        recorder.Spare();
    }

    /// <summary>Makes keys until the server dies: it does at its next change, and these are some.</summary>
    private static async Task AddKeysAsync(ServerProcess server, FileRecorder recorder, List<KnownSecret> secrets)
    {
        while (await TryAddKeyAsync(server, recorder, secrets))
        {
            // On to the next.
        }
    }

    private static async Task<bool> TryAddKeyAsync(ServerProcess server, FileRecorder recorder, List<KnownSecret> secrets)
    {
        // The trace only grows, so it is another name each time.
        var user = string.Create(CultureInfo.InvariantCulture, $"user-{recorder.Position}");
        if ((await RunAsync(server, "user", "create", user)).ExitCode != 0)
        {
            return false;
        }

        var (exitCode, output) = await RunAsync(server, "user", "key", "create", user);
        if (exitCode != 0)
        {
            return false;
        }

        var key = JsonNode.Parse(output)!;
        secrets.Add(new KnownSecret(key["access_key"]!.GetValue<string>(), key["secret_key"]!.GetValue<string>(), recorder.Position));
        return true;
    }

    private static ServerProcessOptions OptionsOf(FileRecorder recorder, string data)
    {
        var options = ServerRecording.OptionsOf(recorder, data, killAfter: null);
        return options with { Environment = new Dictionary<string, string?>(options.Environment) { ["BLEEPSTORE__SERVER__ADMIN_PORT"] = "0" } };
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(ServerProcess server, params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var exitCode = await CommandLineRun.RunAsync([.. arguments, "--url", server.AdminUrl!.ToString()], new Dictionary<string, string>(), output, errors);
        return (exitCode, output.ToString());
    }
}
