using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Reports;

namespace BleepStore.Benchmarks.Bars;

/// <summary>What a run of the bars showed.</summary>
internal sealed record BarReport(
    IReadOnlyList<BarOutcome> Outcomes,
    IReadOnlyList<(string Name, LoadResult Result)> Medians,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<LoadResult>>> Rounds)
{
    public long Errors => Medians.Sum(entry => entry.Result.Errors);
}

/// <summary>Runs groups of bars one after the other.</summary>
internal static class BarRun
{
    public static async Task<BarReport> RunAsync(
        IReadOnlyList<BarGroup> groups, BarContext context, PeerKind peer, ProgressLine progress, Action<IReadOnlyList<BarOutcome>> tell)
    {
        var outcomes = new List<BarOutcome>();
        var all = new List<(string Name, LoadResult Result)>();
        var rounds = new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<LoadResult>>>();
        foreach (var group in groups)
        {
            var probes = await group.CreateProbesAsync(context);
            var results = await InterleavedRounds.RunAsync(
                probes, group.IsOnce ? 1 : context.Scale.Rounds, text => progress.Show($"{group.Name}: {text}"), context.CancellationToken);
            progress.Clear();
            var medians = probes.ToDictionary(probe => probe.Name, probe => LoadResult.MedianOf(results[probe.Name]));
            var judged = group.Bars.Where(bar => bar.Peer is null || bar.Peer == peer).Select(bar => bar.Judge(medians)).OfType<BarOutcome>().ToArray();
            tell(judged);
            outcomes.AddRange(judged);
            all.AddRange(medians.Select(entry => ($"{group.Name}: {entry.Key}", entry.Value)));
            rounds.Add(group.Name, results);
        }

        return new BarReport(outcomes, all, rounds);
    }
}
