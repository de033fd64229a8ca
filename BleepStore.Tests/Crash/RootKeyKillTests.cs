using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using BleepStore.Api.CommandLine;
using BleepStore.Api.Hosting;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Crash;

/// <summary>SIGKILL of the real process while it rotates its root key, at every step: each key signs its way in after the next start.</summary>
public sealed class RootKeyKillTests
{
    private const int Keys = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_killed_while_it_rotates_its_root_key_loses_no_secret()
    {
        await using var server = await ServerProcess.StartAsync(new ServerProcessOptions { Environment = At(null) }, Token);
        var keys = new List<(string AccessKey, string Secret)> { (ServerProcess.AccessKey, ServerProcess.SecretKey) };
        for (var number = 0; number < Keys; number++)
        {
            (await RunAsync(server, "user", "create", $"user-{number}")).ExitCode.ShouldBe(0);
            var key = JsonNode.Parse((await RunAsync(server, "user", "key", "create", $"user-{number}")).Output)!;
            keys.Add((key["access_key"]!.GetValue<string>(), key["secret_key"]!.GetValue<string>()));
        }

        foreach (var point in new[] { "root-key.written:1", "root-key.page:2", "root-key.rewrapped:1", "root-key.promoted:1" })
        {
            await server.StopAsync(Token);
            server.Relaunch(options => options with { Environment = At(point) });
            await server.WaitUntilReadyAsync(Token);
            (await RunAsync(server, "key", "rotate")).ExitCode.ShouldBe(1, point);
            await server.WaitForExitAsync(Patience.Limit, Token);

            server.Relaunch(options => options with { Environment = At(null) });
            await server.WaitUntilReadyAsync(Token);
            foreach (var (accessKey, secret) in keys)
            {
                (await CodeOfAsync(server, accessKey, secret)).ShouldBe(accessKey == ServerProcess.AccessKey ? null : "AccessDenied", $"{point}, {accessKey}");
            }

            Directory.GetFiles(server.DataDirectory, "root.key*").Select(Path.GetFileName).ShouldBe(["root.key"], point);
        }
    }

    private static Dictionary<string, string?> At(string? point)
        => new() { ["BLEEPSTORE__SERVER__ADMIN_PORT"] = "0", [ProcessCrashPoints.Variable] = point };

    private static async Task<string?> CodeOfAsync(ServerProcess server, string accessKey, string secret)
    {
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(accessKey, secret),
            new AmazonS3Config { ServiceURL = server.S3Url.ToString(), ForcePathStyle = true, AuthenticationRegion = ServerProcess.Region, MaxErrorRetry = 0 });
        try
        {
            await client.ListBucketsAsync(Token);
            return null;
        }
        catch (AmazonS3Exception e)
        {
            return e.ErrorCode;
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(ServerProcess server, params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var environment = new Dictionary<string, string>();
        var exitCode = await CommandLineRun.RunAsync([.. arguments, "--url", server.AdminUrl!.ToString()], environment, output, errors);
        return (exitCode, output.ToString());
    }
}
