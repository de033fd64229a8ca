using BleepStore.Metadata.Records;

namespace BleepStore.Metadata;

/// <summary>
/// The rows a command reads and changes while it is applied: what an engine has to provide, and all that it has to. Used by one thread;
/// reads see the
/// transaction's own writes. A command that refuses has written nothing.
/// </summary>
public interface IMetadataTransaction
{
    /// <summary>Sequence of the command being applied. A command that wrote nothing uses none up.</summary>
    long Sequence { get; }

    /// <summary>The next order: the command's time in 100 ns, or one more than the last order where that is larger.</summary>
    long NextOrder(DateTimeOffset time);

    /// <summary>The next bucket id, never given before.</summary>
    long NextBucketId();

    BucketRecord? FindBucket(string name);

    /// <summary>Inserts or replaces by name; a new bucket starts with zero counters.</summary>
    void PutBucket(BucketRecord bucket);

    void DeleteBucket(BucketRecord bucket);

    /// <summary>True when the bucket has an object, a version or a delete marker.</summary>
    bool HasObjects(long bucketId);

    /// <summary>Adds current objects, and bytes of versions of any age.</summary>
    void AddToCounters(long bucketId, long objects, long bytes);

    /// <summary>The current version of a key that is not a delete marker.</summary>
    ObjectRecord? FindObject(long bucketId, string key);

    void PutObject(long bucketId, ObjectRecord record);

    void DeleteObject(long bucketId, string key);

    /// <summary>A noncurrent version or delete marker by its id; the current object is not among them.</summary>
    ObjectRecord? FindVersion(long bucketId, string key, string versionId);

    /// <summary>A noncurrent version or delete marker by its order.</summary>
    ObjectRecord? FindVersion(long bucketId, string key, long order);

    /// <summary>The newest noncurrent version or delete marker of a key.</summary>
    ObjectRecord? FindNewestVersion(long bucketId, string key);

    /// <summary>How many noncurrent versions and delete markers of a key are newer than an order; no more than <paramref name="limit"/> are counted.</summary>
    int CountNewerVersions(long bucketId, string key, long order, int limit);

    /// <summary>Inserts a noncurrent version or delete marker, or replaces the one of the same order.</summary>
    void PutVersion(long bucketId, ObjectRecord record);

    void DeleteVersion(long bucketId, ObjectRecord record);

    UploadRecord? FindUpload(long bucketId, string key, string uploadId);

    /// <summary>Inserts an open upload; <see cref="UploadRecord.InitiatedAt"/> is its last activity until a part arrives.</summary>
    void PutUpload(UploadRecord upload);

    void DeleteUpload(UploadRecord upload);

    PartRecord? FindPart(string uploadId, int partNumber);

    /// <summary>Parts in order of number.</summary>
    IEnumerable<PartRecord> ListParts(string uploadId, int after);

    /// <summary>Inserts or replaces a part; its time becomes the upload's last activity.</summary>
    void PutPart(long bucketId, string key, PartRecord part);

    void DeletePart(string uploadId, int partNumber);

    void PutManifestChunk(ManifestChunk chunk);

    void DeleteManifest(string uploadId);

    CompletedUploadRecord? FindCompletedUpload(string uploadId);

    void PutCompletedUpload(CompletedUploadRecord completed);

    /// <summary>Forgets up to <paramref name="limit"/> remembered answers from before <paramref name="before"/>.</summary>
    void ForgetCompletedUploads(DateTimeOffset before, int limit);

    RememberedOperation? FindOperation(ReadOnlyMemory<byte> id);

    void PutOperation(RememberedOperation operation);

    /// <summary>Forgets up to <paramref name="limit"/> remembered operations with an order below <paramref name="before"/>.</summary>
    void ForgetOperations(long before, int limit);

    /// <summary>Open uploads of a bucket, at most <paramref name="limit"/>.</summary>
    IReadOnlyList<UploadRecord> ListUploads(long bucketId, int limit);

    BlobOwner? FindBlobOwner(UInt128 blobId);

    void PutBlobOwner(BlobOwner owner);

    void DeleteBlobOwner(UInt128 blobId);

    /// <summary>Keeps the bytes of an inline segment under its blob id.</summary>
    void PutInlineBody(UInt128 blobId, ReadOnlyMemory<byte> body);

    /// <summary>Drops the bytes of an inline segment; nothing happens where the blob has none.</summary>
    void DeleteInlineBody(UInt128 blobId);

    /// <summary>Adds a garbage row of this command; the ordinal is assigned.</summary>
    void AddGarbage(GarbageKind kind, Segment? segment = null, string? uploadId = null, long bucketId = 0);

    void DeleteGarbage(long sequence, int ordinal);

    /// <summary>Adds an outbox row of this command; the ordinal is assigned.</summary>
    void AddEvent(EventIntent intent, string bucket, string key, long order, string versionId, long size, string eTag);

    void DeleteEvent(long sequence, int ordinal);

    AccountRecord? FindAccount(string accountId);

    void PutAccount(AccountRecord account);

    CredentialRecord? FindCredential(string accessKey);

    void PutCredential(CredentialRecord credential);

    void DeleteCredential(string accessKey);

    /// <summary>The identity of that name, whatever the case of its letters.</summary>
    IdentityRecord? FindIdentity(string accountId, IdentityKind kind, string name);

    /// <summary>Identities of a kind in order of their name in lower case; the command may change them while it reads on.</summary>
    IReadOnlyList<IdentityRecord> ListIdentities(string accountId, IdentityKind kind);

    /// <summary>How many identities of a kind an account has.</summary>
    int CountIdentities(string accountId, IdentityKind kind);

    /// <summary>Inserts or replaces by account, kind and name.</summary>
    void PutIdentity(IdentityRecord identity);

    void DeleteIdentity(string accountId, IdentityKind kind, string name);

    /// <summary>The key of the store of that number, wrapped.</summary>
    ReadOnlyMemory<byte>? FindStoreKey(int id);

    /// <summary>Inserts or replaces by number.</summary>
    void PutStoreKey(int id, ReadOnlyMemory<byte> wrappedKey);

    /// <summary>Keeps the one place of the lifecycle pass; null removes it.</summary>
    void PutLifecyclePlace(LifecyclePlace? place);

    uint HighestBoot(uint node);

    void PutBoot(BootRecord boot);
}

/// <summary>The remembered answer of a conditional write, so that a client's retry of its own success gets the first answer.</summary>
/// <param name="Id">Hash of access key, operation, bucket id, key and invocation id.</param>
/// <param name="Fingerprint">Hash of payload digest and conditions; another fingerprint is a new request.</param>
/// <param name="Order">Order of the write.</param>
/// <param name="Outcome">What was answered.</param>
public sealed record RememberedOperation(ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Fingerprint, long Order,
    Commands.WriteOutcome Outcome);
