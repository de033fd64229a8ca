using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>
/// Removes garbage rows whose bytes are gone, and the rows of the blobs, parts and manifests they named. Bounded by its maker to 1,000
/// of each.
/// </summary>
public sealed record CollectGarbage : MetadataCommand<bool>
{
    /// <summary>Garbage rows that are finished.</summary>
    public ImmutableArray<(long Sequence, int Ordinal)> Rows { get; init; } = [];

    /// <summary>Blobs that were deleted.</summary>
    public ImmutableArray<UInt128> Blobs { get; init; } = [];

    /// <summary>Part rows whose blobs were deleted.</summary>
    public ImmutableArray<(string UploadId, int PartNumber)> Parts { get; init; } = [];

    /// <summary>Uploads whose manifest goes.</summary>
    public ImmutableArray<string> Manifests { get; init; } = [];

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override int SizeBytes => 64 * (Rows.Length + Blobs.Length + Parts.Length + Manifests.Length);

    /// <inheritdoc/>
    public override bool IsLarge => Rows.Length + Blobs.Length + Parts.Length + Manifests.Length >= ManyRows;

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction)
    {
        foreach (var blob in Blobs)
        {
            transaction.DeleteInlineBody(blob);
            transaction.DeleteBlobOwner(blob);
        }

        foreach (var (uploadId, partNumber) in Parts)
        {
            transaction.DeletePart(uploadId, partNumber);
        }

        foreach (var uploadId in Manifests)
        {
            transaction.DeleteManifest(uploadId);
        }

        foreach (var (sequence, ordinal) in Rows)
        {
            transaction.DeleteGarbage(sequence, ordinal);
        }

        return true;
    }
}

/// <summary>
/// Turns up to <see cref="Limit"/> open uploads of a deleted bucket into garbage; the answer is how many. 0 means the bucket's row can
/// go.
/// </summary>
public sealed record ExpandDeletedBucket : MetadataCommand<int>
{
    /// <summary>Uploads per command.</summary>
    public const int Limit = 1000;

    public required long BucketId { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override int SizeBytes => 64 * 1024;

    /// <inheritdoc/>
    public override bool IsLarge => true;

    /// <inheritdoc/>
    public override int Apply(IMetadataTransaction transaction)
    {
        var uploads = transaction.ListUploads(BucketId, Limit);
        foreach (var upload in uploads)
        {
            transaction.DeleteUpload(upload);
            transaction.AddGarbage(GarbageKind.Upload, uploadId: upload.UploadId);
        }

        return uploads.Count;
    }
}

/// <summary>Takes events out of the outbox that every target has acknowledged.</summary>
public sealed record AcknowledgeEvents : MetadataCommand<bool>
{
    public required ImmutableArray<(long Sequence, int Ordinal)> Events { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction)
    {
        foreach (var (sequence, ordinal) in Events)
        {
            transaction.DeleteEvent(sequence, ordinal);
        }

        return true;
    }
}

/// <summary>Inserts or replaces an account.</summary>
public sealed record PutAccount : MetadataCommand<bool>
{
    public required AccountRecord Account { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction)
    {
        transaction.PutAccount(Account);
        return true;
    }
}

/// <summary>Inserts or replaces an access key; refused (false) where <see cref="OnlyIfAbsent"/> and the key exists.</summary>
public sealed record PutCredential : MetadataCommand<bool>
{
    public required CredentialRecord Credential { get; init; }

    public bool OnlyIfAbsent { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction)
    {
        var before = transaction.FindCredential(Credential.AccessKey);
        if (OnlyIfAbsent && before is not null)
        {
            return false;
        }

        if (before is not null && (before.AccountId, AccessKeyOwners.OwnerOf(before)) != (Credential.AccountId, AccessKeyOwners.OwnerOf(Credential)))
        {
            AccessKeyOwners.Remove(transaction, before);
        }

        transaction.PutCredential(Credential);
        AccessKeyOwners.Add(transaction, Credential, Time);
        return true;
    }
}

/// <summary>Removes an access key; false when it is absent.</summary>
public sealed record DeleteCredential : MetadataCommand<bool>
{
    public required string AccessKey { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindCredential(AccessKey) is not { } credential)
        {
            return false;
        }

        transaction.DeleteCredential(AccessKey);
        AccessKeyOwners.Remove(transaction, credential);
        return true;
    }
}

/// <summary>Begins a boot of a node: the answer is its number, larger than any that the store or the storage root remembers.</summary>
public sealed record StartBoot : MetadataCommand<uint>
{
    public required uint Node { get; init; }

    /// <summary>Highest boot that the storage root remembers; 0 for a new one.</summary>
    public required uint RootHighestBoot { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override uint Apply(IMetadataTransaction transaction)
    {
        var boot = Math.Max(transaction.HighestBoot(Node), RootHighestBoot) + 1;
        transaction.PutBoot(new BootRecord(Node, boot, Swept: false));
        return boot;
    }
}

/// <summary>Remembers that no blob of a boot is left without an owner.</summary>
public sealed record MarkBootSwept : MetadataCommand<bool>
{
    public required uint Node { get; init; }

    public required uint Boot { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction)
    {
        transaction.PutBoot(new BootRecord(Node, Boot, Swept: true));
        return true;
    }
}
