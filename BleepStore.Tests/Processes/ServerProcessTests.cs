using System.Net;

namespace BleepStore.Tests.Processes;

/// <summary>What the tests of whole processes stand on: a server that starts, ends by each signal and starts again on its data.</summary>
public sealed class ServerProcessTests
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_is_ready_when_its_ready_file_says_so_and_stops_in_order_on_SIGTERM()
    {
        await using var server = await ServerProcess.StartAsync(CancellationToken);
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new Uri(server.S3Url, "/readyz"), CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        server.AdminUrl.ShouldBeNull();
        (await server.StopAsync(CancellationToken)).ShouldBe(0, server.Log.Tail(20));
    }

    [Fact]
    public async Task A_killed_server_starts_again_on_its_data_directory()
    {
        await using var server = await ServerProcess.StartAsync(CancellationToken);
        var first = server.Id;

        await server.KillAsync(CancellationToken);
        server.ExitCode.ShouldBe(128 + ProcessSignal.Kill);
        await server.RestartAsync(CancellationToken);

        server.Id.ShouldNotBe(first);
        server.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task Two_servers_on_one_data_directory_are_refused_and_the_message_shows_the_log()
    {
        await using var first = await ServerProcess.StartAsync(CancellationToken);

        var refusal = await Should.ThrowAsync<InvalidOperationException>(
            () => ServerProcess.StartAsync(new ServerProcessOptions { DataDirectory = first.DataDirectory }, CancellationToken));

        refusal.Message.ShouldContain("before it was ready");
        refusal.Message.ShouldContain(first.DataDirectory);
        first.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task A_tool_that_takes_too_long_is_killed_and_named()
    {
        var command = new ToolCommand("/bin/bash", "-c", "echo begun; sleep 60") { Timeout = TimeSpan.FromSeconds(5) };

        var failure = await Should.ThrowAsync<ToolFailedException>(() => ToolProcess.RunAsync(command, CancellationToken));

        failure.Message.ShouldContain("sleep 60");
        failure.Message.ShouldContain("begun");
    }
}
