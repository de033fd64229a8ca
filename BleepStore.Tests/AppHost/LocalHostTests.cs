using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using BleepStore.AppHost.Local;

namespace BleepStore.Tests.AppHost;

/// <summary>What the local host does with the processes of a graph, seen with shell scripts as resources.</summary>
public sealed class LocalHostTests
{
    private const string RunsUntilTold = "trap 'echo told; exit 0' TERM; echo up; while :; do sleep 0.05; done";

    private static IResourceBuilder<ExecutableResource> Script(
        IDistributedApplicationBuilder graph, string script, string name = "child") =>
        graph.AddExecutable(name, "/bin/sh", Path.GetTempPath(), "-c", script);

    [Fact]
    public async Task A_resource_runs_only_when_its_health_check_answers_200()
    {
        EndpointAnnotation? endpoint = null;
        await using var host = new ShellHost(graph =>
        {
            var child = Script(graph, RunsUntilTold)
                .WithHttpEndpoint(name: "http", env: "PORT")
                .WithHttpHealthCheck("/readyz", endpointName: "http");
            endpoint = child.Resource.GetEndpoint("http");
        });
        await host.LineAsync("child: starting");
        await using var server = await ReadyServer.StartAsync(endpoint!.AllocatedPort!.Value, status: 503);
        await server.RefusedTwice.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        host.Text.ShouldNotContain("running");

        server.Status = 200;
        await host.LineAsync("child: running");
        host.Stop();
        (await host.Exit).ShouldBe(0);
    }

    [Theory]
    [InlineData("echo boom >&2; exit 3", 3)]
    [InlineData("echo boom; exit 0", 1)]
    [InlineData("echo boom; kill -KILL $$", 137)]
    public async Task A_resource_that_ends_before_it_serves_ends_the_host_with_an_error(string script, int code)
    {
        await using var host = new ShellHost(graph =>
            Script(graph, script).WithHttpEndpoint(name: "http").WithHttpHealthCheck("/readyz", endpointName: "http"));

        (await host.Exit.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken)).ShouldBe(code);
        host.Lines.ShouldContain("child | boom");
        host.Text.ShouldContain("child: exited with code");
    }

    [Fact]
    public async Task A_resource_that_ends_after_it_served_ends_a_host_that_nobody_watches()
    {
        await using var host = new ShellHost(graph => Script(graph, "sleep 0.2; exit 5"));
        await host.LineAsync("child: running");
        (await host.Exit.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken)).ShouldBe(5);
    }

    [Fact]
    public async Task A_taken_port_is_named_and_nothing_is_started()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var host = new ShellHost(graph => Script(graph, RunsUntilTold).WithHttpEndpoint(port, name: "s3"));

        (await host.Exit).ShouldBe(1);
        host.Lines.ShouldHaveSingleItem().ShouldBe(
            $"child: failed to start: port {port} (endpoint s3) is taken by another process; "
            + "choose another with --s3:port N, or 0 for a free one");
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_an_error_in_words()
    {
        await using var host = new ShellHost(graph => graph.AddExecutable("child", "/no/such/program", Path.GetTempPath()));
        (await host.Exit.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken)).ShouldNotBe(0);
        host.Text.ShouldContain("/no/such/program");
    }

    [Fact]
    public async Task Resources_are_asked_to_end_in_reverse_order_and_the_host_ends_with_0()
    {
        await using var host = new ShellHost(graph =>
        {
            Script(graph, RunsUntilTold, "first");
            Script(graph, RunsUntilTold, "second");
        });
        await host.LineAsync("first | up");
        await host.LineAsync("second | up");
        host.Stop();

        (await host.Exit).ShouldBe(0);
        string[] ends =
        [
            "second: stopping", "second | told", "second: exited with code 0",
            "first: stopping", "first | told", "first: exited with code 0",
        ];
        host.Lines.Where(line => ends.Contains(line)).ShouldBe(ends);
    }

    [Fact]
    public async Task A_resource_that_ignores_the_wish_is_killed_after_the_timeout()
    {
        var options = new LocalHostOptions { Dashboard = false, StopTimeout = TimeSpan.FromMilliseconds(200) };
        await using var host = new ShellHost(graph => Script(graph, "trap '' TERM; echo up; while :; do sleep 0.05; done"), options);
        await host.LineAsync("child | up");
        host.Stop();
        (await host.Exit.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken)).ShouldBe(0);
        host.Lines.ShouldContain("child: exited with code 137");
    }

    [Fact]
    public void A_second_wish_counts_only_when_it_is_not_the_echo_of_the_first()
    {
        var time = new SteppedTime();
        using var requests = new ShutdownRequests(time);
        requests.Request("SIGTERM");
        requests.Request("SIGTERM");
        requests.Kill.IsCancellationRequested.ShouldBeFalse();

        time.Advance(TimeSpan.FromSeconds(1));
        requests.Request("SIGTERM");
        requests.Kill.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_resource_leaves_in_its_session_goes_with_it()
    {
        await using var host = new ShellHost(graph => Script(graph, "sleep 1000 >/dev/null 2>&1 & echo left $!; exit 0"));
        var left = int.Parse((await host.LineAsync("child | left")).Split(' ')[^1], CultureInfo.InvariantCulture);
        await host.Exit;
        await host.Host.DisposeAsync();
        await Processes.EndedAsync(left);
    }

    [Fact]
    public async Task A_resource_gets_its_variables_and_a_session_of_its_own()
    {
        EndpointAnnotation? endpoint = null;
        await using var host = new ShellHost(graph =>
        {
            var parameter = graph.AddParameter("key", "secret-value", secret: true);
            var child = Script(
                    graph,
                    "echo port=$PORT key=$KEY name=$OTEL_SERVICE_NAME attributes=$OTEL_RESOURCE_ATTRIBUTES profile=$PROFILE; "
                    + "echo self=$$ session=$(cut -d' ' -f6 /proc/$$/stat)")
                .WithHttpEndpoint(port: 0, name: "http", env: "PORT")
                .WithEnvironment("KEY", parameter);
            endpoint = child.Resource.GetEndpoint("http");
        });
        var line = await host.LineAsync("child | port=");
        line.ShouldStartWith($"child | port={endpoint!.AllocatedPort} key=secret-value name=child attributes=service.instance.id=");
        line.ShouldEndWith(" profile=");
        var ids = (await host.LineAsync("child | self=")).Split('=', ' ').Select(word => word.Trim()).ToArray();
        ids[^1].ShouldBe(ids[3]);
    }

    [Fact]
    public async Task A_restart_ends_the_process_and_starts_another()
    {
        await using var host = new ShellHost(graph => Script(graph, RunsUntilTold));
        await host.LineAsync("child | up");
        await host.LineAsync("child: running");
        var before = host.Host.Resources[0].Snapshot.ProcessId;
        host.Host.Restart("child").ShouldBeTrue();
        host.Host.Restart("nobody").ShouldBeFalse();

        await host.LineAsync("child | told");
        var started = new HashSet<string>(host.Lines.Where(line => line.StartsWith("child: starting", StringComparison.Ordinal)));
        await host.LineAsync("child: exited with code 0");
        host.Exit.IsCompleted.ShouldBeFalse();
        started.ShouldContain($"child: starting (pid {before})");
        host.Stop();
        (await host.Exit).ShouldBe(0);
        host.Host.Resources[0].Snapshot.Starts.ShouldBe(2);
    }

    [Fact]
    public void Addresses_of_the_host_itself_do_not_reach_the_resources()
    {
        var command = ResourceCommand.For(new ExecutableResource("child", "/bin/true", Path.GetTempPath()), "1");
        foreach (var name in (string[])["ASPNETCORE_URLS", "HTTP_PORTS", "PROFILE"])
            command.Environment.ContainsKey(name).ShouldBeFalse();
    }

    /// <summary>Time that passes when the test says so.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan span) => _ticks += span.Ticks;
    }
}

/// <summary>Questions about processes that are not this process's children.</summary>
internal static class Processes
{
    /// <summary>Waits until a process has ended.</summary>
    public static async Task EndedAsync(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            var cancellationToken = TestContext.Current.CancellationToken;
            await process.WaitForExitAsync(cancellationToken).WaitAsync(Patience.Limit, cancellationToken);
        }
        catch (ArgumentException)
        {
            // It is gone already.
        }
    }

    /// <summary>The living processes that have this variable from the start, directly or inherited.</summary>
    public static IReadOnlyList<int> With(string variable) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id != 0 && EnvironmentOf(id).Contains(variable, StringComparison.Ordinal)),
    ];

    private static string EnvironmentOf(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/environ");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
