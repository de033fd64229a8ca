using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace BleepStore.Tests.Processes;

/// <summary>
/// The real server as a process of its own, with a data directory that outlives it: start, stop, kill and start again.
/// One caller at a time; the log is kept over restarts. Servers still running when the test process exits are killed.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    public const string AccessKey = "bleepstore";
    public const string SecretKey = "bleepstore-secret";
    public const string Region = "us-east-1";

    private static readonly ConcurrentDictionary<ServerProcess, Process> Running = new();
    private static readonly string[] ForeignVariables =
        ["BLEEPSTORE_", "ASPNETCORE_", "DOTNET_ENVIRONMENT", "HTTP_PORTS", "HTTPS_PORTS", "OTEL_", "AWS_", "ConnectionStrings__"];

    private readonly bool _ownsDataDirectory;
    private ServerProcessOptions _options;
    private Process _process;
    private string _readyFile;
    private int _starts;

    static ServerProcess() => AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
    {
        foreach (var process in Running.Values)
            ProcessSignal.Send(process.Id, ProcessSignal.Kill);
    };

    private ServerProcess(ServerProcessOptions options)
    {
        _options = options;
        _ownsDataDirectory = options.DataDirectory is null;
        DataDirectory = options.DataDirectory ?? Directory.CreateTempSubdirectory("bleepstore-test-").FullName;
        (_process, _readyFile) = Spawn();
    }

    public string DataDirectory { get; }

    /// <summary>Everything the server wrote, over all its starts.</summary>
    public ProcessLog Log { get; } = new();

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The exit code of a process that has ended; killed by signal n it is 128 + n.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Where S3 is served; known once the server is ready.</summary>
    public Uri S3Url { get => field ?? throw new InvalidOperationException("The server is not ready."); private set; }

    /// <summary>Where the admin listener is, or null when it is off.</summary>
    public Uri? AdminUrl { get; private set; }

    /// <summary>From the start of the process to the ready file being seen, in the last start.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Starts a server and waits until it is ready; on failure nothing is left running and the message shows the log.</summary>
    public static async Task<ServerProcess> StartAsync(ServerProcessOptions options, CancellationToken cancellationToken)
    {
        var server = Launch(options);
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public static Task<ServerProcess> StartAsync(CancellationToken cancellationToken) =>
        StartAsync(new ServerProcessOptions(), cancellationToken);

    /// <summary>Starts a server without waiting: for starts that must fail, or be killed before they are ready.</summary>
    public static ServerProcess Launch(ServerProcessOptions options) => new(options);

    /// <summary>Waits for the ready file; a process that ends first, or takes too long, fails with its log.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!TryReadReadyFile())
        {
            if (_process.HasExited)
            {
                await _process.WaitForExitAsync(cancellationToken);
                throw new InvalidOperationException(Describe($"The server ended with exit code {_process.ExitCode} before it was ready."));
            }

            if (Stopwatch.GetElapsedTime(started) > _options.ReadyTimeout)
            {
                throw new TimeoutException(
                    Describe($"No ready file {_readyFile} within {_options.ReadyTimeout.TotalSeconds} s; the process still runs."));
            }

            await poll.WaitForNextTickAsync(cancellationToken);
        }

        ReadyAfter = Stopwatch.GetElapsedTime(started);
    }

    /// <summary>SIGTERM, then waits for the orderly end; returns the exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        ProcessSignal.Send(_process.Id, ProcessSignal.Terminate);
        return await WaitForExitAsync(_options.StopTimeout, cancellationToken);
    }

    /// <summary>SIGKILL, and waits until the kernel has ended the process and closed its sockets and locks.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        ProcessSignal.Send(_process.Id, ProcessSignal.Kill);
        await WaitForExitAsync(Patience.Limit, cancellationToken);
    }

    /// <summary>Waits for the process to end by itself; returns its exit code, or fails with the log after the time-out.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(Describe($"Process {_process.Id} did not end within {timeout.TotalSeconds} s."), exception);
        }

        Running.TryRemove(this, out _);
        return _process.ExitCode;
    }

    /// <summary>
    /// Starts again on the same data directory after the process has ended, with changed options where given, and waits until ready.
    /// </summary>
    public async Task RestartAsync(CancellationToken cancellationToken, Func<ServerProcessOptions, ServerProcessOptions>? change = null)
    {
        Relaunch(change);
        await WaitUntilReadyAsync(cancellationToken);
    }

    /// <summary>As <see cref="RestartAsync"/>, without waiting.</summary>
    public void Relaunch(Func<ServerProcessOptions, ServerProcessOptions>? change = null)
    {
        if (!_process.HasExited)
            throw new InvalidOperationException($"Process {_process.Id} still runs: stop or kill it first.");
        _process.Dispose();
        _options = change?.Invoke(_options) ?? _options;
        (_process, _readyFile) = Spawn();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync(CancellationToken.None);
        Running.TryRemove(this, out _);
        _process.Dispose();
        File.Delete(_readyFile);
        if (_ownsDataDirectory)
            Directory.Delete(DataDirectory, recursive: true);
    }

    private (Process Process, string ReadyFile) Spawn()
    {
        if (!File.Exists(_options.Executable))
            throw new FileNotFoundException($"No server at {_options.Executable}: build BleepStore.Api in the same configuration.");
        var readyFile = Path.Combine(DataDirectory, string.Create(CultureInfo.InvariantCulture, $"ready-{++_starts}.json"));
        File.Delete(readyFile);
        var start = new ProcessStartInfo(_options.Executable)
        {
            WorkingDirectory = DataDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] flags = ["--host", "127.0.0.1", "--port", _options.Port.ToString(CultureInfo.InvariantCulture), "--ready-file", readyFile];
        foreach (var argument in flags.Concat(_options.Arguments))
            start.ArgumentList.Add(argument);
        SetEnvironment(start.Environment);

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data, Log.AddOutput);
        process.ErrorDataReceived += (_, line) => Keep(line.Data, Log.AddError);
        process.Start();
        Running[this] = process;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return (process, readyFile);
    }

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        var foreign = environment.Keys.Where(name => ForeignVariables.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
        foreach (var name in foreign.ToList())
            environment.Remove(name);
        environment["BLEEPSTORE__SERVER__ADMIN_PORT"] = "off";
        environment["BLEEPSTORE__METADATA__SQLITE__PATH"] = Path.Combine(DataDirectory, "metadata.db");
        environment["BLEEPSTORE__STORAGE__LOCAL__ROOT_DIR"] = Path.Combine(DataDirectory, "objects");
        foreach (var (name, value) in _options.Environment)
        {
            if (value is null)
                environment.Remove(name);
            else
                environment[name] = value;
        }
    }

    private bool TryReadReadyFile()
    {
        try
        {
            using var ready = JsonDocument.Parse(File.ReadAllBytes(_readyFile));
            var urls = ready.RootElement.GetProperty("urls");
            S3Url = new Uri(urls.GetProperty("s3").GetString()!);
            AdminUrl = urls.TryGetProperty("admin", out var admin) && admin.GetString() is { } url ? new Uri(url) : null;
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            return false;
        }
    }

    private string Describe(string what) => $"{what}\n--- last lines of the server's log\n{Log.Tail(60)}";

    private static void Keep(string? line, Action<string> add)
    {
        if (line is not null)
            add(line);
    }
}
