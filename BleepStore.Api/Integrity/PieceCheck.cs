using System.Collections.Immutable;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Api.Integrity;

/// <summary>Checks the segments that a record names: that their lengths add up, that each has its owner row, and that its bytes are there.</summary>
internal sealed class PieceCheck(FsckScope scope)
{
    /// <summary>Checks a part and its segments.</summary>
    /// <param name="size">What is expected of the part.</param>
    public async ValueTask CheckPartAsync(Suspect suspect, PartRecord part, long size, CancellationToken cancellationToken)
    {
        scope.Run.CountRecord();
        await CheckLengthAsync(suspect, part.Segments, size);
        foreach (var segment in part.Segments)
        {
            var owner = new BlobOwner(segment.BlobId, BucketId: 0, Key: null, Order: 0, part.UploadId, part.PartNumber);
            await CheckAsync(suspect, segment, part.Encryption, owner, cancellationToken);
        }
    }

    public async ValueTask CheckLengthAsync(Suspect suspect, ImmutableArray<Segment> segments, long size)
    {
        var sum = segments.Sum(segment => segment.Length);
        if (sum != size)
        {
            await suspect.ReportAsync(scope.Run, FindingKind.RecordInconsistent, $"its pieces have {sum} bytes together, it should have {size}");
        }
    }

    /// <summary>Checks the bytes of one segment, and the owner row of its blob; inline bytes have none.</summary>
    /// <param name="encryption">What the record says of its bytes.</param>
    public async ValueTask CheckAsync(
        Suspect suspect, Segment segment, EncryptionRecord? encryption, BlobOwner expected, CancellationToken cancellationToken)
    {
        scope.Run.CountBlob();
        if (segment.Kind == SegmentKind.Blob)
        {
            await CheckOwnerAsync(suspect, segment, expected, cancellationToken);
        }

        var fault = scope.Settings.IsDeep
            ? await scope.Probe.ProbeWholeAsync(segment, encryption, digests: null, scope.Run, cancellationToken)
            : await scope.Probe.ProbeEndsAsync(segment, encryption, scope.Run, cancellationToken);
        if (fault is { } found)
        {
            await suspect.ReportAsync(scope.Run, found.Kind, found.Detail, new BlobId(segment.BlobId));
        }
    }

    private async ValueTask CheckOwnerAsync(Suspect suspect, Segment segment, BlobOwner expected, CancellationToken cancellationToken)
    {
        var owner = await scope.Metadata.FindBlobOwnerAsync(segment.BlobId, cancellationToken);
        if (owner is null)
        {
            await CheckMissingOwnerAsync(suspect, expected, cancellationToken);
        }
        else if (expected with { Backend = owner.Backend } != owner)
        {
            scope.Disputed.Add(segment.BlobId);
            var other = await scope.Places.OfAsync(owner, piece: null, cancellationToken);
            await suspect.ReportAsync(scope.Run, FindingKind.OwnerWrong, $"its owner row names {other}", new BlobId(segment.BlobId));
        }
    }

    private async ValueTask CheckMissingOwnerAsync(Suspect suspect, BlobOwner expected, CancellationToken cancellationToken)
    {
        const string detail = "no owner row keeps it from being swept";
        var blob = new BlobId(expected.BlobId);
        if (scope.Settings.MayRepair
            && await scope.Metadata.ExecuteAsync(new RestoreBlobOwner { Time = scope.Time.GetUtcNow(), Owner = expected }, cancellationToken))
        {
            scope.Run.Report(new Finding(FindingKind.OwnerMissing, suspect.Place, detail, blob, IsRepaired: true));
            return;
        }

        scope.Disputed.Add(expected.BlobId);
        await suspect.ReportAsync(scope.Run, FindingKind.OwnerMissing, detail, blob);
    }
}
