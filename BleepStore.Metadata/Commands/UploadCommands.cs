using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>Opens a multipart upload.</summary>
public sealed record CreateUpload : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required UploadRecord Upload { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, Upload.BucketId) is null)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        var order = transaction.NextOrder(Time);
        transaction.PutUpload(Upload with { InitiatedAt = Time });
        transaction.Tell(Event, Bucket, order);
        return new WriteOutcome(WriteStatus.Done, order, LastModified: Time);
    }
}

/// <summary>Stores a part whose bytes are already durable, in place of an earlier one of that number.</summary>
public sealed record PutPart : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required string Key { get; init; }

    /// <summary>The part; its time is assigned by the store.</summary>
    public required PartRecord Part { get; init; }

    /// <summary>The bytes of the part's <see cref="SegmentKind.Inline"/> segment; empty when it has none.</summary>
    public ReadOnlyMemory<byte> InlineBody { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override int SizeBytes => 512 + InlineBody.Length;

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is null)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        if (transaction.FindUpload(BucketId, Key, Part.UploadId) is null)
        {
            return new WriteOutcome(WriteStatus.UploadMissing);
        }

        if (transaction.FindPart(Part.UploadId, Part.PartNumber) is { } before)
        {
            foreach (var segment in before.Segments)
            {
                transaction.AddGarbage(GarbageKind.Segment, segment);
            }
        }

        var order = transaction.NextOrder(Time);
        transaction.PutPart(BucketId, Key, Part with { LastModified = Time });
        transaction.PutBytes(
            Part.Segments, InlineBody, new BlobOwner(BlobId: 0, BucketId: 0, Key: null, Order: 0, Part.UploadId, Part.PartNumber));
        transaction.Tell(Event, Bucket, order);
        return new WriteOutcome(WriteStatus.Done, order, LastModified: Time);
    }
}

/// <summary>
/// Makes an object of listed parts. No part is moved or copied: the object refers to the upload, a manifest lists its parts.
/// </summary>
public sealed record CompleteUpload : MetadataCommand<WriteOutcome>
{
    /// <summary>How long the answer is remembered, by command time.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required string UploadId { get; init; }

    /// <summary>The object to be; its upload id is set, its order and time are assigned by the store.</summary>
    public required ObjectRecord Object { get; init; }

    /// <summary>The listed parts in ascending order.</summary>
    public required ImmutableArray<ManifestPart> Parts { get; init; }

    /// <summary>Digest (see <see cref="DigestParts"/>) of the listed parts as the request saw them: fails if one changed.</summary>
    public required ReadOnlyMemory<byte> PartsDigest { get; init; }

    /// <summary>SHA-256 of the part list as the client sent it: the same list again gets the same answer.</summary>
    public required ReadOnlyMemory<byte> PartListDigest { get; init; }

    /// <summary>Random where the bucket has versions; goes into the version id.</summary>
    public long VersionSalt { get; init; }

    public WriteCondition Condition { get; init; } = WriteCondition.None;

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override int SizeBytes => 1024 + (16 * Parts.Length);

    /// <inheritdoc/>
    public override bool IsLarge => Parts.Length >= ManyRows;

    /// <summary>The digest by which parts are recognised: number, size, ETag and blob ids of each.</summary>
    public static byte[] DigestParts(IEnumerable<PartRecord> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"{part.PartNumber} {part.Size} {part.ETag}")));
            foreach (var segment in part.Segments)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {segment.BlobId:x32}")));
            }

            hash.AppendData("\n"u8);
        }

        return hash.GetHashAndReset();
    }

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is not { } bucket)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        if (transaction.FindUpload(BucketId, Object.Key, UploadId) is not { } upload)
        {
            return transaction.FindCompletedUpload(UploadId) is { } completed && completed.BucketId == BucketId
                && completed.Key == Object.Key
                && completed.PartListDigest.Span.SequenceEqual(PartListDigest.Span)
                ? completed.Outcome
                : new WriteOutcome(WriteStatus.UploadMissing);
        }

        var listed = Parts.Select(part => part.PartNumber).ToHashSet();
        var uploaded = transaction.ListParts(UploadId, after: 0).ToList();
        if (!DigestParts(uploaded.Where(part => listed.Contains(part.PartNumber))).AsSpan().SequenceEqual(PartsDigest.Span))
        {
            return new WriteOutcome(WriteStatus.PartChanged);
        }

        var before = transaction.FindObject(BucketId, Object.Key);
        var decision = Condition.Decide(before);
        if (decision != WriteStatus.Done)
        {
            return new WriteOutcome(decision);
        }

        if (Condition.IfMatch is not null && before!.LastModified > upload.InitiatedAt)
        {
            return new WriteOutcome(WriteStatus.ChangedDuringUpload);
        }

        var record = Object with { UploadId = UploadId, PartCount = Parts.Length, Segments = [] };
        var stored = transaction.PutCurrent(bucket, record, inlineBody: default, before, VersionSalt, Time);
        WriteManifest(transaction);
        if (uploaded.Count > Parts.Length)
        {
            transaction.AddGarbage(GarbageKind.UnlistedParts, uploadId: UploadId);
        }

        transaction.DeleteUpload(upload);
        var outcome = WriteOutcome.Of(bucket, stored);
        transaction.ForgetCompletedUploads(Time - Memory, limit: 2);
        transaction.PutCompletedUpload(
            new CompletedUploadRecord(UploadId, BucketId, Object.Key, PartListDigest, Time, outcome, stored.ETag, stored.Checksum));
        transaction.Tell(Event, Bucket, stored, stored.Order);
        return outcome;
    }

    private void WriteManifest(IMetadataTransaction transaction)
    {
        var offset = 0L;
        for (var start = 0; start < Parts.Length; start += ManifestChunk.PartsPerChunk)
        {
            var parts = Parts.AsSpan(start, Math.Min(ManifestChunk.PartsPerChunk, Parts.Length - start)).ToImmutableArray();
            transaction.PutManifestChunk(new ManifestChunk(UploadId, start / ManifestChunk.PartsPerChunk, offset, parts));
            offset += parts.Sum(part => part.Size);
        }
    }
}

/// <summary>Ends an upload without an object; its parts become garbage.</summary>
public sealed record AbortUpload : MetadataCommand<WriteOutcome>
{
    public required string Bucket { get; init; }

    public required long BucketId { get; init; }

    public required string Key { get; init; }

    public required string UploadId { get; init; }

    /// <summary>Only if no part came after this time: set by the reaper.</summary>
    public DateTimeOffset? OnlyIfIdleSince { get; init; }

    public EventIntent? Event { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override WriteOutcome Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindBucket(Bucket, BucketId) is null)
        {
            return new WriteOutcome(WriteStatus.BucketMissing);
        }

        if (transaction.FindUpload(BucketId, Key, UploadId) is not { } upload)
        {
            return new WriteOutcome(WriteStatus.UploadMissing);
        }

        if (OnlyIfIdleSince is { } limit && transaction.ListParts(UploadId, after: 0).Any(part => part.LastModified > limit))
        {
            return new WriteOutcome(WriteStatus.PreconditionFailed);
        }

        var order = transaction.NextOrder(Time);
        transaction.DeleteUpload(upload);
        transaction.AddGarbage(GarbageKind.Upload, uploadId: UploadId);
        transaction.Tell(Event, Bucket, order);
        return new WriteOutcome(WriteStatus.Done, order);
    }
}
