using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using BleepStore.Tests.Processes;
using BleepStore.Tests.Repository;

namespace BleepStore.Tests.Clients.Cli;

/// <summary>
/// The installed AWS CLI as one process that runs many commands: its own driver, parsing, signing and formatting, without the second that each start of it takes.
/// </summary>
internal sealed class CliDriver : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(5);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private CliDriver(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    /// <summary>Starts the CLI in a directory; ends the test where it is not installed.</summary>
    public static async Task<CliDriver> StartAsync(string directory, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = directory, ["LANG"] = "C.UTF-8", ["TZ"] = "UTC" };
        var check = await ToolProcess.RunAsync(
            new ToolCommand("/bin/bash", "-c", $"{Python} -c 'import awscli.clidriver'") { Environment = environment }, cancellationToken);
        if (check.ExitCode != 0)
            TestRequirement.Missing($"The AWS CLI is not there for {Python}: install awscli (Debian).");

        var start = new ProcessStartInfo(Python, [RepositoryFiles.Absolute("BleepStore.Tests/Clients/scripts/aws_cli.py")])
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new CliDriver(Process.Start(start) ?? throw new InvalidOperationException($"{Python} did not start."));
    }

    /// <summary>Runs one command to its end.</summary>
    /// <param name="arguments">What stands after <c>aws</c>.</param>
    /// <param name="environment">All variables of AWS that the command sees.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<CliAnswer> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(CommandTimeout);
        var line = JsonSerializer.Serialize(new Call([.. arguments], environment), Json);
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), timeout.Token);
        await _process.StandardInput.FlushAsync(timeout.Token);
        var answer = await _process.StandardOutput.ReadLineAsync(timeout.Token);
        return answer is null
            ? throw new ToolFailedException($"The AWS CLI ended.\n{await _errors}")
            : JsonSerializer.Deserialize<CliAnswer>(answer, Json)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private sealed record Call(string[] Arguments, IReadOnlyDictionary<string, string> Environment);
}

/// <summary>How a command of the CLI ended and what it wrote.</summary>
internal sealed record CliAnswer([property: JsonRequired] int Code, string Output, string Error);
