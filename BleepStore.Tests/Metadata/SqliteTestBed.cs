using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Metadata.Sqlite;

namespace BleepStore.Tests.Metadata;

/// <summary>A SQLite store in a directory of its own whose commits can be held, counted and broken.</summary>
internal sealed class SqliteTestBed : IAsyncDisposable
{
    private readonly TemporaryDirectory? _own;
    private readonly ManualResetEventSlim _gate = new(initialState: true);
    private readonly SemaphoreSlim _held = new(0);
    private long _lastBlob;
    private int _commits;

    public SqliteTestBed(Func<SqliteMetadataOptions, SqliteMetadataOptions>? configure = null, string? path = null)
    {
        _own = path is null ? new TemporaryDirectory() : null;
        // A batch ends for what its test means, and not because the machine was busy.
        var options = new SqliteMetadataOptions { Path = path ?? Path.Combine(_own!.Path, "meta"), ReserveBytes = 0, BatchTime = TimeSpan.FromHours(1) };
        Options = configure?.Invoke(options) ?? options;
        Store = Open();
    }

    /// <summary>The bounds of a server, for who measures.</summary>
    public static Func<SqliteMetadataOptions, SqliteMetadataOptions> AsServed { get; } = static options => new() { Path = options.Path, ReserveBytes = options.ReserveBytes };

    public SqliteMetadataOptions Options { get; }

    public SqliteMetadataStore Store { get; private set; }

    public long BucketId { get; private set; }

    /// <summary>Transactions committed.</summary>
    public int Commits => Volatile.Read(ref _commits);

    /// <summary>Thrown in place of the next commits while it is set.</summary>
    public Func<Exception?> Breakage { get; set; } = static () => null;

    public List<string> Fatal { get; } = [];

    public string File(string name) => Path.Combine(Options.Path, name);

    public SqliteMetadataStore Open() => new(Options, CrashPoint, Fatal.Add);

    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = Open();
    }

    /// <summary>Changes the file itself while the store is closed.</summary>
    public async Task ChangeClosedAsync(Action<SqliteDatabase> change)
    {
        await Store.DisposeAsync();
        using (var database = SqliteDatabase.Open(File(Options.FileName), TimeSpan.Zero))
        {
            change(database);
        }

        Store = Open();
    }

    public async Task<SqliteTestBed> WithBucketAsync()
    {
        var bucket = new BucketRecord { Name = "bucket", Region = "r", OwnerId = "o", Acl = new AccessControlList("o", []) };
        await Store.ExecuteAsync(new CreateBucket { Time = DateTimeOffset.UnixEpoch, Bucket = bucket }, CancellationToken.None);
        BucketId = (await Store.FindBucketAsync("bucket", CancellationToken.None))!.BucketId;
        return this;
    }

    /// <summary>Holds the committer before its next commit; the answer ends when it stands there.</summary>
    public Task HoldAsync(CancellationToken cancellationToken)
    {
        _gate.Reset();
        _ = PutAsync("held");
        return _held.WaitAsync(Patience.Limit, cancellationToken);
    }

    public void LetGo() => _gate.Set();

    public PutObject NewPut(string key, int inlineBytes = 0)
    {
        var id = new UInt128(1, (ulong)Interlocked.Increment(ref _lastBlob));
        var segment = new Segment(inlineBytes > 0 ? SegmentKind.Inline : SegmentKind.Blob, id, inlineBytes > 0 ? "" : "local", "", 10, 10);
        return new PutObject
        {
            Time = DateTimeOffset.UnixEpoch,
            Bucket = "bucket",
            BucketId = BucketId,
            Object = new ObjectRecord { Key = key, Size = 10, ETag = "e", Acl = new AccessControlList("o", []), Segments = [segment] },
            InlineBody = new byte[inlineBytes],
        };
    }

    public Task<WriteOutcome> PutAsync(string key, int inlineBytes = 0)
        => Store.ExecuteAsync(NewPut(key, inlineBytes), TestContext.Current.CancellationToken).AsTask();

    public DeleteObjects Delete(IEnumerable<string> keys)
        => new()
        {
            Time = DateTimeOffset.UnixEpoch,
            Bucket = "bucket",
            BucketId = BucketId,
            Keys = [.. keys.Select(key => new ObjectToDelete(key))]
        };

    /// <summary>Drops all garbage rows and what they name.</summary>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        while (await Store.ReadGarbageAsync(after: null, long.MaxValue, 1000, cancellationToken) is { Length: > 0 } rows)
        {
            await Store.ExecuteAsync(
                new CollectGarbage
                {
                    Time = DateTimeOffset.UnixEpoch,
                    Rows = [.. rows.Select(row => (row.Sequence, row.Ordinal))],
                    Blobs = [.. rows.Select(row => row.Segment!.BlobId)],
                },
                cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        LetGo();
        await Store.DisposeAsync();
        _own?.Dispose();
        _gate.Dispose();
        _held.Dispose();
    }

    private void CrashPoint(string name)
    {
        if (name == "commit.after")
        {
            Interlocked.Increment(ref _commits);
            return;
        }

        if (!_gate.IsSet)
        {
            _held.Release();
            _gate.Wait(CancellationToken.None);
        }

        if (Breakage() is { } error)
        {
            throw error;
        }
    }
}
