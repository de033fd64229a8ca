using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Hosting;

/// <summary>What a server holds that nobody has asked for anything yet.</summary>
public sealed class IdleServerTests
{
    private static readonly string[] OnlyWhenUsed =
    [
        // The client of the admin API; deleting many blobs at once; the metrics of the process; the exporters; a file of configuration.
        "System.Net.Http.dll", "System.Threading.Tasks.Parallel.dll", "System.Diagnostics.Process.dll",
        "OpenTelemetry.dll", "OpenTelemetry.Exporter.OpenTelemetryProtocol.dll", "YamlDotNet.dll",

        // Documents, patterns and expressions of requests; certificates.
        "System.Private.Xml.dll", "System.Text.RegularExpressions.dll", "System.Linq.Expressions.dll", "System.Net.Security.dll",
    ];

    [Fact]
    public async Task An_idle_server_has_not_loaded_what_only_requests_and_other_commands_need()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has mapped is read from /proc.");
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await ServerProcess.StartAsync(cancellationToken);

        // Past the first pass of everything that works in the background.
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);

        var loaded = (await File.ReadAllLinesAsync($"/proc/{server.Id}/maps", cancellationToken))
            .Select(line => Path.GetFileName(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1]))
            .ToHashSet(StringComparer.Ordinal);
        loaded.ShouldContain("System.Private.CoreLib.dll");
        loaded.ShouldContain("bleepstore.dll");
        OnlyWhenUsed.Where(loaded.Contains).ShouldBeEmpty();
    }
}
