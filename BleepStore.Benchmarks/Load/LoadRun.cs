using System.Diagnostics;
using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Load;

/// <summary>One run of a workload against one server: a thread for every connection, a warm-up, a counted time.</summary>
internal static class LoadRun
{
    /// <summary>How much longer than its time a run at a fixed rate may take to work off what is late.</summary>
    private const int LateFactor = 2;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs to the end of the time, or until the prepared requests are used up.</summary>
    /// <param name="endpoint">The server.</param>
    /// <param name="processIds">Its processes, for what it costs; none when they are elsewhere.</param>
    /// <param name="workload">Prepared already.</param>
    /// <param name="settings">How hard and how long.</param>
    /// <param name="progress">Told now and then how many operations a second there were so far.</param>
    /// <param name="cancellationToken">Ends the run without a result.</param>
    public static async Task<LoadResult> RunAsync(
        S3Endpoint endpoint, int[] processIds, Workload workload, LoadSettings settings, Action<double> progress, CancellationToken cancellationToken)
    {
        var phase = new LoadPhase();
        var sources = Limit(workload.Open(settings.Connections), settings.Requests);
        var isCounted = workload.IsUsedUp || settings.Requests is not null;
        var schedule = settings.Rate is { } rate ? new ArrivalSchedule(settings with { Warmup = isCounted ? TimeSpan.Zero : settings.Warmup }, rate) : null;
        var loops = sources.Select(source => new ConnectionLoop(endpoint, source, phase, schedule)).ToArray();
        if (isCounted)
        {
            // What a warm-up would take is missing from the run.
            phase.StartRecording();
        }

        var threads = Task.WhenAll(loops.Select(
            loop => Task.Factory.StartNew(loop.Run, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        try
        {
            await Task.Delay(isCounted ? TimeSpan.Zero : settings.Warmup, cancellationToken);
            ProcessUsage.ForgetPeak(processIds);
            var before = processIds.Length > 0 ? ProcessUsage.Resident(processIds) : (long?)null;
            var (server, generator) = (ProcessUsage.Cpu(processIds), Environment.CpuUsage.TotalTime);
            var started = Stopwatch.GetTimestamp();
            phase.StartRecording();
            var limit = schedule is null ? settings.Duration : LateFactor * settings.Duration;
            await WaitAsync(threads, loops, started, limit, progress, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(started);
            var late = threads.IsCompleted ? null : schedule;
            phase.End();
            (server, generator) = (ProcessUsage.Cpu(processIds) - server, Environment.CpuUsage.TotalTime - generator);
            await threads;
            return Summarise(loops, late, elapsed, processIds, server, generator) with { ResidentBeforeBytes = before };
        }
        finally
        {
            phase.End();
            await threads.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IReadOnlyList<IRequestSource> Limit(IReadOnlyList<IRequestSource> sources, int? requests)
    {
        if (requests is not { } count)
        {
            return sources;
        }

        var limit = new RequestLimit(count);
        return [.. sources.Select(source => new LimitedSource(source, limit))];
    }

    private static async Task WaitAsync(
        Task threads, ConnectionLoop[] loops, long started, TimeSpan duration, Action<double> progress, CancellationToken cancellationToken)
    {
        while (!threads.IsCompleted)
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            var left = duration - elapsed;
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            if (elapsed > TimeSpan.Zero)
            {
                progress(loops.Sum(loop => loop.Operations) / elapsed.TotalSeconds);
            }

            await Task.WhenAny(threads, Task.Delay(left < ProgressInterval ? left : ProgressInterval, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static LoadResult Summarise(
        ConnectionLoop[] loops, ArrivalSchedule? late, TimeSpan elapsed, int[] processIds, TimeSpan server, TimeSpan generator)
    {
        var latency = new LatencyHistogram();
        foreach (var loop in loops)
        {
            latency.Add(loop.Latency);
        }

        var operations = latency.Count;
        var unsent = CountUnsent(late, latency);
        var hasProcess = processIds.Length > 0;
        return new LoadResult
        {
            Operations = operations,
            Seconds = elapsed.TotalSeconds,
            OperationsPerSecond = operations / elapsed.TotalSeconds,
            MegabytesPerSecond = loops.Sum(loop => loop.Bytes) / 1e6 / elapsed.TotalSeconds,
            Latency = LatencySummary.Of(latency),
            CpuMicrosecondsPerOperation = hasProcess ? server.TotalMicroseconds / Math.Max(1, operations) : null,
            ResidentBytes = hasProcess ? ProcessUsage.Resident(processIds) : null,
            PeakResidentBytes = hasProcess ? ProcessUsage.Peak(processIds) : null,
            GeneratorMicrosecondsPerOperation = generator.TotalMicroseconds / Math.Max(1, operations),
            Unsent = unsent,
            Errors = loops.Sum(loop => loop.Errors),
            FirstError = loops.Select(loop => loop.FirstError).FirstOrDefault(error => error is not null),
        };
    }

    // Whoever was not even sent has waited since it was due; leaving it out would make an overloaded server look quick.
    private static long CountUnsent(ArrivalSchedule? late, LatencyHistogram latency)
    {
        var count = 0L;
        var now = Stopwatch.GetTimestamp();
        while (late?.Take() is { } due)
        {
            latency.Add(Stopwatch.GetElapsedTime(due, now));
            count++;
        }

        return count;
    }
}
