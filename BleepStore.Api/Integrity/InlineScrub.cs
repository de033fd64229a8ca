using BleepStore.Metadata;
using BleepStore.Storage;

namespace BleepStore.Api.Integrity;

/// <summary>
/// The part of a scrub that reads the bodies that the metadata keeps: each proves itself by its seal, so whose it is has to be found only for a
/// damaged one. One that no record names waits to be collected.
/// </summary>
internal sealed class InlineScrub(IMetadataStore metadata, ReaderRegistry readers, Places places, SegmentProbe probe, CheckRun run)
{
    private const int BodiesPerPage = 1000;

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        for (UInt128? after = null; ;)
        {
            var page = await metadata.ListInlineBodiesAsync(after, BodiesPerPage, cancellationToken);
            foreach (var id in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                run.CountBlob();
                var blob = new BlobId(id);
                using var pin = readers.Enter(metadata.PublishedSequence);
                if (await probe.ProbeInlineAsync(metadata, blob, run, cancellationToken) is { } fault
                    && await places.OfInlineAsync(id, cancellationToken) is { } place)
                {
                    run.Report(new Finding(fault.Kind, place, fault.Detail, blob));
                }
            }

            if (page.Length < BodiesPerPage)
            {
                return;
            }

            after = page[^1];
        }
    }
}
