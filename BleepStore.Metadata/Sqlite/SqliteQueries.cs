using BleepStore.Metadata.Listing;
using BleepStore.Metadata.RecordEncoding;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Sqlite;

/// <summary>
/// The prepared queries of one connection, for readers and for the writer's transaction alike. Each ends its read before it returns.
/// </summary>
internal sealed class SqliteQueries(SqliteDatabase database)
{
    private readonly SqliteStatement _begin = database.Prepare("BEGIN");
    private readonly SqliteStatement _end = database.Prepare("COMMIT");
    private readonly SqliteStatement _bucket = database.Prepare("SELECT record FROM buckets WHERE name = ?");
    private readonly SqliteStatement _buckets =
        database.Prepare("SELECT name, record FROM buckets WHERE name >= ? AND name > ? ORDER BY name");
    private readonly SqliteStatement _bucketsOfOwner =
        database.Prepare("SELECT name, record FROM buckets WHERE owner_id = ? AND name >= ? AND name > ? ORDER BY name");

    private readonly SqliteStatement _counters = database.Prepare("SELECT objects, bytes FROM bucket_counters WHERE bucket_id = ?");
    private readonly SqliteStatement _allCounters =
        database.Prepare("SELECT count(*), ifnull(sum(objects), 0), ifnull(sum(bytes), 0) FROM bucket_counters");

    private readonly SqliteStatement _object = database.Prepare("SELECT record FROM objects WHERE bucket_id = ? AND key = ?");
    private readonly SqliteStatement _hasObjects = database.Prepare(
        "SELECT EXISTS (SELECT 1 FROM objects WHERE bucket_id = ?1) OR EXISTS (SELECT 1 FROM versions WHERE bucket_id = ?1)");

    private readonly SqliteStatement _objectRows =
        database.Prepare("SELECT key, record FROM objects WHERE bucket_id = ? AND key >= ? ORDER BY key");

    private readonly SqliteStatement _upload =
        database.Prepare("SELECT record FROM uploads WHERE bucket_id = ? AND key = ? AND upload_id = ?");
    private readonly SqliteStatement _uploadRows = database.Prepare(
        "SELECT key, record FROM uploads WHERE bucket_id = ? AND (key, upload_id) > (?, ?) ORDER BY key, upload_id");

    private readonly SqliteStatement _idleUploads = database.Prepare(
        "SELECT record FROM uploads WHERE last_activity <= ? ORDER BY last_activity, bucket_id, key, upload_id");

    private readonly SqliteStatement _part = database.Prepare("SELECT record FROM parts WHERE upload_id = ? AND part_number = ?");
    private readonly SqliteStatement _parts =
        database.Prepare("SELECT record FROM parts WHERE upload_id = ? AND part_number > ? ORDER BY part_number");

    private readonly SqliteStatement _chunk = database.Prepare("SELECT record FROM manifests WHERE upload_id = ? AND chunk = ?");
    private readonly SqliteStatement _chunkAt = database.Prepare(
        "SELECT record FROM manifests WHERE upload_id = ? AND \"offset\" <= ? ORDER BY chunk DESC");

    private readonly SqliteStatement _completed = database.Prepare("SELECT record FROM completed_uploads WHERE upload_id = ?");
    private readonly SqliteStatement _account = database.Prepare("SELECT record FROM accounts WHERE account_id = ?");
    private readonly SqliteStatement _accountByEmail =
        database.Prepare("SELECT record FROM accounts WHERE email = ? ORDER BY account_id");

    private readonly SqliteStatement _credential = database.Prepare("SELECT record FROM credentials WHERE access_key = ?");
    private readonly SqliteStatement _credentials =
        database.Prepare("SELECT record FROM credentials WHERE access_key > ? ORDER BY access_key");

    private readonly SqliteStatement _garbage = database.Prepare(
        "SELECT record, sequence, ordinal FROM garbage WHERE (sequence, ordinal) > (?, ?) AND sequence <= ? ORDER BY sequence, ordinal");

    private readonly SqliteStatement _outbox =
        database.Prepare("SELECT record, sequence, ordinal FROM outbox WHERE sequence > ? ORDER BY sequence, ordinal");

    private readonly SqliteStatement _owner = database.Prepare(OwnerColumns + "WHERE blob_id = ?");
    private readonly SqliteStatement _owners = database.Prepare(OwnerColumns + "WHERE blob_id > ? ORDER BY blob_id");
    private readonly SqliteStatement _inlineIds = database.Prepare("SELECT blob_id FROM inline_bodies WHERE blob_id > ? ORDER BY blob_id");
    private readonly SqliteStatement _inline = database.Prepare("SELECT body FROM inline_bodies WHERE blob_id = ?");
    private readonly SqliteStatement _boots = database.Prepare("SELECT node, boot, swept FROM boots WHERE node = ? ORDER BY boot");
    private readonly SqliteStatement _storeKey = database.Prepare("SELECT wrapped FROM store_keys WHERE id = ?");
    private readonly SqliteStatement _storeKeys = database.Prepare("SELECT id, wrapped FROM store_keys ORDER BY id");
    private readonly SqliteStatement _lifecyclePlace = database.Prepare("SELECT record FROM lifecycle_place");
    private readonly SqliteStatement _backends = database.Prepare("SELECT name FROM backends WHERE blobs > 0 AND name <> '' ORDER BY name");

    private const string OwnerColumns = "SELECT blob_id, bucket_id, key, \"order\", upload_id, part_number, backend FROM blob_owners ";

    public SqliteDatabase Database => database;

    /// <summary>The queries for accounts and who belongs to them.</summary>
    public SqliteIdentityQueries Identities { get; } = new(database);

    /// <summary>The queries of noncurrent versions and delete markers.</summary>
    public SqliteVersionQueries Versions { get; } = new(database);

    public BucketRecord? FindBucket(string name) => _bucket.Bind(name).First(row => BucketRecordEncoding.Decode(row.Bytes(0)));

    public List<BucketRecord> ListBuckets(string? ownerId, string prefix, string? after, int limit)
    {
        var buckets = new List<BucketRecord>();
        var rows = ownerId is null ? _buckets : _bucketsOfOwner.Bind(ownerId);
        rows.Bind(prefix).Bind(after ?? "");
        try
        {
            while (buckets.Count < limit && rows.Step() && rows.Text(0).StartsWith(prefix, StringComparison.Ordinal))
            {
                buckets.Add(BucketRecordEncoding.Decode(rows.Bytes(1)));
            }
        }
        finally
        {
            rows.Reset();
        }

        return buckets;
    }

    public BucketCounters Count(long bucketId) => _counters.Bind(bucketId).First(row => new BucketCounters(row.Int64(0), row.Int64(1)));

    public StoreCounters CountAll() => _allCounters.First(row => new StoreCounters(row.Int64(0), row.Int64(1), row.Int64(2)));

    public ObjectRecord? FindObject(long bucketId, string key)
    {
        _object.Bind(bucketId).BindKey(key);
        try
        {
            return _object.Step() ? ObjectRecordEncoding.Decode(_object.Bytes(0), key) : null;
        }
        finally
        {
            _object.Reset();
        }
    }

    /// <summary>An object and its inline bytes of the same state.</summary>
    public ObjectWithBody? FindObjectWithBody(long bucketId, string key)
    {
        _object.Bind(bucketId).BindKey(key);
        try
        {
            if (!_object.Step())
            {
                return null;
            }

            // The first read is not ended before the second, so that both see one state.
            var record = ObjectRecordEncoding.Decode(_object.Bytes(0), key);
            return new ObjectWithBody(record, record.InlineSegment is { } segment ? FindInlineBody(segment.BlobId) : null);
        }
        finally
        {
            _object.Reset();
        }
    }

    public bool HasObjects(long bucketId) => _hasObjects.Bind(bucketId).First(row => row.Int64(0) != 0);

    public ObjectPage ListObjects(long bucketId, ListQuery query)
        => OneState(
            () => PrefixListing.ListObjects(
                new SqliteCursor<ObjectRecord>(_objectRows, bucketId, hasUploadId: false, (row, key)
                    => ObjectRecordEncoding.Decode(row.Bytes(1), key)),
                query),
            _objectRows);

    /// <summary>A version or delete marker by its id, current or not.</summary>
    public ObjectRecord? FindVersion(long bucketId, string key, string versionId)
        => OneState(() => FindAnyVersion(bucketId, key, versionId));

    /// <summary>The same with its inline bytes.</summary>
    public ObjectWithBody? FindVersionWithBody(long bucketId, string key, string versionId)
        => OneState<ObjectWithBody?>(() => FindAnyVersion(bucketId, key, versionId) is not { } version ? null
            : new ObjectWithBody(version, version.InlineSegment is { } segment ? FindInlineBody(segment.BlobId) : null));

    private ObjectRecord? FindAnyVersion(long bucketId, string key, string versionId)
        => FindObject(bucketId, key) is { } current && current.VersionId == versionId ? current : Versions.Find(bucketId, key, versionId);

    /// <summary>A version or delete marker by its order, current or not.</summary>
    public ObjectRecord? FindVersion(long bucketId, string key, long order)
        => OneState(() => FindObject(bucketId, key) is { } current && current.Order == order ? current : Versions.Find(bucketId, key, order));

    /// <summary>The newest version or delete marker of a key.</summary>
    public ObjectRecord? FindLatestVersion(long bucketId, string key)
        => OneState(() => FindObject(bucketId, key) ?? Versions.FindNewest(bucketId, key));

    public VersionPage ListVersions(long bucketId, VersionListQuery query)
        => OneState(
            () =>
            {
                var objects = new SqliteCursor<ObjectRecord>(_objectRows, bucketId, hasUploadId: false, (row, key)
                    => ObjectRecordEncoding.Decode(row.Bytes(1), key));
                var marker = query is { KeyMarker: { } key, VersionIdMarker: { } versionId }
                    ? FindObject(bucketId, key) is { } current && current.VersionId == versionId ? current : Versions.Find(bucketId, key, versionId)
                    : null;
                return PrefixListing.ListVersions(new VersionCursor(objects, Versions.OpenCursor(bucketId)), query, marker);
            },
            [_objectRows, .. Versions.Rows]);

    public UploadRecord? FindUpload(long bucketId, string key, string uploadId)
        => _upload.Bind(bucketId).BindKey(key).Bind(uploadId).First(row => UploadRecordEncoding.Decode(row.Bytes(0)));

    public UploadPage ListUploads(long bucketId, UploadListQuery query)
        => OneState(
            () => PrefixListing.ListUploads(
                new SqliteCursor<UploadRecord>(_uploadRows, bucketId, hasUploadId: true, (row, _)
                    => UploadRecordEncoding.Decode(row.Bytes(1))),
                query),
            _uploadRows);

    /// <summary>Open uploads of a bucket in order.</summary>
    public List<UploadRecord> ListUploads(long bucketId, int limit)
        => _uploadRows.Bind(bucketId).BindKey("").Bind("").All(limit, row => UploadRecordEncoding.Decode(row.Bytes(1)));

    public List<UploadRecord> ListIdleUploads(DateTimeOffset idleSince, int limit)
        => _idleUploads.Bind(idleSince.UtcTicks).All(limit, row => UploadRecordEncoding.Decode(row.Bytes(0)));

    public PartRecord? FindPart(string uploadId, int partNumber)
        => _part.Bind(uploadId).Bind(partNumber).First(row => PartRecordEncoding.Decode(row.Bytes(0)));

    public List<PartRecord> ListParts(string uploadId, int after, int limit)
        => _parts.Bind(uploadId).Bind(after).All(limit, row => PartRecordEncoding.Decode(row.Bytes(0)));

    public ManifestChunk? FindChunk(string uploadId, int chunk)
        => _chunk.Bind(uploadId).Bind(chunk).First(row => ManifestChunkEncoding.Decode(row.Bytes(0)));

    public ManifestChunk? FindChunkAt(string uploadId, long offset)
        => _chunkAt.Bind(uploadId).Bind(offset).First(row => ManifestChunkEncoding.Decode(row.Bytes(0))) is { } chunk && chunk.Holds(offset)
            ? chunk
            : null;

    public CompletedUploadRecord? FindCompletedUpload(string uploadId)
        => _completed.Bind(uploadId).First(row => CompletedUploadRecordEncoding.Decode(row.Bytes(0)));

    public AccountRecord? FindAccount(string accountId)
        => _account.Bind(accountId).First(row => AccountRecordEncoding.Decode(row.Bytes(0)));

    public AccountRecord? FindAccountByEmail(string email)
        => _accountByEmail.Bind(email).First(row => AccountRecordEncoding.Decode(row.Bytes(0)));

    public CredentialRecord? FindCredential(string accessKey)
        => _credential.Bind(accessKey).First(row => CredentialRecordEncoding.Decode(row.Bytes(0)));

    public List<CredentialRecord> ListCredentials(string? after, int limit)
        => _credentials.Bind(after ?? "").All(limit, row => CredentialRecordEncoding.Decode(row.Bytes(0)));

    public List<GarbageEntry> ReadGarbage((long Sequence, int Ordinal)? after, long upTo, int limit)
        => _garbage.Bind(after?.Sequence ?? long.MinValue).Bind(after?.Ordinal ?? 0).Bind(upTo)
            .All(limit, row => GarbageEntryEncoding.Decode(row.Bytes(0), row.Int64(1), row.Int32(2)));

    public List<OutboxEvent> ReadOutbox(long afterSequence, int limit)
    {
        var events = new List<OutboxEvent>();
        _outbox.Bind(afterSequence);
        try
        {
            while (limit > 0 && _outbox.Step() && (events.Count < limit || events[^1].Sequence == _outbox.Int64(1)))
            {
                events.Add(OutboxEventEncoding.Decode(_outbox.Bytes(0), _outbox.Int64(1), _outbox.Int32(2)));
            }
        }
        finally
        {
            _outbox.Reset();
        }

        return events;
    }

    public BlobOwner? FindBlobOwner(UInt128 blobId) => _owner.BindId(blobId).First(ReadOwner);

    public List<BlobOwner> ListBlobOwners(UInt128? after, int limit)
    {
        _ = after is { } id ? _owners.BindId(id) : _owners.Bind(ReadOnlySpan<byte>.Empty);
        return _owners.All(limit, ReadOwner);
    }

    public List<UInt128> ListInlineBodies(UInt128? after, int limit)
    {
        _ = after is { } id ? _inlineIds.BindId(id) : _inlineIds.Bind(ReadOnlySpan<byte>.Empty);
        return _inlineIds.All(limit, row => row.BlobId(0));
    }

    public ReadOnlyMemory<byte>? FindInlineBody(UInt128 blobId)
        => _inline.BindId(blobId).First(row => (ReadOnlyMemory<byte>?)row.Bytes(0).ToArray());

    public ReadOnlyMemory<byte>? FindStoreKey(int id)
        => _storeKey.Bind(id).First(row => (ReadOnlyMemory<byte>?)row.Bytes(0).ToArray());

    public List<StoreKeyRecord> ListStoreKeys()
        => _storeKeys.All(int.MaxValue, row => new StoreKeyRecord((int)row.Int64(0), row.Bytes(1).ToArray()));

    public LifecyclePlace? FindLifecyclePlace() => _lifecyclePlace.First(row => LifecyclePlaceEncoding.Decode(row.Bytes(0)));

    public List<BootRecord> ListBoots(uint node)
        => _boots.Bind(node).All(int.MaxValue, row => new BootRecord((uint)row.Int64(0), (uint)row.Int64(1), row.Int64(2) != 0));

    public List<string> ListBackends() => _backends.All(int.MaxValue, row => row.Text(0));

    private static BlobOwner ReadOwner(SqliteStatement row)
        => new(
            row.BlobId(0),
            row.Int64(1),
            row.IsNull(2) ? null : row.Text(2),
            row.Int64(3),
            row.IsNull(4) ? null : row.Text(4),
            row.Int32(5))
        { Backend = row.Text(6) };

    /// <summary>Runs a read of several seeks against one state of the store.</summary>
    private T OneState<T>(Func<T> read, params ReadOnlySpan<SqliteStatement> rows)
    {
        _begin.Run();
        try
        {
            return read();
        }
        finally
        {
            foreach (var statement in rows)
            {
                statement.Reset();
            }

            _end.Run();
        }
    }
}

/// <summary>Walks the rows of one bucket by a statement that begins at a key.</summary>
internal sealed class SqliteCursor<TRecord>(
    SqliteStatement rows, long bucketId, bool hasUploadId, Func<SqliteStatement, string, TRecord> read)
    : IKeyCursor<TRecord>
{
    public string Key { get; private set; } = "";

    public TRecord Current => read(rows, Key);

    public bool Seek(KeyBound bound)
    {
        rows.Reset();
        rows.Bind(bucketId).BindKey(bound);
        if (hasUploadId)
        {
            rows.Bind(bound.UploadId);
        }

        return MoveNext();
    }

    public bool MoveNext()
    {
        if (!rows.Step())
        {
            return false;
        }

        Key = rows.Text(0);
        return true;
    }
}
