using System.Collections.Immutable;
using System.Diagnostics;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Observability.Tracing;

/// <summary>Gives every query and command of a request its span; costs one branch when nobody collects spans.</summary>
internal sealed class TracedMetadataStore(IMetadataStore inner) : IMetadataStore
{
    public string Engine => inner.Engine;

    public bool IsDurable => inner.IsDurable;

    public string StoreId => inner.StoreId;

    public long PublishedSequence => inner.PublishedSequence;

    public long? FreeBytes => inner.FreeBytes;

    public int MaxInlineBytes => inner.MaxInlineBytes;

    public ValueTask<BucketRecord?> FindBucketAsync(string bucket, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindBucket"), inner.FindBucketAsync(bucket, cancellationToken));

    public ValueTask<ImmutableArray<BucketRecord>> ListBucketsAsync(string? ownerId, string prefix, string? after, int limit, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListBuckets"), inner.ListBucketsAsync(ownerId, prefix, after, limit, cancellationToken));

    public ValueTask<BucketCounters> CountAsync(long bucketId, CancellationToken cancellationToken)
        => Span.EndAsync(Start("Count"), inner.CountAsync(bucketId, cancellationToken));

    public ValueTask<StoreCounters> CountAllAsync(CancellationToken cancellationToken)
        => Span.EndAsync(Start("CountAll"), inner.CountAllAsync(cancellationToken));

    public ValueTask<ObjectRecord?> FindObjectAsync(long bucketId, string key, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindObject"), inner.FindObjectAsync(bucketId, key, cancellationToken));

    public ValueTask<ObjectWithBody?> FindObjectWithBodyAsync(long bucketId, string key, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindObjectWithBody"), inner.FindObjectWithBodyAsync(bucketId, key, cancellationToken));

    public ValueTask<ObjectRecord?> FindVersionAsync(long bucketId, string key, string versionId, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindVersion"), inner.FindVersionAsync(bucketId, key, versionId, cancellationToken));

    public ValueTask<ObjectWithBody?> FindVersionWithBodyAsync(long bucketId, string key, string versionId, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindVersionWithBody"), inner.FindVersionWithBodyAsync(bucketId, key, versionId, cancellationToken));

    public ValueTask<ObjectRecord?> FindVersionAsync(long bucketId, string key, long order, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindVersion"), inner.FindVersionAsync(bucketId, key, order, cancellationToken));

    public ValueTask<ObjectRecord?> FindLatestVersionAsync(long bucketId, string key, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindLatestVersion"), inner.FindLatestVersionAsync(bucketId, key, cancellationToken));

    public ValueTask<VersionPage> ListVersionsAsync(long bucketId, VersionListQuery query, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListVersions"), inner.ListVersionsAsync(bucketId, query, cancellationToken));

    public ValueTask<ObjectPage> ListObjectsAsync(long bucketId, ListQuery query, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListObjects"), inner.ListObjectsAsync(bucketId, query, cancellationToken));

    public ValueTask<UploadRecord?> FindUploadAsync(long bucketId, string key, string uploadId, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindUpload"), inner.FindUploadAsync(bucketId, key, uploadId, cancellationToken));

    public ValueTask<CompletedUploadRecord?> FindCompletedUploadAsync(string uploadId, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindCompletedUpload"), inner.FindCompletedUploadAsync(uploadId, cancellationToken));

    public ValueTask<UploadPage> ListUploadsAsync(long bucketId, UploadListQuery query, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListUploads"), inner.ListUploadsAsync(bucketId, query, cancellationToken));

    public ValueTask<ImmutableArray<UploadRecord>> ListIdleUploadsAsync(DateTimeOffset idleSince, int limit, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListIdleUploads"), inner.ListIdleUploadsAsync(idleSince, limit, cancellationToken));

    public ValueTask<ImmutableArray<PartRecord>> ListPartsAsync(string uploadId, int after, int limit, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListParts"), inner.ListPartsAsync(uploadId, after, limit, cancellationToken));

    public ValueTask<ManifestChunk?> FindManifestChunkAsync(string uploadId, long offset, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindManifestChunk"), inner.FindManifestChunkAsync(uploadId, offset, cancellationToken));

    public ValueTask<ManifestChunk?> FindManifestChunkAsync(string uploadId, int chunk, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindManifestChunk"), inner.FindManifestChunkAsync(uploadId, chunk, cancellationToken));

    public ValueTask<AccountRecord?> FindAccountAsync(string accountId, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindAccount"), inner.FindAccountAsync(accountId, cancellationToken));

    public ValueTask<AccountRecord?> FindAccountByEmailAsync(string email, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindAccountByEmail"), inner.FindAccountByEmailAsync(email, cancellationToken));

    public ValueTask<CredentialRecord?> FindCredentialAsync(string accessKey, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindCredential"), inner.FindCredentialAsync(accessKey, cancellationToken));

    public ValueTask<ImmutableArray<CredentialRecord>> ListCredentialsAsync(string? after, int limit, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListCredentials"), inner.ListCredentialsAsync(after, limit, cancellationToken));

    public ValueTask<ImmutableArray<AccountRecord>> ListAccountsAsync(string? after, int limit, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListAccounts"), inner.ListAccountsAsync(after, limit, cancellationToken));

    public ValueTask<ImmutableArray<StoreKeyRecord>> ListStoreKeysAsync(CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListStoreKeys"), inner.ListStoreKeysAsync(cancellationToken));

    public ValueTask<LifecyclePlace?> FindLifecyclePlaceAsync(CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindLifecyclePlace"), inner.FindLifecyclePlaceAsync(cancellationToken));

    public ValueTask<IdentityRecord?> FindIdentityAsync(string accountId, IdentityKind kind, string name, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindIdentity"), inner.FindIdentityAsync(accountId, kind, name, cancellationToken));

    public ValueTask<ImmutableArray<IdentityRecord>> ListIdentitiesAsync(
        string accountId, IdentityKind kind, string? after, int limit, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListIdentities"), inner.ListIdentitiesAsync(accountId, kind, after, limit, cancellationToken));

    public ValueTask<ImmutableArray<GarbageEntry>> ReadGarbageAsync(
        (long Sequence, int Ordinal)? after, long upTo, int limit, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ReadGarbage"), inner.ReadGarbageAsync(after, upTo, limit, cancellationToken));

    public ValueTask<ImmutableArray<OutboxEvent>> ReadOutboxAsync(long afterSequence, int limit, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ReadOutbox"), inner.ReadOutboxAsync(afterSequence, limit, cancellationToken));

    public ValueTask<BlobOwner?> FindBlobOwnerAsync(UInt128 blobId, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindBlobOwner"), inner.FindBlobOwnerAsync(blobId, cancellationToken));

    public ValueTask<ReadOnlyMemory<byte>?> FindInlineBodyAsync(UInt128 blobId, CancellationToken cancellationToken)
        => Span.EndAsync(Start("FindInlineBody"), inner.FindInlineBodyAsync(blobId, cancellationToken));

    public ValueTask<ImmutableArray<UInt128>> ListInlineBodiesAsync(UInt128? after, int limit, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListInlineBodies"), inner.ListInlineBodiesAsync(after, limit, cancellationToken));

    public ValueTask<ImmutableArray<BlobOwner>> ListBlobOwnersAsync(UInt128? after, int limit, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListBlobOwners"), inner.ListBlobOwnersAsync(after, limit, cancellationToken));

    public ValueTask<ImmutableArray<BootRecord>> ListBootsAsync(uint node, CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListBoots"), inner.ListBootsAsync(node, cancellationToken));

    public ValueTask<ImmutableArray<string>> ListBackendsAsync(CancellationToken cancellationToken)
        => Span.EndAsync(Start("ListBackends"), inner.ListBackendsAsync(cancellationToken));

    public ValueTask<TResult> ExecuteAsync<TResult>(MetadataCommand<TResult> command, CancellationToken cancellationToken)
        => Span.EndAsync(Start(command.GetType().Name), inner.ExecuteAsync(command, cancellationToken));

    public ValueTask CheckHealthAsync(CancellationToken cancellationToken) => inner.CheckHealthAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static Activity? Start(string query) => RequestTracing.StartMetadata(query);
}
