using System.Text.Json.Nodes;
using BleepStore.Api.CommandLine;
using BleepStore.Tests.Hosting;
using BleepStore.Tests.Metadata;
using BleepStore.Tests.QueryApi;

namespace BleepStore.Tests.CommandLine;

/// <summary>The commands that ask a running server: <c>bleepstore user …</c>, <c>group …</c> and <c>key …</c>.</summary>
public sealed class AdminCommandTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("admin-token-of-16-or-more")]
    public async Task A_user_gets_a_key_and_a_policy_from_the_command_line(string? adminToken)
    {
        await using var server = await TestServer.StartAsync(options => _ = adminToken is null ? options.Set("server.port", "0") : options.Set("server.admin_token", adminToken));
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "policy.json");
        await File.WriteAllTextAsync(file, QueryClient.Allow("s3:ListAllMyBuckets"), TestContext.Current.CancellationToken);
        await RunAsync("user", "create", "fay");
        var key = JsonNode.Parse(await RunAsync("user", "key", "create", "fay"))!;
        var user = new QueryClient(server, key["access_key"]!.GetValue<string>(), key["secret_key"]!.GetValue<string>());
        (await user.S3Async("GET", "/")).ShouldBe((403, "AccessDenied"));

        await RunAsync("user", "policy", "put", "fay", "p", file);
        (await user.S3Async("GET", "/")).ShouldBe((200, null));
        await RunAsync("user", "key", "disable", key["access_key"]!.GetValue<string>());
        (await user.S3Async("GET", "/")).ShouldBe((403, "InvalidAccessKeyId"));
        await RunAsync("user", "key", "enable", key["access_key"]!.GetValue<string>());
        await RunAsync("user", "policy", "delete", "fay", "p");
        await RunAsync("group", "create", "all");
        await RunAsync("group", "policy", "attach", "all", "arn:aws:iam::aws:policy/AmazonS3FullAccess");
        await RunAsync("user", "group", "join", "fay", "all");
        (await user.S3Async("PUT", "/fays-bucket")).ShouldBe((200, null));
        (await RunAsync("user", "list")).ShouldContain("\"fay\"");
        await RunAsync("user", "delete", "fay", "--force");
        (await user.S3Async("GET", "/")).ShouldBe((403, "InvalidAccessKeyId"));

        async Task<string> RunAsync(params string[] arguments)
        {
            var (exitCode, output, errors) = await RunOnAsync(server, adminToken, arguments);
            exitCode.ShouldBe(0, errors);
            errors.ShouldBeEmpty();
            return output;
        }
    }

    [Fact]
    public async Task What_the_server_refuses_is_one_line_and_ends_with_1()
    {
        await using var server = await TestServer.StartAsync(_ => { });

        var (exitCode, output, errors) = await RunOnAsync(server, adminToken: null, "user", "show", "nobody");

        (exitCode, output).ShouldBe((1, ""));
        errors.Trim().ShouldBe("bleepstore: The server refuses (404): There is no user nobody.");
        (await RunOnAsync(server, "a-wrong-token-of-16-or-more", "user", "list")).ExitCode.ShouldBe(1);
        (await RunOnAsync(server, adminToken: null, "user", "policy", "put", "x", "p", "/nowhere.json")).ExitCode.ShouldBe(2);
        (await RunAsync([], "user", "list", "--url", "nowhere")).ExitCode.ShouldBe(2);
        (await RunAsync([], "user", "list", "--url", "http://127.0.0.1:1")).Errors.ShouldStartWith("bleepstore: There is no answer from the admin API");
    }

    private static Task<(int ExitCode, string Output, string Errors)> RunOnAsync(TestServer server, string? adminToken, params string[] arguments)
    {
        var environment = new Dictionary<string, string>();
        if (adminToken is not null)
        {
            environment["BLEEPSTORE__SERVER__ADMIN_TOKEN"] = adminToken;
        }

        return RunAsync(environment, [.. arguments, "--url", server.AdminEndpoint!.ToString()]);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var exitCode = await CommandLineRun.RunAsync(arguments, environment, output, errors);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
