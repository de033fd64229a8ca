using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace BleepStore.Tests.Processes;

/// <summary>A command to run to its end: program, arguments, surroundings and the time it may take.</summary>
internal sealed record ToolCommand(string FileName, params IReadOnlyList<string> Arguments)
{
    public string? WorkingDirectory { get; init; }

    /// <summary>The whole environment of the command: nothing is inherited, so that nobody's settings or credentials leak in.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? StandardInput { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    public override string ToString() => string.Join(' ', new[] { FileName }.Concat(Arguments).Select(Quote));

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@,+".Contains(c, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

/// <summary>How a command ended and what it wrote.</summary>
internal sealed record ToolResult(ToolCommand Command, int ExitCode, string StandardOutput, string StandardError, TimeSpan Elapsed)
{
    /// <summary>Command line, exit code and output, cut to what a person reads.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        $ {Command}
        exit code {ExitCode} after {Elapsed.TotalSeconds:F1} s
        --- standard output
        {Cut(StandardOutput)}
        --- standard error
        {Cut(StandardError)}
        """);

    private static string Cut(string text) => text.Length <= 6000 ? text : $"{text[..2000]}\n…\n{text[^4000..]}";
}

/// <summary>Runs client programs of others and keeps what they say.</summary>
internal static class ToolProcess
{
    /// <summary>Runs the command and fails, showing its command line and output, unless it exits with 0.</summary>
    public static async Task<ToolResult> RunSuccessfullyAsync(ToolCommand command, CancellationToken cancellationToken)
    {
        var result = await RunAsync(command, cancellationToken);
        return result.ExitCode == 0 ? result : throw new ToolFailedException(result.Describe());
    }

    /// <summary>Runs the command to its end; one that outlasts its time-out is killed with its children, which is a failure.</summary>
    public static async Task<ToolResult> RunAsync(ToolCommand command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command.FileName, command.Arguments)
        {
            WorkingDirectory = command.WorkingDirectory ?? "",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Clear();
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;

        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command.FileName} did not start.");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(command.Timeout);

        // Streams are read to their end even after a kill, so that the message shows how far the command came.
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.StandardInput.WriteAsync(command.StandardInput.AsMemory(), timeout.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            var cut = new ToolResult(command, process.ExitCode, await output, await error, Stopwatch.GetElapsedTime(started));
            cancellationToken.ThrowIfCancellationRequested();
            var seconds = command.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            throw new ToolFailedException($"Killed: did not end within {seconds} s.\n{cut.Describe()}");
        }

        return new ToolResult(command, process.ExitCode, await output, await error, Stopwatch.GetElapsedTime(started));
    }
}

/// <summary>A client command that did not do what the test needs; its message shows command line and output.</summary>
internal sealed class ToolFailedException(string message) : Exception(message);
