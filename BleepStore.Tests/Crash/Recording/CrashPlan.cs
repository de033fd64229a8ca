namespace BleepStore.Tests.Crash.Recording;

/// <summary>A disk to be made: the power fails after a record.</summary>
/// <param name="Number">Number of the disk: with the recording it says everything.</param>
/// <param name="Record">Index of the last record.</param>
/// <param name="Seed">Decides what survives.</param>
internal readonly record struct CrashPoint(int Number, int Record, int Seed);

/// <summary>
/// Chooses where in a trace the power fails: at every kind of moment, and more often where a promise or a sync is young, in a start, and where
/// names change.
/// </summary>
internal sealed class CrashPlan
{
    private readonly int _seed;
    private readonly int[] _all;
    private readonly int[] _answers;
    private readonly int[] _syncs;
    private readonly int[] _names;
    private readonly int[] _starts;

    public CrashPlan(IReadOnlyList<TraceRecord> trace, History history, int seed)
    {
        _seed = seed;
        // Before that there was no power to fail.
        var first = Enumerable.Range(0, trace.Count).First(index => trace[index].Operation == TraceOperation.Durable);
        _all = [.. Enumerable.Range(first, trace.Count - first)];
        var answers = history.Answers().ToHashSet();
        _answers = [.. _all.Where(index => answers.Contains(trace[index].End))];
        _syncs = [.. _all.Where(index => trace[index].Operation is TraceOperation.SyncBegin or TraceOperation.SyncEnd)];
        _names = [.. _all.Where(index => trace[index].Operation is TraceOperation.Rename or TraceOperation.Unlink or TraceOperation.MakeDirectory)];
        _starts = [.. _all.Where(index => trace[index].Operation == TraceOperation.Start).Prepend(first).Distinct()];
    }

    /// <summary>The disks with numbers from <paramref name="from"/> on, in the order of the trace.</summary>
    public List<CrashPoint> Take(int from, int count)
        => [.. Enumerable.Range(from, count).Select(At).OrderBy(point => point.Record)];

    public CrashPoint At(int number)
    {
        var random = new Random(HashOf(_seed, number));
        var record = random.Next(20) switch
        {
            < 7 when _answers.Length > 0 => _answers[random.Next(_answers.Length)],
            < 12 => _syncs[random.Next(_syncs.Length)] + random.Next(-1, 3),
            < 15 => _names[random.Next(_names.Length)] + random.Next(2),
            < 17 => _starts[random.Next(_starts.Length)] + random.Next(120),
            _ => _all[random.Next(_all.Length)],
        };
        return new CrashPoint(number, Math.Clamp(record, _all[0], _all[^1]), random.Next());
    }

    // Not HashCode, which is another one in every process.
    private static int HashOf(int seed, int number) => unchecked((seed * 486_187_739) + (number * 16_777_619));
}
