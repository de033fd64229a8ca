using System.Collections.Immutable;

namespace BleepStore.Api.Integrity;

/// <summary>Where a check stands.</summary>
internal enum CheckState
{
    Running,
    Done,
    Stopped,
    Failed,
}

/// <summary>What one check has done and found so far. Written by the check, read by anybody at any time.</summary>
/// <param name="name"><c>scrub</c> or <c>fsck</c>.</param>
/// <param name="startedAt">When it began.</param>
/// <param name="found">Told of every finding; null for nobody.</param>
internal sealed class CheckRun(string name, DateTimeOffset startedAt, Action<Finding>? found = null)
{
    /// <summary>Findings beyond this many are counted and told of, not kept.</summary>
    public const int MaxKept = 1000;

    private readonly Lock _lock = new();
    private readonly List<Finding> _findings = [];
    private long _records;
    private long _blobs;
    private long _bytes;
    private long _skipped;
    private long _damaged;
    private long _repaired;
    private long _orphans;
    private bool _hasDamagedRows;
    private long _expectedBytes;
    private double? _share;

    public string Name { get; } = name;

    public DateTimeOffset StartedAt { get; } = startedAt;

    /// <summary>What it cannot look at, in a sentence; null when it looks at all there is.</summary>
    public string? Limitation { get; init; }

    /// <summary>When it ended, however; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    public CheckState State { get; private set; } = CheckState.Running;

    /// <summary>Why it failed; null when it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>What it looks at now, in words.</summary>
    public string Phase { get; private set; } = "";

    /// <summary>Share of the phase that is done, about; null when nobody knows how much there is.</summary>
    public double? Share => State == CheckState.Done ? 1 : _expectedBytes > 0 ? Math.Min(1, (double)Interlocked.Read(ref _bytes) / _expectedBytes) : _share;

    /// <summary>
    /// True when rows (other than counters) were found to be wrong, repaired or not: what no row names may then be all that is left of
    /// something.
    /// </summary>
    public bool HasDamagedRows
    {
        get
        {
            lock (_lock)
            {
                return _hasDamagedRows;
            }
        }
    }

    /// <summary>Begins a phase.</summary>
    /// <param name="phase">What is looked at, in words.</param>
    /// <param name="expectedBytes">How much it will read, about, where that tells how far it is; 0 otherwise.</param>
    public void Begin(string phase, long expectedBytes = 0) => (Phase, _share, _expectedBytes) = (phase, null, expectedBytes);

    /// <summary>Tells how far the phase has come.</summary>
    /// <param name="done">Units done.</param>
    /// <param name="expected">Units that there are, about; 0 when unknown.</param>
    public void Advance(long done, long expected) => _share = expected > 0 ? Math.Min(1, (double)done / expected) : null;

    public void CountRecord() => Interlocked.Increment(ref _records);

    public void CountBlob() => Interlocked.Increment(ref _blobs);

    public void CountBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>Counts something that changed too often to be judged.</summary>
    public void CountSkipped() => Interlocked.Increment(ref _skipped);

    public void Report(Finding finding)
    {
        lock (_lock)
        {
            _damaged += finding.IsDamage ? 1 : 0;
            _repaired += finding.IsRepaired ? 1 : 0;
            _orphans += finding is { Kind: FindingKind.BlobOrphan, IsRepaired: false } ? 1 : 0;
            _hasDamagedRows |= finding is { IsOfBytes: false, Kind: not (FindingKind.BlobOrphan or FindingKind.CountersWrong) };
            if (_findings.Count < MaxKept)
            {
                _findings.Add(finding);
            }
        }

        found?.Invoke(finding);
    }

    public void End(CheckState state, DateTimeOffset at, string? failure = null)
    {
        (Failure, EndedAt) = (failure, at);
        State = state;
    }

    /// <summary>The numbers as they are now.</summary>
    public CheckTally Tally()
    {
        lock (_lock)
        {
            return new CheckTally(
                Interlocked.Read(ref _records),
                Interlocked.Read(ref _blobs),
                Interlocked.Read(ref _bytes),
                _damaged,
                _repaired,
                _orphans,
                Interlocked.Read(ref _skipped));
        }
    }

    /// <summary>The first findings, at most <see cref="MaxKept"/>.</summary>
    public ImmutableArray<Finding> Findings()
    {
        lock (_lock)
        {
            return [.. _findings];
        }
    }
}

/// <summary>The numbers of a check.</summary>
/// <param name="Records">Objects and parts looked at.</param>
/// <param name="Blobs">Blobs and inline bodies read, whole or at their ends.</param>
/// <param name="BytesRead">Plain bytes verified.</param>
/// <param name="Damaged">Findings that are damage and not repaired.</param>
/// <param name="Repaired">Findings that were repaired.</param>
/// <param name="Orphans">Blobs that no row names and that are still there.</param>
/// <param name="Skipped">Things that changed too often to be judged.</param>
internal readonly record struct CheckTally(long Records, long Blobs, long BytesRead, long Damaged, long Repaired, long Orphans, long Skipped);
