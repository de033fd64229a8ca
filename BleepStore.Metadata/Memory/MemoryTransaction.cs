using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Memory;

/// <summary>The rows of one command over a state: collects the next state, which the store publishes or drops.</summary>
internal sealed class MemoryTransaction : IMetadataTransaction
{
    private readonly MemoryState _start;
    private MemoryState _state;
    private int _garbage;
    private int _events;

    public MemoryTransaction(MemoryState start)
    {
        _start = start;
        _state = start;
    }

    /// <summary>The state after the command.</summary>
    public MemoryState Result => HasWritten ? _state with { Sequence = Sequence } : _start;

    private bool HasWritten => !ReferenceEquals(_state, _start);

    /// <inheritdoc/>
    public long Sequence => _start.Sequence + 1;

    /// <inheritdoc/>
    public long NextOrder(DateTimeOffset time)
    {
        var order = Math.Max(time.UtcTicks, _state.LastOrder + 1);
        _state = _state with { LastOrder = order };
        return order;
    }

    /// <inheritdoc/>
    public long NextBucketId()
    {
        _state = _state with { LastBucketId = _state.LastBucketId + 1 };
        return _state.LastBucketId;
    }

    /// <inheritdoc/>
    public BucketRecord? FindBucket(string name) => _state.Buckets.Find(name);

    /// <inheritdoc/>
    public void PutBucket(BucketRecord bucket)
    {
        _state = _state with { Buckets = _state.Buckets.With(bucket.Name, bucket) };
        if (!_state.Counters.TryFind(bucket.BucketId, out _))
        {
            _state = _state with { Counters = _state.Counters.With(bucket.BucketId, default) };
        }
    }

    /// <inheritdoc/>
    public void DeleteBucket(BucketRecord bucket)
        => _state = _state with { Buckets = _state.Buckets.Without(bucket.Name), Counters = _state.Counters.Without(bucket.BucketId) };

    /// <inheritdoc/>
    public bool HasObjects(long bucketId)
        => new MapCursor<ObjectRecord>(_state.Objects, bucketId).Seek(Listing.KeyBound.At(""))
            || new MapCursor<ObjectRecord>(_state.Versions, bucketId).Seek(Listing.KeyBound.At(""));

    /// <inheritdoc/>
    public void AddToCounters(long bucketId, long objects, long bytes)
    {
        var counters = _state.Counters.Find(bucketId);
        counters = new BucketCounters(counters.Objects + objects, counters.Bytes + bytes);
        _state = _state with { Counters = _state.Counters.With(bucketId, counters) };
    }

    /// <inheritdoc/>
    public ObjectRecord? FindObject(long bucketId, string key) => _state.Objects.Find(new RowKey(bucketId, key));

    /// <inheritdoc/>
    public void PutObject(long bucketId, ObjectRecord record)
        => _state = _state with { Objects = _state.Objects.With(new RowKey(bucketId, record.Key), record) };

    /// <inheritdoc/>
    public void DeleteObject(long bucketId, string key)
        => _state = _state with { Objects = _state.Objects.Without(new RowKey(bucketId, key)) };

    /// <inheritdoc/>
    public ObjectRecord? FindVersion(long bucketId, string key, string versionId) => _state.FindVersion(bucketId, key, versionId);

    /// <inheritdoc/>
    public ObjectRecord? FindVersion(long bucketId, string key, long order) => _state.FindVersion(bucketId, key, order);

    /// <inheritdoc/>
    public ObjectRecord? FindNewestVersion(long bucketId, string key) => _state.FindNewestVersion(bucketId, key);

    /// <inheritdoc/>
    public int CountNewerVersions(long bucketId, string key, long order, int limit)
        => Math.Min(
            limit, _state.Versions.IndexAtOrAfter(RowKey.OfVersion(bucketId, key, order)) - _state.Versions.IndexAtOrAfter(new RowKey(bucketId, key)));

    /// <inheritdoc/>
    public void PutVersion(long bucketId, ObjectRecord record)
        => _state = _state with
        {
            Versions = _state.Versions.With(RowKey.OfVersion(bucketId, record.Key, record.Order), record),
            VersionOrders = _state.VersionOrders.With(new RowKey(bucketId, record.Key, record.VersionId), record.Order),
        };

    /// <inheritdoc/>
    public void DeleteVersion(long bucketId, ObjectRecord record)
        => _state = _state with
        {
            Versions = _state.Versions.Without(RowKey.OfVersion(bucketId, record.Key, record.Order)),
            VersionOrders = _state.VersionOrders.Without(new RowKey(bucketId, record.Key, record.VersionId)),
        };

    /// <inheritdoc/>
    public UploadRecord? FindUpload(long bucketId, string key, string uploadId)
        => _state.Uploads.Find(new RowKey(bucketId, key, uploadId)).Upload;

    /// <inheritdoc/>
    public void PutUpload(UploadRecord upload) => PutUpload(upload, upload.InitiatedAt);

    /// <inheritdoc/>
    public void DeleteUpload(UploadRecord upload)
        => _state = _state with { Uploads = _state.Uploads.Without(new RowKey(upload.BucketId, upload.Key, upload.UploadId)) };

    /// <inheritdoc/>
    public PartRecord? FindPart(string uploadId, int partNumber) => _state.Parts.Find((uploadId, partNumber));

    /// <inheritdoc/>
    public IEnumerable<PartRecord> ListParts(string uploadId, int after)
        => _state.Parts.From((uploadId, after + 1)).TakeWhile(row => row.Key.Text == uploadId).Select(row => row.Value);

    /// <inheritdoc/>
    public void PutPart(long bucketId, string key, PartRecord part)
    {
        _state = _state with { Parts = _state.Parts.With((part.UploadId, part.PartNumber), part) };
        if (FindUpload(bucketId, key, part.UploadId) is { } upload)
        {
            PutUpload(upload, part.LastModified);
        }
    }

    /// <inheritdoc/>
    public void DeletePart(string uploadId, int partNumber)
        => _state = _state with { Parts = _state.Parts.Without((uploadId, partNumber)) };

    /// <inheritdoc/>
    public void PutManifestChunk(ManifestChunk chunk)
        => _state = _state with { Manifests = _state.Manifests.With((chunk.UploadId, chunk.Chunk), chunk) };

    /// <inheritdoc/>
    public void DeleteManifest(string uploadId)
    {
        foreach (var (key, _) in _state.Manifests.From((uploadId, 0)).TakeWhile(row => row.Key.Text == uploadId))
        {
            _state = _state with { Manifests = _state.Manifests.Without(key) };
        }
    }

    /// <inheritdoc/>
    public CompletedUploadRecord? FindCompletedUpload(string uploadId) => _state.CompletedUploads.Find(uploadId);

    /// <inheritdoc/>
    public void PutCompletedUpload(CompletedUploadRecord completed)
    {
        ForgetCompletedUpload(completed.UploadId);
        _state = _state with
        {
            CompletedUploads = _state.CompletedUploads.With(completed.UploadId, completed),
            CompletedByTime = _state.CompletedByTime.With((completed.CompletedAt.UtcTicks, completed.UploadId), completed.UploadId),
        };
    }

    /// <inheritdoc/>
    public void ForgetCompletedUploads(DateTimeOffset before, int limit)
    {
        foreach (var (_, uploadId) in _state.CompletedByTime.From((long.MinValue, ""))
            .TakeWhile(row => row.Key.Number < before.UtcTicks).Take(limit))
        {
            ForgetCompletedUpload(uploadId);
        }
    }

    /// <inheritdoc/>
    public RememberedOperation? FindOperation(ReadOnlyMemory<byte> id) => _state.Operations.Find(Convert.ToHexString(id.Span));

    /// <inheritdoc/>
    public void PutOperation(RememberedOperation operation)
    {
        var id = Convert.ToHexString(operation.Id.Span);
        ForgetOperation(id);
        _state = _state with
        {
            Operations = _state.Operations.With(id, operation),
            OperationsByOrder = _state.OperationsByOrder.With((operation.Order, id), id),
        };
    }

    /// <inheritdoc/>
    public void ForgetOperations(long before, int limit)
    {
        foreach (var (_, id) in _state.OperationsByOrder.From((long.MinValue, "")).TakeWhile(row => row.Key.Number < before).Take(limit))
        {
            ForgetOperation(id);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<UploadRecord> ListUploads(long bucketId, int limit)
        => [.. _state.Uploads.From(new RowKey(bucketId, "")).TakeWhile(row => row.Key.BucketId == bucketId).Take(limit)
            .Select(row => row.Value.Upload)];

    /// <inheritdoc/>
    public BlobOwner? FindBlobOwner(UInt128 blobId) => _state.BlobOwners.Find(blobId);

    /// <inheritdoc/>
    public void PutBlobOwner(BlobOwner owner)
    {
        DeleteBlobOwner(owner.BlobId);
        _state = _state with { BlobOwners = _state.BlobOwners.With(owner.BlobId, owner) };
        AddToBackend(owner.Backend, 1);
    }

    /// <inheritdoc/>
    public void DeleteBlobOwner(UInt128 blobId)
    {
        if (_state.BlobOwners.TryFind(blobId, out var owner))
        {
            _state = _state with { BlobOwners = _state.BlobOwners.Without(blobId) };
            AddToBackend(owner.Backend, -1);
        }
    }

    /// <inheritdoc/>
    public void PutInlineBody(UInt128 blobId, ReadOnlyMemory<byte> body)
        => _state = _state with { InlineBodies = _state.InlineBodies.With(blobId, body.ToArray()) };

    /// <inheritdoc/>
    public void DeleteInlineBody(UInt128 blobId) => _state = _state with { InlineBodies = _state.InlineBodies.Without(blobId) };

    /// <inheritdoc/>
    public void AddGarbage(GarbageKind kind, Segment? segment = null, string? uploadId = null, long bucketId = 0)
    {
        var entry = new GarbageEntry(Sequence, _garbage++, kind, segment, uploadId, bucketId);
        _state = _state with { Garbage = _state.Garbage.With((entry.Sequence, entry.Ordinal), entry) };
    }

    /// <inheritdoc/>
    public void DeleteGarbage(long sequence, int ordinal) => _state = _state with { Garbage = _state.Garbage.Without((sequence, ordinal)) };

    /// <inheritdoc/>
    public void AddEvent(EventIntent intent, string bucket, string key, long order, string versionId, long size, string eTag)
    {
        var row = new OutboxEvent(Sequence, _events++, intent, bucket, key, order, versionId, size, eTag);
        _state = _state with { Outbox = _state.Outbox.With((row.Sequence, row.Ordinal), row) };
    }

    /// <inheritdoc/>
    public void DeleteEvent(long sequence, int ordinal) => _state = _state with { Outbox = _state.Outbox.Without((sequence, ordinal)) };

    /// <inheritdoc/>
    public AccountRecord? FindAccount(string accountId) => _state.Accounts.Find(accountId);

    /// <inheritdoc/>
    public void PutAccount(AccountRecord account) => _state = _state with { Accounts = _state.Accounts.With(account.Id, account) };

    /// <inheritdoc/>
    public CredentialRecord? FindCredential(string accessKey) => _state.Credentials.Find(accessKey);

    /// <inheritdoc/>
    public void PutCredential(CredentialRecord credential)
        => _state = _state with { Credentials = _state.Credentials.With(credential.AccessKey, credential) };

    /// <inheritdoc/>
    public void DeleteCredential(string accessKey) => _state = _state with { Credentials = _state.Credentials.Without(accessKey) };

    /// <inheritdoc/>
    public IdentityRecord? FindIdentity(string accountId, IdentityKind kind, string name)
        => _state.Identities.Find((accountId, kind, IdentityRecord.KeyOf(name)));

    /// <inheritdoc/>
    public IReadOnlyList<IdentityRecord> ListIdentities(string accountId, IdentityKind kind)
        => [.. _state.Identities.From((accountId, kind, "")).TakeWhile(row => row.Key.Account == accountId && row.Key.Kind == kind)
            .Select(row => row.Value)];

    /// <inheritdoc/>
    public int CountIdentities(string accountId, IdentityKind kind)
        => _state.Identities.From((accountId, kind, "")).TakeWhile(row => row.Key.Account == accountId && row.Key.Kind == kind).Count();

    /// <inheritdoc/>
    public void PutIdentity(IdentityRecord identity) => _state = _state with
    {
        Identities = _state.Identities.With((identity.AccountId, identity.Kind, IdentityRecord.KeyOf(identity.Name)), identity),
    };

    /// <inheritdoc/>
    public void DeleteIdentity(string accountId, IdentityKind kind, string name)
        => _state = _state with { Identities = _state.Identities.Without((accountId, kind, IdentityRecord.KeyOf(name))) };

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? FindStoreKey(int id) => _state.StoreKeys.TryFind(id, out var key) ? key : default(ReadOnlyMemory<byte>?);

    /// <inheritdoc/>
    public void PutStoreKey(int id, ReadOnlyMemory<byte> wrappedKey)
        => _state = _state with { StoreKeys = _state.StoreKeys.With(id, wrappedKey.ToArray()) };

    /// <inheritdoc/>
    public void PutLifecyclePlace(LifecyclePlace? place) => _state = _state with { LifecyclePlace = place };

    /// <inheritdoc/>
    public uint HighestBoot(uint node)
    {
        var index = _state.Boots.IndexAtOrAfter((node, uint.MaxValue));
        if (_state.Boots.TryFind((node, uint.MaxValue), out _))
        {
            return uint.MaxValue;
        }

        return index > 0 && _state.Boots[index - 1].Key.Node == node ? _state.Boots[index - 1].Key.Boot : 0;
    }

    /// <inheritdoc/>
    public void PutBoot(BootRecord boot) => _state = _state with { Boots = _state.Boots.With((boot.Node, boot.Boot), boot) };

    private void PutUpload(UploadRecord upload, DateTimeOffset lastActivity)
        => _state = _state with
        {
            Uploads = _state.Uploads.With(new RowKey(upload.BucketId, upload.Key, upload.UploadId), (upload, lastActivity.UtcTicks)),
        };

    private void ForgetCompletedUpload(string uploadId)
    {
        if (_state.CompletedUploads.Find(uploadId) is { } completed)
        {
            _state = _state with
            {
                CompletedUploads = _state.CompletedUploads.Without(uploadId),
                CompletedByTime = _state.CompletedByTime.Without((completed.CompletedAt.UtcTicks, uploadId)),
            };
        }
    }

    private void ForgetOperation(string id)
    {
        if (_state.Operations.Find(id) is { } operation)
        {
            _state = _state with
            {
                Operations = _state.Operations.Without(id),
                OperationsByOrder = _state.OperationsByOrder.Without((operation.Order, id)),
            };
        }
    }

    private void AddToBackend(string backend, long blobs)
    {
        var count = _state.Backends.Find(backend) + blobs;
        _state = _state with { Backends = count == 0 ? _state.Backends.Without(backend) : _state.Backends.With(backend, count) };
    }
}
