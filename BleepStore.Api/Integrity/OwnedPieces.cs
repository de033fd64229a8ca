using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Integrity;

/// <summary>A segment, and the object or part that names it.</summary>
internal sealed record OwnedPiece(Segment Segment, ObjectRecord? Object, PartRecord? Part)
{
    /// <summary>How the bytes are encrypted; null when they are plain.</summary>
    public EncryptionRecord? Encryption => Object is not null ? Object.Encryption : Part?.Encryption;

    /// <summary>What the bytes of the segment have to come to; null where it is not all of them.</summary>
    public ContentDigests? Digests => Object is { } record ? ContentDigests.Of(record) : Part is { } part ? ContentDigests.Of(part) : null;
}

/// <summary>Finds what an owner row speaks of.</summary>
internal sealed class OwnedPieces(IMetadataStore metadata)
{
    /// <summary>The segment that the row's object or part names now; null when there is no such record or it has other bytes.</summary>
    public async ValueTask<OwnedPiece?> FindAsync(BlobOwner owner, CancellationToken cancellationToken)
    {
        if (owner.Key is { } key)
        {
            return await metadata.FindVersionAsync(owner.BucketId, key, owner.Order, cancellationToken) is { } record
                && record.Segments.FirstOrDefault(segment => segment.BlobId == owner.BlobId) is { } piece
                    ? new OwnedPiece(piece, record, Part: null)
                    : null;
        }

        var parts = await metadata.ListPartsAsync(owner.UploadId ?? "", owner.PartNumber - 1, limit: 1, cancellationToken);
        return parts is [var part] && part.PartNumber == owner.PartNumber
            && part.Segments.FirstOrDefault(segment => segment.BlobId == owner.BlobId) is { } found
                ? new OwnedPiece(found, Object: null, part)
                : null;
    }
}
