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
        // Where requests are used up, a warm-up would take from what is counted.
        var warmup = workload.IsUsedUp || settings.Requests is not null ? TimeSpan.Zero : settings.Warmup;
        var sources = Limit(workload.Open(settings.Connections), settings.Requests);
        var phase = new LoadPhase();
        var meter = new LoadMeter(processIds);
        if (warmup == TimeSpan.Zero)
        {
            phase.StartRecording();
        }

        var schedule = settings.Rate is { } rate ? new ArrivalSchedule(settings with { Warmup = warmup }, rate) : null;
        var loops = sources.Select(source => new ConnectionLoop(endpoint, source, phase, schedule)).ToArray();
        var threads = Task.WhenAll(loops.Select(
            loop => Task.Factory.StartNew(loop.Run, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        try
        {
            if (warmup > TimeSpan.Zero)
            {
                await Task.Delay(warmup, cancellationToken);
                meter = new LoadMeter(processIds);
                phase.StartRecording();
            }

            var limit = schedule is null ? settings.Duration : LateFactor * settings.Duration;
            await WaitAsync(threads, loops, meter.Started, limit, progress, cancellationToken);
            var late = threads.IsCompleted ? null : schedule;
            phase.End();
            var cost = meter.Read();
            await threads;
            return Summarise(loops, late, meter, cost);
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
        ConnectionLoop[] loops, ArrivalSchedule? late, LoadMeter meter, (TimeSpan Elapsed, TimeSpan? Server, TimeSpan Generator) cost)
    {
        var latency = new LatencyHistogram();
        foreach (var loop in loops)
        {
            latency.Add(loop.Latency);
        }

        var operations = latency.Count;
        var unsent = CountUnsent(late, latency);
        return new LoadResult
        {
            Operations = operations,
            Seconds = cost.Elapsed.TotalSeconds,
            OperationsPerSecond = operations / cost.Elapsed.TotalSeconds,
            MegabytesPerSecond = loops.Sum(loop => loop.Bytes) / 1e6 / cost.Elapsed.TotalSeconds,
            Latency = LatencySummary.Of(latency),
            CpuMicrosecondsPerOperation = cost.Server?.TotalMicroseconds / Math.Max(1, operations),
            ResidentBeforeBytes = meter.ResidentBeforeBytes,
            ResidentBytes = meter.ResidentBytes(),
            PeakResidentBytes = meter.PeakResidentBytes(),
            GeneratorMicrosecondsPerOperation = cost.Generator.TotalMicroseconds / Math.Max(1, operations),
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
