using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Sqlite;

/// <summary>
/// The engine <c>sqlite</c>: one file in journal mode WAL, one committer thread with group commit, and a pool of readers. Durable.
/// </summary>
public sealed partial class SqliteMetadataStore : IMetadataStore
{
    private static readonly TimeSpan ReaderBusyTimeout = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly DirectoryLock _lock;
    private readonly SqliteWriter? _writer;
    private readonly SpaceReserve _reserve;
    private readonly KnownRows _known = new();
    private readonly CommandQueue _queue;
    private readonly SqliteCommitter? _committer;
    private readonly long _sequenceWhenOpened;
    private readonly SqliteReaders _readers;
    private int _disposed;

    /// <summary>Locks the directory, opens or makes the database and starts the committer.</summary>
    /// <param name="options">Where, and the bounds.</param>
    /// <param name="crashPoint">Called at <c>commit.before</c> and <c>commit.after</c> of every transaction; for crash tests.</param>
    /// <param name="fatal">
    /// Called once with one line when only a restart can tell what was stored; by default ends the process at once.
    /// </param>
    /// <exception cref="MetadataFormatException">The file is foreign or was written by a newer release.</exception>
    /// <exception cref="MetadataUnavailableException">Another process holds the directory, or the file cannot be read.</exception>
    public SqliteMetadataStore(SqliteMetadataOptions options, Action<string>? crashPoint = null, Action<string>? fatal = null)
    {
        _lock = DirectoryLock.Acquire(options.Path);
        try
        {
            _path = Path.Combine(Path.GetFullPath(options.Path), options.FileName);
            _readers = new SqliteReaders(_path, options.IsReadOnly);
            if (options.IsReadOnly)
            {
                // Nobody commits: the queue is closed from the start, and there is no reserve to keep.
                _reserve = new SpaceReserve(Path.GetFullPath(options.Path), sizeBytes: 0, options.MeasureFreeBytes);
                _queue = new CommandQueue(limit: 0, bytesLimit: 0);
                _queue.Close(new MetadataUnavailableException("The metadata store is opened for reading alone.", outcomeUnknown: false));
                (StoreId, _sequenceWhenOpened) = ReadIdentity();
                return;
            }

            using (DirectoryLock.OpenPrivate(_path, FileMode.OpenOrCreate, FileShare.ReadWrite))
            {
            }

            _reserve = new SpaceReserve(Path.GetFullPath(options.Path), options.ReserveBytes, options.MeasureFreeBytes);
            _reserve.TryRestore();
            _queue = new CommandQueue(options.QueueLimit, options.QueueBytesLimit);
            _writer = OpenWriter(options);
            StoreId = _writer.ReadStoreId();
            _committer = new SqliteCommitter(_writer, _reserve, _queue, options.BatchTime, options.Time, crashPoint ?? (static _ => { }), fatal ?? EndProcess);
        }
        catch (Exception error)
        {
            _writer?.Dispose();
            _lock.Dispose();
            if (error is SqliteEngineException engine)
            {
                throw engine.ToPublic();
            }

            throw;
        }
    }

    /// <summary>The linked SQLite and where it came from, for the log.</summary>
    public static string LibraryVersion => SqliteLibrary.Version;

    /// <inheritdoc/>
    public string Engine => "sqlite";

    /// <inheritdoc/>
    public bool IsDurable => true;

    /// <inheritdoc/>
    public string StoreId { get; }

    /// <inheritdoc/>
    public long PublishedSequence => _committer?.PublishedSequence ?? _sequenceWhenOpened;

    /// <inheritdoc/>
    public long? FreeBytes => _reserve.FreeBytes - _reserve.OwedBytes;

    /// <inheritdoc/>
    public int MaxInlineBytes => 64 << 10;

    /// <summary>True while the reserve is given up: only commands that free bytes run.</summary>
    public bool IsOutOfSpace => _reserve.IsMissing;

    /// <inheritdoc/>
    public ValueTask<TResult> ExecuteAsync<TResult>(MetadataCommand<TResult> command, CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<TResult>(cancellationToken)
            : new ValueTask<TResult>(_queue.EnqueueAsync(command, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<BucketRecord?> FindBucketAsync(string bucket, CancellationToken cancellationToken)
        => FindKnownAsync(_known.Buckets, bucket, static (queries, name) => queries.FindBucket(name), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<BucketRecord>> ListBucketsAsync(
        string? ownerId, string prefix, string? after, int limit, CancellationToken cancellationToken)
        => ReadAsync(
            (ownerId, prefix, after, limit),
            static (queries, page) => queries.ListBuckets(page.ownerId, page.prefix, page.after, page.limit).ToImmutableArray(),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<BucketCounters> CountAsync(long bucketId, CancellationToken cancellationToken)
        => ReadAsync(bucketId, static (queries, id) => queries.Count(id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoreCounters> CountAllAsync(CancellationToken cancellationToken)
        => ReadAsync(0, static (queries, _) => queries.CountAll(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ObjectRecord?> FindObjectAsync(long bucketId, string key, CancellationToken cancellationToken)
        => ReadAsync((bucketId, key), static (queries, row) => queries.FindObject(row.bucketId, row.key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ObjectWithBody?> FindObjectWithBodyAsync(long bucketId, string key, CancellationToken cancellationToken)
        => ReadAsync((bucketId, key), static (queries, row) => queries.FindObjectWithBody(row.bucketId, row.key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ObjectRecord?> FindVersionAsync(long bucketId, string key, string versionId, CancellationToken cancellationToken)
        => ReadAsync(
            (bucketId, key, versionId), static (queries, row) => queries.FindVersion(row.bucketId, row.key, row.versionId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ObjectWithBody?> FindVersionWithBodyAsync(long bucketId, string key, string versionId, CancellationToken cancellationToken)
        => ReadAsync(
            (bucketId, key, versionId), static (queries, row) => queries.FindVersionWithBody(row.bucketId, row.key, row.versionId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ObjectRecord?> FindVersionAsync(long bucketId, string key, long order, CancellationToken cancellationToken)
        => ReadAsync((bucketId, key, order), static (queries, row) => queries.FindVersion(row.bucketId, row.key, row.order), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ObjectRecord?> FindLatestVersionAsync(long bucketId, string key, CancellationToken cancellationToken)
        => ReadAsync((bucketId, key), static (queries, row) => queries.FindLatestVersion(row.bucketId, row.key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<VersionPage> ListVersionsAsync(long bucketId, VersionListQuery query, CancellationToken cancellationToken)
        => ReadAsync((bucketId, query), static (queries, page) => queries.ListVersions(page.bucketId, page.query), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ObjectPage> ListObjectsAsync(long bucketId, ListQuery query, CancellationToken cancellationToken)
        => ReadAsync((bucketId, query), static (queries, page) => queries.ListObjects(page.bucketId, page.query), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<UploadRecord?> FindUploadAsync(long bucketId, string key, string uploadId, CancellationToken cancellationToken)
        => ReadAsync(
            (bucketId, key, uploadId), static (queries, row) => queries.FindUpload(row.bucketId, row.key, row.uploadId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CompletedUploadRecord?> FindCompletedUploadAsync(string uploadId, CancellationToken cancellationToken)
        => ReadAsync(uploadId, static (queries, id) => queries.FindCompletedUpload(id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<UploadPage> ListUploadsAsync(long bucketId, UploadListQuery query, CancellationToken cancellationToken)
        => ReadAsync((bucketId, query), static (queries, page) => queries.ListUploads(page.bucketId, page.query), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<UploadRecord>> ListIdleUploadsAsync(DateTimeOffset idleSince, int limit,
        CancellationToken cancellationToken)
        => ReadAsync(
            (idleSince, limit), static (queries, page)
                => queries.ListIdleUploads(page.idleSince, page.limit).ToImmutableArray(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<PartRecord>> ListPartsAsync(string uploadId, int after, int limit, CancellationToken cancellationToken)
        => ReadAsync(
            (uploadId, after, limit),
            static (queries, page) => queries.ListParts(page.uploadId, page.after, page.limit).ToImmutableArray(),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ManifestChunk?> FindManifestChunkAsync(string uploadId, long offset, CancellationToken cancellationToken)
        => ReadAsync((uploadId, offset), static (queries, row) => queries.FindChunkAt(row.uploadId, row.offset), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ManifestChunk?> FindManifestChunkAsync(string uploadId, int chunk, CancellationToken cancellationToken)
        => ReadAsync((uploadId, chunk), static (queries, row) => queries.FindChunk(row.uploadId, row.chunk), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccountRecord?> FindAccountAsync(string accountId, CancellationToken cancellationToken)
        => FindKnownAsync(_known.Accounts, accountId, static (queries, id) => queries.FindAccount(id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccountRecord?> FindAccountByEmailAsync(string email, CancellationToken cancellationToken)
        => ReadAsync(email, static (queries, address) => queries.FindAccountByEmail(address), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CredentialRecord?> FindCredentialAsync(string accessKey, CancellationToken cancellationToken)
        => FindKnownAsync(_known.Credentials, accessKey, static (queries, key) => queries.FindCredential(key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CredentialRecord>> ListCredentialsAsync(string? after, int limit, CancellationToken cancellationToken)
        => ReadAsync((after, limit), static (queries, page)
            => queries.ListCredentials(page.after, page.limit).ToImmutableArray(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<GarbageEntry>> ReadGarbageAsync(
        (long Sequence, int Ordinal)? after, long upTo, int limit, CancellationToken cancellationToken)
        => ReadAsync((after, upTo, limit), static (queries, page)
            => queries.ReadGarbage(page.after, page.upTo, page.limit).ToImmutableArray(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<OutboxEvent>> ReadOutboxAsync(long afterSequence, int limit, CancellationToken cancellationToken)
        => ReadAsync(
            (afterSequence, limit), static (queries, page)
                => queries.ReadOutbox(page.afterSequence, page.limit).ToImmutableArray(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<BlobOwner?> FindBlobOwnerAsync(UInt128 blobId, CancellationToken cancellationToken)
        => ReadAsync(blobId, static (queries, id) => queries.FindBlobOwner(id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> FindInlineBodyAsync(UInt128 blobId, CancellationToken cancellationToken)
        => ReadAsync(blobId, static (queries, id) => queries.FindInlineBody(id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<UInt128>> ListInlineBodiesAsync(UInt128? after, int limit, CancellationToken cancellationToken)
        => ReadAsync((after, limit), static (queries, page)
            => queries.ListInlineBodies(page.after, page.limit).ToImmutableArray(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<BlobOwner>> ListBlobOwnersAsync(UInt128? after, int limit, CancellationToken cancellationToken)
        => ReadAsync((after, limit), static (queries, page)
            => queries.ListBlobOwners(page.after, page.limit).ToImmutableArray(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<BootRecord>> ListBootsAsync(uint node, CancellationToken cancellationToken)
        => ReadAsync(node, static (queries, number) => queries.ListBoots(number).ToImmutableArray(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> ListBackendsAsync(CancellationToken cancellationToken)
        => ReadAsync(0, static (queries, _) => queries.ListBackends().ToImmutableArray(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask CheckHealthAsync(CancellationToken cancellationToken)
    {
        _committer?.CheckHealth();
        await ReadAsync(0L, static (queries, id) => queries.Count(id), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _readers.Close();
        _queue.Close(new MetadataUnavailableException("The metadata store is closed.", outcomeUnknown: false));
        if (_committer is not null)
        {
            await _committer.Ended;
        }

        _readers.Dispose();
        _writer?.Dispose();
        _lock.Dispose();
    }

    private ValueTask<TRow?> FindKnownAsync<TRow>(
        RowCache<TRow> cache, string key, Func<SqliteQueries, string, TRow?> read, CancellationToken cancellationToken)
        where TRow : class
    {
        if (cache.TryFind(key, out var known) && _disposed == 0 && !cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromResult<TRow?>(known);
        }

        return ReadAsync(
            (cache, key, read),
            static (queries, row) =>
            {
                var epoch = row.cache.Epoch;
                var found = row.read(queries, row.key);
                if (found is not null)
                {
                    row.cache.Keep(row.key, found, epoch);
                }

                return found;
            },
            cancellationToken);
    }

    private (string StoreId, long Sequence) ReadIdentity()
    {
        using var database = SqliteDatabase.OpenReadOnly(_path, ReaderBusyTimeout);
        SqliteSchema.Check(database, _path);
        using var statement = new SqliteStatement(database, "SELECT store_id, sequence FROM meta WHERE id = 1");
        return statement.First(row => (row.Text(0), row.Int64(1)));
    }

    private ValueTask<TResult> ReadAsync<TArgument, TResult>(
        TArgument argument, Func<SqliteQueries, TArgument, TResult> read, CancellationToken cancellationToken)
        => _readers.ReadAsync(argument, read, cancellationToken);

    // The shared index of the journal is made anew after a loss of power, which needs room on a disk that may have none.
    private SqliteWriter OpenWriter(SqliteMetadataOptions options)
    {
        try
        {
            return new SqliteWriter(_path, options, _known);
        }
        catch (SqliteEngineException error) when (error.IsFull && _reserve.Release())
        {
            return new SqliteWriter(_path, options, _known);
        }
    }

    private static void EndProcess(string line)
    {
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fatal: {line}"));
        Console.Error.Flush();

        // Not Environment.Exit: a handler that waits for the committer would wait for ever, and there is nothing left to do in order.
        using var process = Process.GetCurrentProcess();
        process.Kill();
    }
}
