using BleepStore.Metadata.RecordEncoding;
using BleepStore.Metadata.Records;
using SQLitePCL;

namespace BleepStore.Metadata.Sqlite;

/// <summary>
/// The rows of a batch of commands on the writer's connection. Counters and the meta row are kept aside and written once a batch. The
/// committer's
/// thread alone uses it: begin, commands, flush, commit or roll back.
/// </summary>
internal sealed partial class SqliteTransaction : IMetadataTransaction
{
    private const int BucketCacheLimit = 1000;

    private readonly SqliteDatabase _database;
    private readonly SqliteQueries _queries;
    private readonly SqliteRows _rows;
    private readonly KnownRows _known;
    private readonly RecordWriter _writer = new();
    private readonly Dictionary<string, BucketRecord> _buckets = [];
    private readonly Dictionary<long, BucketCounters> _counters = [];
    private readonly Dictionary<string, long> _backends = [];
    private SqliteMeta _committed;
    private SqliteMeta _meta;
    private int _garbage;
    private int _events;
    private bool _commandWrote;
    private bool _batchWrote;

    public SqliteTransaction(SqliteDatabase database, KnownRows known)
    {
        _known = known;
        _database = database;
        _queries = new SqliteQueries(database);
        _rows = new SqliteRows(database);
        _committed = _rows.ReadMeta();
        _meta = _committed;
    }

    /// <summary>Sequence of the last command that was committed.</summary>
    public long CommittedSequence => _committed.Sequence;

    /// <inheritdoc/>
    public long Sequence => _meta.Sequence + 1;

    public void Begin()
    {
        _rows.Begin.Run();
        _batchWrote = false;
    }

    /// <summary>Starts the next command of the batch.</summary>
    public void BeginCommand() => (_garbage, _events, _commandWrote) = (0, 0, false);

    /// <summary>Ends a command; one that wrote nothing uses up no sequence.</summary>
    public void EndCommand()
    {
        if (_commandWrote)
        {
            _meta = _meta with { Sequence = _meta.Sequence + 1 };
            _batchWrote = true;
        }
    }

    /// <summary>Writes what was kept aside.</summary>
    public void Flush()
    {
        foreach (var (bucketId, delta) in _counters)
        {
            _rows.AddToCounters.Bind(delta.Objects).Bind(delta.Bytes).Bind(bucketId).Run();
        }

        foreach (var (backend, delta) in _backends)
        {
            _rows.AddToBackend.Bind(backend).Bind(delta).Run();
        }

        if (_batchWrote)
        {
            _rows.PutMeta.Bind(_meta.Sequence).Bind(_meta.LastOrder).Bind(_meta.LastBucketId).Run();
        }
    }

    public void Commit()
    {
        _rows.Commit.Run();
        _known.ForgetChanged();
        _committed = _meta;
        _counters.Clear();
        _backends.Clear();
    }

    /// <summary>Drops all changes of the batch. SQLite may have done so already.</summary>
    public void Rollback()
    {
        _meta = _committed;
        _buckets.Clear();
        _counters.Clear();
        _backends.Clear();
        _database.ResetStatements();
        if (_database.InTransaction)
        {
            _rows.Rollback.Run();
        }
    }

    /// <inheritdoc/>
    public long NextOrder(DateTimeOffset time)
    {
        _commandWrote = true;
        _meta = _meta with { LastOrder = Math.Max(time.UtcTicks, _meta.LastOrder + 1) };
        return _meta.LastOrder;
    }

    /// <inheritdoc/>
    public long NextBucketId()
    {
        _commandWrote = true;
        _meta = _meta with { LastBucketId = _meta.LastBucketId + 1 };
        return _meta.LastBucketId;
    }

    /// <inheritdoc/>
    public BucketRecord? FindBucket(string name)
    {
        if (_buckets.TryGetValue(name, out var known))
        {
            return known;
        }

        var bucket = _queries.FindBucket(name);
        if (bucket is not null)
        {
            Remember(bucket);
        }

        return bucket;
    }

    /// <inheritdoc/>
    public void PutBucket(BucketRecord bucket)
    {
        Write(_rows.PutBucket.Bind(bucket.Name).Bind(bucket.BucketId).Bind(bucket.OwnerId)
            .Bind(BucketRecordEncoding.Encode(_writer, bucket)));
        Write(_rows.PutCounters.Bind(bucket.BucketId));
        _known.Buckets.Change(bucket.Name);
        Remember(bucket);
    }

    /// <inheritdoc/>
    public void DeleteBucket(BucketRecord bucket)
    {
        _buckets.Remove(bucket.Name);
        _counters.Remove(bucket.BucketId);
        Write(_rows.DeleteBucket.Bind(bucket.Name));
        Write(_rows.DeleteCounters.Bind(bucket.BucketId));
        _known.Buckets.Change(bucket.Name);
    }

    /// <inheritdoc/>
    public bool HasObjects(long bucketId) => _queries.HasObjects(bucketId);

    /// <inheritdoc/>
    public void AddToCounters(long bucketId, long objects, long bytes)
    {
        _commandWrote = true;
        var delta = _counters.GetValueOrDefault(bucketId);
        _counters[bucketId] = new BucketCounters(delta.Objects + objects, delta.Bytes + bytes);
    }

    /// <inheritdoc/>
    public ObjectRecord? FindObject(long bucketId, string key) => _queries.FindObject(bucketId, key);

    /// <inheritdoc/>
    public void PutObject(long bucketId, ObjectRecord record)
        => Write(_rows.PutObject.Bind(bucketId).BindKey(record.Key).Bind(ObjectRecordEncoding.Encode(_writer, record, withKey: false)));

    /// <inheritdoc/>
    public void DeleteObject(long bucketId, string key) => Write(_rows.DeleteObject.Bind(bucketId).BindKey(key));

    /// <inheritdoc/>
    public ObjectRecord? FindVersion(long bucketId, string key, string versionId) => _queries.Versions.Find(bucketId, key, versionId);

    /// <inheritdoc/>
    public ObjectRecord? FindVersion(long bucketId, string key, long order) => _queries.Versions.Find(bucketId, key, order);

    /// <inheritdoc/>
    public ObjectRecord? FindNewestVersion(long bucketId, string key) => _queries.Versions.FindNewest(bucketId, key);

    /// <inheritdoc/>
    public int CountNewerVersions(long bucketId, string key, long order, int limit) => _queries.Versions.CountNewer(bucketId, key, order, limit);

    /// <inheritdoc/>
    public void PutVersion(long bucketId, ObjectRecord record)
        => Write(_rows.PutVersion.Bind(bucketId).BindKey(record.Key).Bind(record.Order).Bind(record.VersionId).Bind(record.IsNull ? 1 : 0)
            .Bind(ObjectRecordEncoding.Encode(_writer, record, withKey: false)));

    /// <inheritdoc/>
    public void DeleteVersion(long bucketId, ObjectRecord record)
        => Write(_rows.DeleteVersion.Bind(bucketId).BindKey(record.Key).Bind(record.Order));

    /// <inheritdoc/>
    public UploadRecord? FindUpload(long bucketId, string key, string uploadId) => _queries.FindUpload(bucketId, key, uploadId);

    /// <inheritdoc/>
    public void PutUpload(UploadRecord upload)
        => Write(_rows.PutUpload.Bind(upload.BucketId).BindKey(upload.Key).Bind(upload.UploadId).Bind(upload.InitiatedAt.UtcTicks)
            .Bind(UploadRecordEncoding.Encode(_writer, upload)));

    /// <inheritdoc/>
    public void DeleteUpload(UploadRecord upload)
        => Write(_rows.DeleteUpload.Bind(upload.BucketId).BindKey(upload.Key).Bind(upload.UploadId));

    /// <inheritdoc/>
    public PartRecord? FindPart(string uploadId, int partNumber) => _queries.FindPart(uploadId, partNumber);

    /// <inheritdoc/>
    public IEnumerable<PartRecord> ListParts(string uploadId, int after) => _queries.ListParts(uploadId, after, int.MaxValue);

    /// <inheritdoc/>
    public void PutPart(long bucketId, string key, PartRecord part)
    {
        Write(_rows.PutPart.Bind(part.UploadId).Bind(part.PartNumber).Bind(PartRecordEncoding.Encode(_writer, part)));
        Write(_rows.TouchUpload.Bind(part.LastModified.UtcTicks).Bind(bucketId).BindKey(key).Bind(part.UploadId));
    }

    /// <inheritdoc/>
    public void DeletePart(string uploadId, int partNumber) => Write(_rows.DeletePart.Bind(uploadId).Bind(partNumber));

    /// <inheritdoc/>
    public void PutManifestChunk(ManifestChunk chunk)
        => Write(_rows.PutChunk.Bind(chunk.UploadId).Bind(chunk.Chunk).Bind(chunk.Offset)
            .Bind(ManifestChunkEncoding.Encode(_writer, chunk)));

    /// <inheritdoc/>
    public void DeleteManifest(string uploadId) => Write(_rows.DeleteManifest.Bind(uploadId));

    /// <inheritdoc/>
    public CompletedUploadRecord? FindCompletedUpload(string uploadId) => _queries.FindCompletedUpload(uploadId);

    /// <inheritdoc/>
    public void PutCompletedUpload(CompletedUploadRecord completed)
        => Write(_rows.PutCompleted.Bind(completed.UploadId).Bind(completed.CompletedAt.UtcTicks)
            .Bind(CompletedUploadRecordEncoding.Encode(_writer, completed)));

    /// <inheritdoc/>
    public void ForgetCompletedUploads(DateTimeOffset before, int limit) => Write(_rows.ForgetCompleted.Bind(before.UtcTicks).Bind(limit));

    /// <inheritdoc/>
    public RememberedOperation? FindOperation(ReadOnlyMemory<byte> id)
        => _rows.FindOperation.Bind(id.Span).First(row =>
            new RememberedOperation(id, row.Bytes(0).ToArray(), row.Int64(1), WriteOutcomeEncoding.Decode(row.Bytes(2))));

    /// <inheritdoc/>
    public void PutOperation(RememberedOperation operation)
        => Write(_rows.PutOperation.Bind(operation.Id.Span).Bind(operation.Order).Bind(operation.Fingerprint.Span)
            .Bind(WriteOutcomeEncoding.Encode(_writer, operation.Outcome)));

    /// <inheritdoc/>
    public void ForgetOperations(long before, int limit) => Write(_rows.ForgetOperations.Bind(before).Bind(limit));

    /// <inheritdoc/>
    public IReadOnlyList<UploadRecord> ListUploads(long bucketId, int limit) => _queries.ListUploads(bucketId, limit);

    /// <inheritdoc/>
    public BlobOwner? FindBlobOwner(UInt128 blobId) => _queries.FindBlobOwner(blobId);

    /// <inheritdoc/>
    public void PutBlobOwner(BlobOwner owner)
    {
        Insert(owner);
        if (raw.sqlite3_changes(_database.Handle) == 0)
        {
            // Ids are fresh, so this is a repeated command: the row moves to the new owner.
            DeleteBlobOwner(owner.BlobId);
            Insert(owner);
        }

        AddToBackend(owner.Backend, 1);
    }

    /// <inheritdoc/>
    public void DeleteBlobOwner(UInt128 blobId)
    {
        if (FindBlobOwner(blobId) is { } owner)
        {
            Write(_rows.DeleteOwner.BindId(blobId));
            AddToBackend(owner.Backend, -1);
        }
    }

    /// <inheritdoc/>
    public void PutInlineBody(UInt128 blobId, ReadOnlyMemory<byte> body) => Write(_rows.PutInline.BindId(blobId).Bind(body.Span));

    /// <inheritdoc/>
    public void DeleteInlineBody(UInt128 blobId) => Write(_rows.DeleteInline.BindId(blobId));

    /// <inheritdoc/>
    public void AddGarbage(GarbageKind kind, Segment? segment = null, string? uploadId = null, long bucketId = 0)
    {
        var entry = new GarbageEntry(Sequence, _garbage++, kind, segment, uploadId, bucketId);
        Write(_rows.AddGarbage.Bind(entry.Sequence).Bind(entry.Ordinal).Bind(GarbageEntryEncoding.Encode(_writer, entry)));
    }

    /// <inheritdoc/>
    public void DeleteGarbage(long sequence, int ordinal) => Write(_rows.DeleteGarbage.Bind(sequence).Bind(ordinal));

    /// <inheritdoc/>
    public void AddEvent(EventIntent intent, string bucket, string key, long order, string versionId, long size, string eTag)
    {
        var row = new OutboxEvent(Sequence, _events++, intent, bucket, key, order, versionId, size, eTag);
        Write(_rows.AddEvent.Bind(row.Sequence).Bind(row.Ordinal).Bind(OutboxEventEncoding.Encode(_writer, row)));
    }

    /// <inheritdoc/>
    public void DeleteEvent(long sequence, int ordinal) => Write(_rows.DeleteEvent.Bind(sequence).Bind(ordinal));

    /// <inheritdoc/>
    public AccountRecord? FindAccount(string accountId) => _queries.FindAccount(accountId);

    /// <inheritdoc/>
    public void PutAccount(AccountRecord account)
    {
        Write(_rows.PutAccount.Bind(account.Id).Bind(account.Email).Bind(AccountRecordEncoding.Encode(_writer, account)));
        _known.Accounts.Change(account.Id);
    }

    /// <inheritdoc/>
    public CredentialRecord? FindCredential(string accessKey) => _queries.FindCredential(accessKey);

    /// <inheritdoc/>
    public void PutCredential(CredentialRecord credential)
    {
        Write(_rows.PutCredential.Bind(credential.AccessKey).Bind(CredentialRecordEncoding.Encode(_writer, credential)));
        _known.Credentials.Change(credential.AccessKey);
    }

    /// <inheritdoc/>
    public void DeleteCredential(string accessKey)
    {
        Write(_rows.DeleteCredential.Bind(accessKey));
        _known.Credentials.Change(accessKey);
    }

    /// <inheritdoc/>
    public uint HighestBoot(uint node) => _rows.HighestBoot.Bind(node).First(row => (uint)row.Int64(0));

    /// <inheritdoc/>
    public void PutBoot(BootRecord boot) => Write(_rows.PutBoot.Bind(boot.Node).Bind(boot.Boot).Bind(boot.Swept ? 1 : 0));

    private void Write(SqliteStatement statement)
    {
        _commandWrote = true;
        statement.Run();
    }

    private void Insert(BlobOwner owner)
    {
        var row = _rows.PutOwner.BindId(owner.BlobId).Bind(owner.BucketId);
        _ = owner.Key is null ? row.Bind((string?)null) : row.BindKey(owner.Key);
        Write(row.Bind(owner.Order).Bind(owner.UploadId).Bind(owner.PartNumber).Bind(owner.Backend));
    }

    private void AddToBackend(string backend, long blobs) => _backends[backend] = _backends.GetValueOrDefault(backend) + blobs;

    private void Remember(BucketRecord bucket)
    {
        if (_buckets.Count >= BucketCacheLimit)
        {
            _buckets.Clear();
        }

        _buckets[bucket.Name] = bucket;
    }
}
