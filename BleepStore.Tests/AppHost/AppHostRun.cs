using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.AppHost;

/// <summary>
/// The real AppHost as a user starts it, with ports and data of its own. Every process below it inherits one variable, by which
/// the test finds what is left.
/// </summary>
internal sealed partial class AppHostRun : IAsyncDisposable
{
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private static readonly string Configuration =
        typeof(AppHostRun).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static int _runs;

    private readonly Process _process;
    private readonly LineWriter _lines = new();
    private readonly Task _pumps;

    private AppHostRun(ProcessStartInfo command, string mark, string data)
    {
        (Mark, Data) = ($"BLEEPSTORE_TEST_RUN={mark}", data);
        command.Environment["BLEEPSTORE_TEST_RUN"] = mark;
        command.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        command.WorkingDirectory = RepositoryPaths.Root;
        command.RedirectStandardOutput = true;
        command.RedirectStandardError = true;
        _process = Process.Start(command)!;
        _pumps = Task.WhenAll(PumpAsync(_process.StandardOutput), PumpAsync(_process.StandardError));
    }

    public string Mark { get; }

    public string Data { get; }

    public int ProcessId => _process.Id;

    public string Output => string.Join('\n', _lines.Lines);

    /// <summary><c>dotnet run --project BleepStore.AppHost</c>.</summary>
    public static AppHostRun DotnetRun(params string[] arguments)
    {
        var (mark, data) = Fresh();
        string[] run = ["run", "--no-build", "-c", Configuration, "--project", "BleepStore.AppHost", "--"];
        return new(new("dotnet", [.. run, .. Standard(data), .. arguments]), mark, data);
    }

    /// <summary>The built program without <c>dotnet run</c> above it.</summary>
    public static AppHostRun Built(params string[] arguments) => Built(new Dictionary<string, string>(), arguments);

    /// <summary>The built program with further variables, which the server inherits.</summary>
    public static AppHostRun Built(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var (mark, data) = Fresh();
        var program = Path.Combine(RepositoryPaths.Root, "BleepStore.AppHost", "bin", Configuration, "net10.0", "BleepStore.AppHost");
        var command = new ProcessStartInfo(program, [.. Standard(data), .. arguments]);
        foreach (var (name, value) in variables)
            command.Environment[name] = value;
        return new(command, mark, data);
    }

    public async Task<string> LineAsync(string part)
    {
        try
        {
            return await _lines.WaitAsync(part).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"'{part}' did not come; the AppHost wrote:\n{Output}", e);
        }
    }

    /// <summary>The S3 endpoint, once the store serves.</summary>
    public async Task<string> RunningAsync()
    {
        var line = await LineAsync("S3 endpoint");
        return line[line.IndexOf("http://", StringComparison.Ordinal)..];
    }

    public void Signal(int signal) => Kill(_process.Id, signal).ShouldBe(0);

    public static void Signal(int processId, int signal) => Kill(processId, signal).ShouldBe(0);

    public async Task<int> ExitAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(Patience.Limit, cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Waits for the end of everything that was started below, and fails when something stays.</summary>
    public async Task NothingIsLeftAsync()
    {
        foreach (var processId in Processes.With(Mark))
            await Processes.EndedAsync(processId);
        Processes.With(Mark).ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var processId in Processes.With(Mark))
            _ = Kill(processId, SigKill);
        await _pumps;
        _process.Dispose();
        await _lines.DisposeAsync();
        if (Directory.Exists(Data))
            Directory.Delete(Data, recursive: true);
    }

    private static (string Mark, string Data) Fresh()
    {
        var mark = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref _runs)}");
        return (mark, Path.Combine(Path.GetTempPath(), $"bleepstore-apphost-{mark}"));
    }

    private static string[] Standard(string data) =>
        ["--s3:port", "0", "--admin:port", "0", "--dashboard:port", "0", "--data:directory", data];

    private async Task PumpAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            _lines.Add(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
