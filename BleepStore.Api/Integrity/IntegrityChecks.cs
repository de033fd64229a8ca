using BleepStore.Api.Background;
using BleepStore.Api.Content;
using BleepStore.Metadata;
using BleepStore.Storage;

namespace BleepStore.Api.Integrity;

/// <summary>
/// The checks of a running server: at most one scrub and one fsck at a time. Where a scrub was stopped, the next one goes on; that place is
/// kept in memory alone, so after a restart the scrub begins anew.
/// </summary>
internal sealed partial class IntegrityChecks
{
    private readonly IMetadataStore _metadata;
    private readonly IObjectStorage _storage;
    private readonly ObjectReader _reader;
    private readonly ReaderRegistry _readers;
    private readonly NodeBoot _boot;
    private readonly TimeProvider _time;
    private readonly DamageCounts _damage;
    private readonly ILogger<IntegrityChecks> _logger;

    public IntegrityChecks(
        IMetadataStore metadata,
        IObjectStorage storage,
        ObjectReader reader,
        ReaderRegistry readers,
        NodeBoot boot,
        DamageCounts damage,
        TimeProvider time,
        ILogger<IntegrityChecks> logger)
    {
        (_metadata, _storage, _reader, _readers, _boot) = (metadata, storage, reader, readers, boot);
        (_damage, _time, _logger) = (damage, time, logger);
        Scrub = new CheckSlot("scrub", finding => Note(finding, DamageSource.Scrub), NoteEnd, time);
        Fsck = new CheckSlot("fsck", finding => Note(finding, DamageSource.Fsck), NoteEnd, time);
    }

    public CheckSlot Scrub { get; }

    public CheckSlot Fsck { get; }

    /// <summary>When a scrub last came to its end; null for never since the start.</summary>
    public DateTimeOffset? LastScrubbed { get; private set; }

    /// <summary>The blob after which the next scrub goes on; null when it begins anew.</summary>
    public BlobId? ScrubbedUpTo { get; private set; }

    /// <summary>Starts a scrub; null when one is running.</summary>
    /// <param name="bytesPerSecond">Bound on what it reads; 0 for none.</param>
    /// <param name="withChecksums">True to compare MD5 and stored checksum too.</param>
    /// <param name="fromStart">True not to go on where the last one was stopped.</param>
    public CheckRun? TryStartScrub(long bytesPerSecond, bool withChecksums, bool fromStart) => Scrub.TryStart(async (run, cancellationToken) =>
    {
        var settings = new ScrubSettings(bytesPerSecond, withChecksums, fromStart ? null : ScrubbedUpTo?.Value);
        await new Scrubber(_metadata, _reader, _readers, _time).RunAsync(settings, run, blob => ScrubbedUpTo = new BlobId(blob), cancellationToken);
        (ScrubbedUpTo, LastScrubbed) = (null, _time.GetUtcNow());
    });

    /// <summary>Starts a fsck that changes nothing; null when one is running.</summary>
    public CheckRun? TryStartFsck() => Fsck.TryStart(async (run, cancellationToken)
        => await new Fsck(_metadata, _storage, _reader, _readers, _time).RunAsync(new FsckSettings(_boot), run, cancellationToken));

    /// <summary>Stops what runs, and returns when it has ended.</summary>
    public async Task StopAsync()
    {
        await Scrub.StopAsync();
        await Fsck.StopAsync();
    }

    private void Note(Finding finding, DamageSource source)
    {
        if (finding.IsOfBytes)
        {
            _damage.Add(source);
        }

        if (finding.IsDamage)
        {
            Log.Damage(_logger, source, finding);
        }
        else
        {
            Log.Litter(_logger, source, finding);
        }
    }

    private void NoteEnd(CheckRun run)
    {
        var tally = run.Tally();
        if (run.State == CheckState.Failed)
        {
            Log.Failed(_logger, run.Name, run.Failure ?? "");
        }
        else
        {
            Log.Ended(_logger, run.Name, run.State, tally.Records, tally.BytesRead, tally.Damaged);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1231, LogLevel.Error, "{Source} found {Finding}")]
        public static partial void Damage(ILogger logger, DamageSource source, Finding finding);

        [LoggerMessage(1232, LogLevel.Information, "{Source} found {Finding}")]
        public static partial void Litter(ILogger logger, DamageSource source, Finding finding);

        [LoggerMessage(1233, LogLevel.Information, "{Check} {State}: {Records} objects and parts, {Bytes} bytes read, {Damaged} damaged")]
        public static partial void Ended(ILogger logger, string check, CheckState state, long records, long bytes, long damaged);

        [LoggerMessage(1234, LogLevel.Error, "{Check} could not go on: {Reason}")]
        public static partial void Failed(ILogger logger, string check, string reason);
    }
}
