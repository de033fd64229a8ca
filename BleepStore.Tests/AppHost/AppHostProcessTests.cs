using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BleepStore.Tests.ServiceDefaults;

namespace BleepStore.Tests.AppHost;

/// <summary>The AppHost with the real server, as a user starts it: it serves, and however it ends, nothing is left.</summary>
public sealed class AppHostProcessTests
{
    [Fact]
    public async Task Dotnet_run_serves_and_ends_with_0_on_SIGTERM()
    {
        await using var run = AppHostRun.DotnetRun();
        var endpoint = await run.RunningAsync();
        using var http = new HttpClient();
        (await http.GetAsync(endpoint + "/readyz", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        Processes.With(run.Mark).Count.ShouldBeGreaterThanOrEqualTo(3);

        run.Signal(AppHostRun.SigTerm);
        (await run.ExitAsync()).ShouldBe(0, run.Output);
        await run.NothingIsLeftAsync();
        await run.LineAsync("bleepstore: exited with code 0");
    }

    [Fact]
    public async Task Dotnet_run_killed_with_SIGKILL_leaves_nothing()
    {
        await using var run = AppHostRun.DotnetRun();
        await run.RunningAsync();
        run.Signal(AppHostRun.SigKill);
        await run.ExitAsync();
        await run.NothingIsLeftAsync();
    }

    [Fact]
    public async Task The_host_killed_with_SIGKILL_leaves_nothing()
    {
        await using var run = AppHostRun.Built();
        await run.RunningAsync();
        run.Signal(AppHostRun.SigKill);
        await run.ExitAsync();
        await run.NothingIsLeftAsync();
    }

    [Fact]
    public async Task The_host_under_dotnet_run_killed_with_SIGKILL_leaves_nothing()
    {
        await using var run = AppHostRun.DotnetRun();
        await run.RunningAsync();
        var host = Processes.With(run.Mark).Single(processId =>
            File.ResolveLinkTarget($"/proc/{processId}/exe", returnFinalTarget: false)!.Name == "BleepStore.AppHost");
        AppHostRun.Signal(host, AppHostRun.SigKill);
        (await run.ExitAsync()).ShouldNotBe(0);
        await run.NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_server_that_is_killed_ends_the_host_with_its_code()
    {
        await using var run = AppHostRun.Built();
        await run.RunningAsync();
        var line = await run.LineAsync("bleepstore: running (pid ");
        var server = int.Parse(line.Split("pid ")[1].TrimEnd(')'), CultureInfo.InvariantCulture);
        AppHostRun.Signal(server, AppHostRun.SigKill);
        (await run.ExitAsync()).ShouldBe(137);
        await run.LineAsync("bleepstore: exited with code 137");
    }

    [Fact]
    public async Task A_taken_port_is_named_and_ends_the_host_with_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await using var run = AppHostRun.Built("--s3:port", port);
        (await run.ExitAsync()).ShouldBe(1);
        await run.LineAsync($"bleepstore: failed to start: port {port} (endpoint s3) is taken");
    }

    [Theory]
    [InlineData("--profile", "cluster", "There is no profile 'cluster'")]
    [InlineData("--s3:port", "many", "s3:port is 'many'")]
    [InlineData("--dashboard:port", "-1", "dashboard:port is '-1'")]
    [InlineData("--publisher", "manifest", "Publishing needs Aspire")]
    public async Task A_wrong_argument_is_one_line_and_code_2(string name, string value, string message)
    {
        await using var run = AppHostRun.Built(name, value);
        (await run.ExitAsync()).ShouldBe(2);
        await run.LineAsync(message);
        run.Output.Split('\n').Length.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_terminal_there_are_plain_lines_and_without_a_dashboard_none_is_named()
    {
        await using var run = AppHostRun.Built("--no-dashboard");
        await run.RunningAsync();
        await run.LineAsync("bleepstore | ");
        run.Output.ShouldContain("bleepstore: starting (pid ");
        run.Output.ShouldNotContain("dashboard:");
        run.Output.ShouldNotContain('\u001b');
        run.Signal(AppHostRun.SigTerm);
        (await run.ExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Telemetry_of_the_server_reaches_a_collector_under_the_name_of_its_resource()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var run = AppHostRun.Built(new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        });
        var endpoint = await run.RunningAsync();
        using var http = new HttpClient();
        (await http.GetAsync(endpoint + "/", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        run.Signal(AppHostRun.SigTerm);
        (await run.ExitAsync()).ShouldBe(0, run.Output);

        foreach (var signal in (string[])["traces", "metrics", "logs"])
        {
            receiver[signal].ShouldContain("service.name");
            receiver[signal].ShouldContain("bleepstore");
            receiver[signal].ShouldContain("service.instance.id");
        }

        receiver["traces"].ShouldContain("Microsoft.AspNetCore");
        receiver["traces"].ShouldContain("ListBuckets");
        receiver["metrics"].ShouldContain("dotnet.gc.collections");
    }
}
