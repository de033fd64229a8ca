using BleepStore.Api.Content;
using BleepStore.Metadata;
using BleepStore.Storage;

namespace BleepStore.Api.Integrity;

/// <summary>What a scrub is asked for.</summary>
/// <param name="BytesPerSecond">Bound on what it reads; 0 for none.</param>
/// <param name="WithChecksums">True to compare MD5 and stored checksum too, which notices a sound blob in the wrong place.</param>
/// <param name="After">Blob after which to go on; null from the start.</param>
internal sealed record ScrubSettings(long BytesPerSecond = 0, bool WithChecksums = false, UInt128? After = null);

/// <summary>
/// Reads all bytes of all objects and parts through the verified path, blob by blob in the order of their ids, and then those that the metadata
/// keeps itself; and reports whose are damaged.
/// While a blob is read, a registered reader keeps it from being collected; one that is nobody's any more is passed over.
/// </summary>
internal sealed class Scrubber(IMetadataStore metadata, ObjectReader reader, ReaderRegistry readers, TimeProvider time)
{
    private const int OwnersPerPage = 500;

    /// <summary>Reads to the end.</summary>
    /// <param name="reached">Told of each blob that is done, from where a later scrub can go on.</param>
    public async ValueTask RunAsync(ScrubSettings settings, CheckRun run, Action<UInt128> reached, CancellationToken cancellationToken)
    {
        var pieces = new OwnedPieces(metadata);
        var garbage = new GarbageIndex(metadata);
        var places = new Places(new StoreWalk(metadata, readers));
        var probe = new SegmentProbe(reader, new Pace(settings.BytesPerSecond, time));
        var expected = (await metadata.CountAllAsync(cancellationToken)).Bytes;
        run.Begin("bytes", settings.After is null ? expected : 0);
        for (var after = settings.After; ;)
        {
            var page = await metadata.ListBlobOwnersAsync(after, OwnersPerPage, cancellationToken);
            foreach (var owner in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var pin = readers.Enter(metadata.PublishedSequence);
                if (await pieces.FindAsync(owner, cancellationToken) is { } piece)
                {
                    run.CountRecord();
                    run.CountBlob();
                    var digests = settings.WithChecksums ? piece.Digests : null;
                    // Looked at again: what was deleted or replaced meanwhile is nobody's loss. Parts keep their rows while they wait to be
                    // collected, and lose them before the garbage row goes.
                    if (await probe.ProbeWholeAsync(piece.Segment, piece.Encryption, digests, run, cancellationToken) is { } fault
                        && (owner.UploadId is null || !await garbage.HoldsAsync(owner.BlobId, owner.UploadId, cancellationToken))
                        && await pieces.FindAsync(owner, cancellationToken) is not null)
                    {
                        var place = await places.OfAsync(owner, piece, cancellationToken);
                        run.Report(new Finding(fault.Kind, place, fault.Detail, new BlobId(owner.BlobId)));
                    }
                }

                reached(owner.BlobId);
            }

            if (page.Length < OwnersPerPage)
            {
                break;
            }

            after = page[^1].BlobId;
        }

        await new InlineScrub(metadata, new StoreWalk(metadata, readers), probe, settings.WithChecksums, run).RunAsync(cancellationToken);
    }
}
