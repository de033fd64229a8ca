using System.Globalization;
using System.Text.Json;
using BleepStore.Tests.Processes;
using BleepStore.Tests.Storage;

namespace BleepStore.Tests.Benchmarks;

/// <summary>The benchmark program: that nothing errs in it, and that it fails when something does. What anything costs is no test's matter.</summary>
public sealed class BenchmarkRunTests
{
    private static readonly string Program =
        Path.Combine(RepositoryPaths.Root, "BleepStore.Benchmarks", "bin", RepositoryPaths.Configuration, "net10.0", "BleepStore.Benchmarks");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_short_form_of_all_bars_runs_without_an_error()
    {
        using var directory = new TemporaryDirectory();
        var json = Path.Combine(directory.Path, "bars.json");
        var svg = Path.Combine(directory.Path, "bars.svg");
        await ToolProcess.RunSuccessfullyAsync(Command("bars", "--short", "--data", directory.Path, "--json", json, "--svg", svg), Token);

        using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(json, Token));
        report.RootElement.GetProperty("bars").GetArrayLength().ShouldBeGreaterThan(25);
        foreach (var group in report.RootElement.GetProperty("rounds").EnumerateObject())
        {
            foreach (var probe in group.Value.EnumerateObject())
            {
                probe.Value.EnumerateArray().ShouldAllBe(round => round.GetProperty("operations").GetInt64() > 0, $"{group.Name}, {probe.Name}");
            }
        }

        (await File.ReadAllTextAsync(svg, Token)).ShouldEndWith("</svg>\n");
        Directory.GetDirectories(directory.Path).ShouldBeEmpty("everything that was started and written is gone");
    }

    [Fact]
    public async Task An_error_in_a_run_is_shown_and_fails_it()
    {
        await using var server = await ServerProcess.StartAsync(Token);
        var refused = await ToolProcess.RunAsync(
            Command(
                "load", server.S3Url.ToString(), "--workload", "get", "--keys", "4", "--unprepared", "--seconds", "30", "--warmup", "0",
                "--pid", server.Id.ToString(CultureInfo.InvariantCulture)),
            Token);
        refused.ExitCode.ShouldBe(1, refused.Describe());
        refused.StandardOutput.ShouldContain("NoSuchBucket");
    }

    private static ToolCommand Command(params string[] arguments) => new(Program, arguments)
    {
        Environment = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = Environment.GetEnvironmentVariable("HOME") ?? "",
            ["DOTNET_ROOT"] = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "",
        },
    };
}
