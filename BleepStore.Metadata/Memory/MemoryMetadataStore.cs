using System.Collections.Immutable;
using System.Security.Cryptography;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Memory;

/// <summary>
/// The engine <c>memory</c>: immutable ordered maps, one snapshot per command. Not durable; the reference model of the contract suite.
/// </summary>
/// <param name="maxBytes">Bound on the estimated size of all rows; null for none.</param>
public sealed class MemoryMetadataStore(long? maxBytes = null) : IMetadataStore
{
    private readonly Lock _writer = new();
    private volatile MemoryState _state = new();

    /// <inheritdoc/>
    public string Engine => "memory";

    /// <inheritdoc/>
    public bool IsDurable => false;

    /// <inheritdoc/>
    public string StoreId { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <inheritdoc/>
    public long PublishedSequence => _state.Sequence;

    /// <inheritdoc/>
    public long? FreeBytes => maxBytes is { } bound ? Math.Max(0, bound - _state.SizeBytes) : null;

    /// <inheritdoc/>
    public int MaxInlineBytes => 64 << 10;

    /// <inheritdoc/>
    public ValueTask<TResult> ExecuteAsync<TResult>(MetadataCommand<TResult> command, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TResult>(cancellationToken);
        }

        try
        {
            lock (_writer)
            {
                var transaction = new MemoryTransaction(_state);
                var result = command.Apply(transaction);
                var next = transaction.Result;
                if (next.SizeBytes > maxBytes && next.SizeBytes > _state.SizeBytes && !command.FreesSpace)
                {
                    throw new MetadataFullException($"The metadata would outgrow its bound of {maxBytes} bytes.");
                }

                _state = next;
                return ValueTask.FromResult(result);
            }
        }
#pragma warning disable CA1031 // Whatever a command throws is its caller's, as with every engine.
        catch (Exception error)
        {
            return ValueTask.FromException<TResult>(error);
        }
#pragma warning restore CA1031
    }

    /// <inheritdoc/>
    public ValueTask<BucketRecord?> FindBucketAsync(string bucket, CancellationToken cancellationToken)
        => ReadAsync(_state.Buckets.Find(bucket), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<BucketRecord>> ListBucketsAsync(
        string? ownerId, string prefix, string? after, int limit, CancellationToken cancellationToken)
        => PageAsync(
            _state.Buckets.From(after is null || KeyOrder.Compare(after, prefix) < 0 ? prefix : after).Select(row => row.Value)
                .TakeWhile(bucket => bucket.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Where(bucket => bucket.Name != after && (ownerId is null || bucket.OwnerId == ownerId)),
            limit,
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<BucketCounters> CountAsync(long bucketId, CancellationToken cancellationToken)
        => ReadAsync(_state.Counters.Find(bucketId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoreCounters> CountAllAsync(CancellationToken cancellationToken)
    {
        var counters = _state.Counters.From(long.MinValue).Select(row => row.Value).ToList();
        return ReadAsync(new StoreCounters(counters.Count, counters.Sum(row => row.Objects), counters.Sum(row => row.Bytes)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectRecord?> FindObjectAsync(long bucketId, string key, CancellationToken cancellationToken)
        => ReadAsync(_state.Objects.Find(new RowKey(bucketId, key)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ObjectWithBody?> FindObjectWithBodyAsync(long bucketId, string key, CancellationToken cancellationToken)
    {
        var state = _state;
        return ReadAsync(WithBody(state, state.Objects.Find(new RowKey(bucketId, key))), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectWithBody?> FindVersionWithBodyAsync(long bucketId, string key, string versionId, CancellationToken cancellationToken)
    {
        var state = _state;
        return ReadAsync(WithBody(state, FindVersion(state, bucketId, key, versionId)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectRecord?> FindVersionAsync(long bucketId, string key, string versionId, CancellationToken cancellationToken)
        => ReadAsync(FindVersion(_state, bucketId, key, versionId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ObjectRecord?> FindVersionAsync(long bucketId, string key, long order, CancellationToken cancellationToken)
    {
        var state = _state;
        return ReadAsync(
            state.Objects.Find(new RowKey(bucketId, key)) is { } current && current.Order == order ? current : state.FindVersion(bucketId, key, order),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectRecord?> FindLatestVersionAsync(long bucketId, string key, CancellationToken cancellationToken)
    {
        var state = _state;
        return ReadAsync(state.Objects.Find(new RowKey(bucketId, key)) ?? state.FindNewestVersion(bucketId, key), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<VersionPage> ListVersionsAsync(long bucketId, VersionListQuery query, CancellationToken cancellationToken)
    {
        var state = _state;
        var cursor = new VersionCursor(new MapCursor<ObjectRecord>(state.Objects, bucketId), new MapVersionCursor(state.Versions, bucketId));
        var marker = query is { KeyMarker: { } key, VersionIdMarker: { } versionId } ? FindVersion(state, bucketId, key, versionId) : null;
        return ReadAsync(PrefixListing.ListVersions(cursor, query, marker), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectPage> ListObjectsAsync(long bucketId, ListQuery query, CancellationToken cancellationToken)
        => ReadAsync(PrefixListing.ListObjects(new MapCursor<ObjectRecord>(_state.Objects, bucketId), query), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<UploadRecord?> FindUploadAsync(long bucketId, string key, string uploadId, CancellationToken cancellationToken)
        => ReadAsync<UploadRecord?>(_state.Uploads.Find(new RowKey(bucketId, key, uploadId)).Upload, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CompletedUploadRecord?> FindCompletedUploadAsync(string uploadId, CancellationToken cancellationToken)
        => ReadAsync(_state.CompletedUploads.Find(uploadId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<UploadPage> ListUploadsAsync(long bucketId, UploadListQuery query, CancellationToken cancellationToken)
        => ReadAsync(PrefixListing.ListUploads(new UploadCursor(_state.Uploads, bucketId), query), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<UploadRecord>> ListIdleUploadsAsync(DateTimeOffset idleSince, int limit,
        CancellationToken cancellationToken)
        => PageAsync(
            _state.Uploads.From(new RowKey(long.MinValue, "")).Select(row => row.Value).Where(row => row.LastActivity <= idleSince.UtcTicks)
                .OrderBy(row => row.LastActivity).Select(row => row.Upload),
            limit,
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<PartRecord>> ListPartsAsync(string uploadId, int after, int limit, CancellationToken cancellationToken)
        => PageAsync(_state.Parts.From((uploadId, after + 1)).TakeWhile(row => row.Key.Text == uploadId)
            .Select(row => row.Value), limit, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ManifestChunk?> FindManifestChunkAsync(string uploadId, long offset, CancellationToken cancellationToken)
        => ReadAsync(
            _state.Manifests.From((uploadId, 0)).TakeWhile(row => row.Key.Text == uploadId).Select(row => row.Value)
                .LastOrDefault(chunk => chunk.Holds(offset)),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ManifestChunk?> FindManifestChunkAsync(string uploadId, int chunk, CancellationToken cancellationToken)
        => ReadAsync(_state.Manifests.Find((uploadId, chunk)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccountRecord?> FindAccountAsync(string accountId, CancellationToken cancellationToken)
        => ReadAsync(_state.Accounts.Find(accountId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccountRecord?> FindAccountByEmailAsync(string email, CancellationToken cancellationToken)
        => ReadAsync(_state.Accounts.From("").Select(row => row.Value)
            .FirstOrDefault(account => account.Email == email), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CredentialRecord?> FindCredentialAsync(string accessKey, CancellationToken cancellationToken)
        => ReadAsync(_state.Credentials.Find(accessKey), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CredentialRecord>> ListCredentialsAsync(string? after, int limit, CancellationToken cancellationToken)
        => PageAsync(_state.Credentials.From(after ?? "").Where(row => row.Key != after)
            .Select(row => row.Value), limit, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<AccountRecord>> ListAccountsAsync(string? after, int limit, CancellationToken cancellationToken)
        => PageAsync(_state.Accounts.From(after ?? "").Where(row => row.Key != after)
            .Select(row => row.Value), limit, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IdentityRecord?> FindIdentityAsync(string accountId, IdentityKind kind, string name, CancellationToken cancellationToken)
        => ReadAsync(_state.Identities.Find((accountId, kind, IdentityRecord.KeyOf(name))), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<IdentityRecord>> ListIdentitiesAsync(
        string accountId, IdentityKind kind, string? after, int limit, CancellationToken cancellationToken)
    {
        var start = after is null ? null : IdentityRecord.KeyOf(after);
        return PageAsync(
            _state.Identities.From((accountId, kind, start ?? "")).TakeWhile(row => row.Key.Account == accountId && row.Key.Kind == kind)
                .Where(row => row.Key.Name != start).Select(row => row.Value),
            limit,
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<GarbageEntry>> ReadGarbageAsync(
        (long Sequence, int Ordinal)? after, long upTo, int limit, CancellationToken cancellationToken)
        => PageAsync(_state.Garbage.From(after ?? (long.MinValue, 0)).Where(row => row.Key != after).TakeWhile(row => row.Key.Sequence <= upTo)
            .Select(row => row.Value), limit, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<OutboxEvent>> ReadOutboxAsync(long afterSequence, int limit, CancellationToken cancellationToken)
    {
        var events = ImmutableArray.CreateBuilder<OutboxEvent>();
        foreach (var (key, row) in limit > 0 ? _state.Outbox.From((afterSequence + 1, 0)) : [])
        {
            if (events.Count >= limit && events[^1].Sequence != key.Sequence)
            {
                break;
            }

            events.Add(row);
        }

        return ReadAsync(events.DrainToImmutable(), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<BlobOwner?> FindBlobOwnerAsync(UInt128 blobId, CancellationToken cancellationToken)
        => ReadAsync(_state.BlobOwners.Find(blobId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<StoreKeyRecord>> ListStoreKeysAsync(CancellationToken cancellationToken)
        => ReadAsync(_state.StoreKeys.From(0).Select(row => new StoreKeyRecord(row.Key, row.Value)).ToImmutableArray(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<LifecyclePlace?> FindLifecyclePlaceAsync(CancellationToken cancellationToken) => ReadAsync(_state.LifecyclePlace, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> FindInlineBodyAsync(UInt128 blobId, CancellationToken cancellationToken)
        => ReadAsync(FindInlineBody(_state, blobId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<UInt128>> ListInlineBodiesAsync(UInt128? after, int limit, CancellationToken cancellationToken)
        => PageAsync(_state.InlineBodies.From(after ?? UInt128.Zero).Where(row => row.Key != after).Select(row => row.Key), limit, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<BlobOwner>> ListBlobOwnersAsync(UInt128? after, int limit, CancellationToken cancellationToken)
        => PageAsync(_state.BlobOwners.From(after ?? UInt128.Zero).Where(row => row.Key != after)
            .Select(row => row.Value), limit, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<BootRecord>> ListBootsAsync(uint node, CancellationToken cancellationToken)
        => PageAsync(_state.Boots.From((node, 0)).TakeWhile(row => row.Key.Node == node)
            .Select(row => row.Value), int.MaxValue, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> ListBackendsAsync(CancellationToken cancellationToken)
        => PageAsync(_state.Backends.From("").Select(row => row.Key).Where(name => name.Length > 0), int.MaxValue, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CheckHealthAsync(CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ObjectRecord? FindVersion(MemoryState state, long bucketId, string key, string versionId)
        => state.Objects.Find(new RowKey(bucketId, key)) is { } current && current.VersionId == versionId
            ? current
            : state.FindVersion(bucketId, key, versionId);

    private static ObjectWithBody? WithBody(MemoryState state, ObjectRecord? record)
        => record is null ? null : new ObjectWithBody(record, record.InlineSegment is { } segment ? FindInlineBody(state, segment.BlobId) : null);

    private static ReadOnlyMemory<byte>? FindInlineBody(MemoryState state, UInt128 blobId)
        => state.InlineBodies.TryFind(blobId, out var body) ? body : (ReadOnlyMemory<byte>?)null;

    private static ValueTask<T> ReadAsync<T>(T value, CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<T>(cancellationToken) : ValueTask.FromResult(value);

    private static ValueTask<ImmutableArray<T>> PageAsync<T>(IEnumerable<T> rows, int limit, CancellationToken cancellationToken)
        => ReadAsync(rows.Take(limit).ToImmutableArray(), cancellationToken);

    private sealed class UploadCursor(OrderedMap<RowKey, (UploadRecord Upload, long LastActivity)> map, long bucketId)
        : IKeyCursor<UploadRecord>
    {
        private readonly MapCursor<(UploadRecord Upload, long LastActivity)> _rows = new(map, bucketId);

        public string Key => _rows.Key;

        public UploadRecord Current => _rows.Current.Upload;

        public bool Seek(KeyBound bound) => _rows.Seek(bound);

        public bool MoveNext() => _rows.MoveNext();
    }
}
