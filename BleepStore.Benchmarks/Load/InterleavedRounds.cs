namespace BleepStore.Benchmarks.Load;

/// <summary>One thing that is measured in rounds.</summary>
internal interface IProbe
{
    /// <summary>Unlike that of any other probe of the same rounds.</summary>
    string Name { get; }

    /// <summary>One round.</summary>
    /// <param name="isFirst">True when nothing is warm yet.</param>
    /// <param name="progress">Told now and then how it goes.</param>
    /// <param name="cancellationToken">Ends it without a result.</param>
    Task<LoadResult> RunAsync(bool isFirst, Action<string> progress, CancellationToken cancellationToken);
}

/// <summary>Runs several probes in turn, round after round, so that whatever else the machine does meanwhile meets all of them alike.</summary>
internal static class InterleavedRounds
{
    /// <summary>All results of every probe, by its name.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<LoadResult>>> RunAsync(
        IReadOnlyList<IProbe> probes, int rounds, Action<string> progress, CancellationToken cancellationToken)
    {
        var results = probes.ToDictionary(probe => probe.Name, _ => new List<LoadResult>());
        for (var round = 1; round <= rounds; round++)
        {
            // Every round begins with another probe, so that none always comes after the same one.
            var first = (round - 1) % probes.Count;
            foreach (var probe in probes.Skip(first).Concat(probes.Take(first)))
            {
                var what = $"{probe.Name}, round {round} of {rounds}";
                progress(what);
                results[probe.Name].Add(await probe.RunAsync(round == 1, text => progress($"{what}: {text}"), cancellationToken));
            }
        }

        return results.ToDictionary(entry => entry.Key, entry => (IReadOnlyList<LoadResult>)entry.Value);
    }
}
