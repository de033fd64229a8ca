using BleepStore.Api.Background;
using BleepStore.Api.Content;
using BleepStore.Metadata;
using BleepStore.Storage;

namespace BleepStore.Api.Integrity;

/// <summary>What a fsck is asked for.</summary>
/// <param name="Boot">The running boot, or the next one where no server runs: its blobs without a row are in flight.</param>
/// <param name="IsDeep">True to read all bytes instead of header, first and last ones.</param>
/// <param name="MayRepair">True to put right what can be without losing anything. Only while nobody else uses the store.</param>
internal sealed record FsckSettings(NodeBoot Boot, bool IsDeep = false, bool MayRepair = false);

/// <summary>
/// Holds store against disk in both directions: every record against its rows and bytes, every owner row against its record, every blob of the
/// storage against the owner rows. On a running server nothing is reported that a write or delete in flight explains.
/// </summary>
internal sealed class Fsck(IMetadataStore metadata, IObjectStorage storage, ObjectReader reader, ReaderRegistry readers, TimeProvider time)
{
    public async ValueTask RunAsync(FsckSettings settings, CheckRun run, CancellationToken cancellationToken)
    {
        var scope = new FsckScope(metadata, storage, reader, readers, time, settings, run);
        await new RecordCheck(scope).RunAsync(cancellationToken);
        await new OwnerCheck(scope).RunAsync(cancellationToken);
        await new OrphanCheck(scope).RunAsync(cancellationToken);
    }
}

/// <summary>What the steps of one fsck share.</summary>
internal sealed class FsckScope(
    IMetadataStore metadata, IObjectStorage storage, ObjectReader reader, ReaderRegistry readers, TimeProvider time, FsckSettings settings, CheckRun run)
{
    public IMetadataStore Metadata { get; } = metadata;

    public IObjectStorage Storage { get; } = storage;

    public TimeProvider Time { get; } = time;

    public FsckSettings Settings { get; } = settings;

    public CheckRun Run { get; } = run;

    public StoreWalk Walk { get; } = new(metadata, readers);

    public OwnedPieces Pieces { get; } = new(metadata);

    public Places Places { get; } = new(new StoreWalk(metadata, readers));

    public GarbageIndex Garbage { get; } = new(metadata);

    public SegmentProbe Probe { get; } = new(reader, new Pace(bytesPerSecond: 0, time));

    /// <summary>Blobs whose owner row is known to be missing or wrong although a record names them: later steps pass them over.</summary>
    public HashSet<UInt128> Disputed { get; } = [];

    /// <summary>Uploads that are open or whose parts are an object.</summary>
    public HashSet<string> ReachableUploads { get; } = new(StringComparer.Ordinal);

    /// <summary>True for blobs that a request may be about to name.</summary>
    public bool IsInFlight(BlobId blob) => blob.Node == Settings.Boot.Node && blob.Boot >= Settings.Boot.Boot;
}
