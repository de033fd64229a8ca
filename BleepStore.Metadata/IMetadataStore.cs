using System.Collections.Immutable;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata;

/// <summary>
/// Everything the store knows but the bytes: named queries, and one way to change anything. All members are thread safe. A query sees the
/// state after some command, never between two, and never older than <see cref="PublishedSequence"/> was when it began.
/// </summary>
public interface IMetadataStore : IAsyncDisposable
{
    /// <summary>Name of the engine: <c>sqlite</c>, <c>memory</c> …</summary>
    string Engine { get; }

    /// <summary>True when acknowledged commands survive the process; nothing is swept where this is false.</summary>
    bool IsDurable { get; }

    /// <summary>Random id given to the store when it was created: a storage root of another store is refused.</summary>
    string StoreId { get; }

    /// <summary>Sequence of the last command whose effect queries see.</summary>
    long PublishedSequence { get; }

    /// <summary>
    /// Bytes that may be added where the metadata is: negative while room for deletes has to be won back first; null when unbounded or unknown.
    /// </summary>
    long? FreeBytes { get; }

    /// <summary>Bytes that one <see cref="PutObject.InlineBody"/> may have; 0 when the engine keeps no bodies.</summary>
    int MaxInlineBytes { get; }

    /// <summary>The bucket, or null.</summary>
    ValueTask<BucketRecord?> FindBucketAsync(string bucket, CancellationToken cancellationToken);

    /// <summary>Buckets in order of name.</summary>
    /// <param name="ownerId">Only those of this account; null for all.</param>
    /// <param name="prefix">Only names that start with it; empty for all.</param>
    /// <param name="after">Only names after this one; null from the start.</param>
    /// <param name="limit">At most this many.</param>
    ValueTask<ImmutableArray<BucketRecord>> ListBucketsAsync(string? ownerId, string prefix, string? after, int limit,
        CancellationToken cancellationToken);

    /// <summary>Counters of a bucket; zero when it is absent.</summary>
    ValueTask<BucketCounters> CountAsync(long bucketId, CancellationToken cancellationToken);

    /// <summary>Buckets in the store, and the counters of all of them summed.</summary>
    ValueTask<StoreCounters> CountAllAsync(CancellationToken cancellationToken);

    /// <summary>The current version of a key that is not a delete marker, or null.</summary>
    ValueTask<ObjectRecord?> FindObjectAsync(long bucketId, string key, CancellationToken cancellationToken);

    /// <summary>The current version as <see cref="FindObjectAsync"/> finds it, with its inline bytes of the same state.</summary>
    ValueTask<ObjectWithBody?> FindObjectWithBodyAsync(long bucketId, string key, CancellationToken cancellationToken);

    /// <summary>A version or delete marker of a key by its id, current or not; null when there is none.</summary>
    ValueTask<ObjectRecord?> FindVersionAsync(long bucketId, string key, string versionId, CancellationToken cancellationToken);

    /// <summary>A version as <see cref="FindVersionAsync(long, string, string, CancellationToken)"/> finds it, with its inline bytes of the same state.</summary>
    ValueTask<ObjectWithBody?> FindVersionWithBodyAsync(long bucketId, string key, string versionId, CancellationToken cancellationToken);

    /// <summary>A version or delete marker of a key by its order, current or not: what an owner row names. Null when there is none.</summary>
    ValueTask<ObjectRecord?> FindVersionAsync(long bucketId, string key, long order, CancellationToken cancellationToken);

    /// <summary>The newest version of a key, which may be a delete marker; null when it has none.</summary>
    ValueTask<ObjectRecord?> FindLatestVersionAsync(long bucketId, string key, CancellationToken cancellationToken);

    /// <summary>One page of versions, delete markers and common prefixes; costs what the page holds, wherever it starts.</summary>
    ValueTask<VersionPage> ListVersionsAsync(long bucketId, VersionListQuery query, CancellationToken cancellationToken);

    /// <summary>One page of current objects and common prefixes; costs what the page holds, wherever it starts.</summary>
    ValueTask<ObjectPage> ListObjectsAsync(long bucketId, ListQuery query, CancellationToken cancellationToken);

    /// <summary>The open upload, or null: absent, completed or aborted.</summary>
    ValueTask<UploadRecord?> FindUploadAsync(long bucketId, string key, string uploadId, CancellationToken cancellationToken);

    /// <summary>The remembered answer of a completed upload, or null.</summary>
    ValueTask<CompletedUploadRecord?> FindCompletedUploadAsync(string uploadId, CancellationToken cancellationToken);

    /// <summary>One page of open uploads, by key and then upload id.</summary>
    ValueTask<UploadPage> ListUploadsAsync(long bucketId, UploadListQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Open uploads of all buckets whose last part (or start) is not after <paramref name="idleSince"/>: what the reaper aborts.
    /// </summary>
    ValueTask<ImmutableArray<UploadRecord>> ListIdleUploadsAsync(DateTimeOffset idleSince, int limit, CancellationToken cancellationToken);

    /// <summary>Parts after a number, in order of number.</summary>
    ValueTask<ImmutableArray<PartRecord>> ListPartsAsync(string uploadId, int after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The chunk of a completed upload's manifest that holds the byte at <paramref name="offset"/> of the object; null past the end.
    /// </summary>
    ValueTask<ManifestChunk?> FindManifestChunkAsync(string uploadId, long offset, CancellationToken cancellationToken);

    /// <summary>A chunk of a completed upload's manifest by number; null past the end.</summary>
    ValueTask<ManifestChunk?> FindManifestChunkAsync(string uploadId, int chunk, CancellationToken cancellationToken);

    ValueTask<AccountRecord?> FindAccountAsync(string accountId, CancellationToken cancellationToken);

    ValueTask<AccountRecord?> FindAccountByEmailAsync(string email, CancellationToken cancellationToken);

    ValueTask<CredentialRecord?> FindCredentialAsync(string accessKey, CancellationToken cancellationToken);

    /// <summary>Credentials after a key, in order of access key.</summary>
    ValueTask<ImmutableArray<CredentialRecord>> ListCredentialsAsync(string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Accounts after an id, in order of id.</summary>
    ValueTask<ImmutableArray<AccountRecord>> ListAccountsAsync(string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The identity of that name, whatever the case of its letters, or null.</summary>
    ValueTask<IdentityRecord?> FindIdentityAsync(string accountId, IdentityKind kind, string name, CancellationToken cancellationToken);

    /// <summary>Identities of a kind after a name, in order of their name in lower case.</summary>
    ValueTask<ImmutableArray<IdentityRecord>> ListIdentitiesAsync(
        string accountId, IdentityKind kind, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The wrapped keys of the store, a handful, in order of number: a new root key has to wrap them anew, see <see cref="RewrapStoreKey"/>.</summary>
    ValueTask<ImmutableArray<StoreKeyRecord>> ListStoreKeysAsync(CancellationToken cancellationToken);

    /// <summary>How far the last pass of lifecycle rules came; null when it came to its end. See <see cref="SetLifecyclePlace"/>.</summary>
    ValueTask<LifecyclePlace?> FindLifecyclePlaceAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Garbage after a row and with a sequence up to <paramref name="upTo"/>, oldest first. Commands only add behind the rows that are there, so
    /// who reads on after the last row misses nothing.
    /// </summary>
    ValueTask<ImmutableArray<GarbageEntry>> ReadGarbageAsync(
        (long Sequence, int Ordinal)? after, long upTo, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Events that wait, oldest first. The events of one command are never divided, so that the last sequence of a page is where the
    /// next one
    /// begins: a page may hold up to 999 more than <paramref name="limit"/>.
    /// </summary>
    ValueTask<ImmutableArray<OutboxEvent>> ReadOutboxAsync(long afterSequence, int limit, CancellationToken cancellationToken);

    /// <summary>The owner of a blob, or null when no row knows it (a row that waits as garbage counts as an owner).</summary>
    ValueTask<BlobOwner?> FindBlobOwnerAsync(UInt128 blobId, CancellationToken cancellationToken);

    /// <summary>The bytes of an inline segment, or null when they were collected.</summary>
    ValueTask<ReadOnlyMemory<byte>?> FindInlineBodyAsync(UInt128 blobId, CancellationToken cancellationToken);

    /// <summary>Blob ids after one whose bytes the store keeps inline, in order: for fsck.</summary>
    ValueTask<ImmutableArray<UInt128>> ListInlineBodiesAsync(UInt128? after, int limit, CancellationToken cancellationToken);

    /// <summary>Owners of blobs after an id, in order of id: for fsck.</summary>
    ValueTask<ImmutableArray<BlobOwner>> ListBlobOwnersAsync(UInt128? after, int limit, CancellationToken cancellationToken);

    /// <summary>All boots of a node, oldest first.</summary>
    ValueTask<ImmutableArray<BootRecord>> ListBootsAsync(uint node, CancellationToken cancellationToken);

    /// <summary>Names of all storage backends that segments refer to.</summary>
    ValueTask<ImmutableArray<string>> ListBackendsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Applies a command in one transaction: decides its precondition, changes rows, assigns the order. On return the change is as
    /// durable as
    /// the engine can make it and later queries see it. Throws <see cref="OperationCanceledException"/> only when the command will
    /// certainly never be
    /// applied; once the committer has taken it the token is ignored.
    /// </summary>
    /// <exception cref="MetadataFullException">No room; certainly not applied.</exception>
    /// <exception cref="MetadataBusyException">Too many commands wait; certainly not applied.</exception>
    /// <exception cref="MetadataUnavailableException">The engine failed; certainly not applied unless <see
    /// cref="MetadataUnavailableException.OutcomeUnknown"/>.</exception>
    ValueTask<TResult> ExecuteAsync<TResult>(MetadataCommand<TResult> command, CancellationToken cancellationToken);

    /// <summary>Proves that queries and commands can be served now; throws what hinders it.</summary>
    ValueTask CheckHealthAsync(CancellationToken cancellationToken);
}

/// <summary>Counters of the whole store.</summary>
/// <param name="Buckets">Buckets.</param>
/// <param name="Objects">Current objects.</param>
/// <param name="Bytes">Plain sizes of all their versions, noncurrent ones too.</param>
public readonly record struct StoreCounters(long Buckets, long Objects, long Bytes);
