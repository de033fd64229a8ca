namespace BleepStore.Benchmarks.Load;

/// <summary>Measures a workload on a server. Only the first round has the whole warm-up: later ones need no more than to fill their connections.</summary>
internal sealed class LoadProbe(string name, LoadTarget target, Workload workload, LoadSettings settings) : IProbe
{
    private static readonly TimeSpan LaterWarmup = TimeSpan.FromMilliseconds(200);

    public string Name => name;

    public async Task<LoadResult> RunAsync(bool isFirst, Action<string> progress, CancellationToken cancellationToken)
    {
        if (target.IsS3)
        {
            progress("preparing");
            workload.Prepare(target.Preparation);
        }

        var warmup = isFirst || settings.Warmup < LaterWarmup ? settings.Warmup : LaterWarmup;
        var result = await LoadRun.RunAsync(
            target.Endpoint,
            target.ProcessIds,
            workload,
            settings with { Warmup = warmup },
            rate => progress(FormattableString.Invariant($"{rate:n0}/s")),
            cancellationToken);
        if (target.IsS3)
        {
            workload.CleanUp(target.Preparation);
        }

        return result;
    }
}
