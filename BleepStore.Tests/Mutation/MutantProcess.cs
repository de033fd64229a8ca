using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace BleepStore.Tests.Mutation;

/// <summary>A <see cref="MutantWorker"/> and its process, which is started again when a change ended it or took too long or too much.</summary>
internal sealed class MutantProcess(IReadOnlyList<string> testClasses) : IAsyncDisposable
{
    /// <summary>What notices the changes that no test outlives.</summary>
    public const string End = "the end of the process";

    /// <summary>What a worker may fill, in bytes and hexadecimal: a change that collects without end ends there.</summary>
    private const string HeapLimit = "20000000";

    /// <summary>A worker larger than this is replaced: not everything that a copy of the server leaves behind can be told to go.</summary>
    private const long LargestWorker = 512L << 20;

    private static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(3);

    private Process? _process;
    private TimeSpan _patience;

    /// <summary>Names of the cases that pass unchanged, and of those that do not, which only pass in the runner itself.</summary>
    public (IReadOnlyList<string> Passed, IReadOnlyList<string> LeftOut) Cases { get; private set; }

    /// <summary>The largest that a worker was, in bytes.</summary>
    public long Largest { get; private set; }

    /// <summary>Starts the process where there is none.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_process is not null)
        {
            return;
        }

        // Each copy is compiled anew and runs once: compiling well costs more than it saves.
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "BleepStore.Tests"), [MutantWorker.Word, .. testClasses])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_GCHeapHardLimit"] = HeapLimit, ["DOTNET_gcServer"] = "0", ["DOTNET_JITMinOpts"] = "1" },
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");

        // A full stack is told at length.
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        var started = Stopwatch.GetTimestamp();
        var answer = await AskAsync(MutantWorker.Unchanged, s_longestStart, cancellationToken)
            ?? throw new InvalidOperationException("The unchanged server ended its process.");
        var lists = JsonSerializer.Deserialize<string[][]>(answer)!;
        Cases = (lists[0], lists[1]);

        // In the first run everything is compiled for the first time; those after it are no slower.
        _patience = TimeSpan.FromSeconds(5) + (3 * Stopwatch.GetElapsedTime(started));
    }

    /// <summary>What noticed the change: a case, or the end of the process; null when nothing did.</summary>
    public async Task<string?> TryAsync(IlMutant mutant, CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        var answer = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"{mutant.Position} {mutant.Code}"), _patience, cancellationToken);
        if (answer is not null)
        {
            _process!.Refresh();
            Largest = Math.Max(Largest, _process.WorkingSet64);
            if (_process.WorkingSet64 <= LargestWorker)
            {
                return answer.Length == 0 ? null : answer;
            }
        }

        await DisposeAsync();
        return answer switch
        {
            null => End,
            "" => null,
            _ => answer,
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
    }

    /// <summary>The answer; null when there is none in time or ever.</summary>
    private async Task<string?> AskAsync(string line, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await _process!.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
            await _process.StandardInput.FlushAsync(cancellationToken);
            return await _process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(patience, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            return null;
        }
    }
}
