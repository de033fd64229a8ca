namespace BleepStore.Metadata.Commands;

/// <summary>Corrects the counters of a bucket by what a check, while nobody else wrote, found them to be off.</summary>
public sealed record AdjustCounters : MetadataCommand<bool>
{
    public required long BucketId { get; init; }

    /// <summary>Objects to add; negative to take away.</summary>
    public required long Objects { get; init; }

    /// <summary>Bytes to add; negative to take away.</summary>
    public required long Bytes { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction)
    {
        transaction.AddToCounters(BucketId, Objects, Bytes);
        return true;
    }
}

/// <summary>
/// Gives a blob the owner row that it lost. Refused (false) where it has one, or where the object or part does not name the blob.
/// </summary>
public sealed record RestoreBlobOwner : MetadataCommand<bool>
{
    /// <summary>The row to be; its backend is taken from the record.</summary>
    public required Records.BlobOwner Owner { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction)
    {
        var segments = Owner.Key is { } key
            ? FindVersion(transaction, key)?.Segments ?? []
            : transaction.FindPart(Owner.UploadId ?? "", Owner.PartNumber)?.Segments ?? [];
        if (segments.FirstOrDefault(segment => segment.BlobId == Owner.BlobId) is not { Kind: Records.SegmentKind.Blob } named
            || transaction.FindBlobOwner(Owner.BlobId) is not null)
        {
            return false;
        }

        transaction.PutBlobOwner(Owner with { Backend = named.Backend });
        return true;
    }

    private Records.ObjectRecord? FindVersion(IMetadataTransaction transaction, string key)
        => transaction.FindObject(Owner.BucketId, key) is { } current && current.Order == Owner.Order
            ? current
            : transaction.FindVersion(Owner.BucketId, key, Owner.Order);
}
