using System.Globalization;
using System.Threading.Channels;
using BleepStore.Metadata.Sqlite;

namespace BleepStore.Benchmarks.Spikes;

/// <summary>
/// One thread and one table of SQLite: whatever rows wait are inserted as one durable transaction, and only then are their writers told. The least that a
/// store with such metadata can do for a write.
/// </summary>
internal sealed class GroupCommitter : IDisposable
{
    private const int BatchRows = 256;

    private readonly Channel<Row> _rows = Channel.CreateUnbounded<Row>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _commit;
    private readonly Thread _thread;

    public GroupCommitter(string directory)
    {
        _database = SqliteDatabase.Open(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"spike-{Environment.ProcessId}.db")), TimeSpan.FromSeconds(5));
        _database.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE object (key TEXT PRIMARY KEY, etag TEXT, body BLOB) WITHOUT ROWID");
        _begin = _database.Prepare("BEGIN IMMEDIATE");
        _insert = _database.Prepare("INSERT OR REPLACE INTO object (key, etag, body) VALUES (?, ?, ?)");
        _commit = _database.Prepare("COMMIT");
        _thread = new Thread(Run) { IsBackground = true, Name = "spike committer" };
        _thread.Start();
    }

    /// <summary>Ends when the row is durable.</summary>
    public Task AddAsync(string key, string eTag, ReadOnlyMemory<byte> body)
    {
        var row = new Row(key, eTag, body);
        _rows.Writer.TryWrite(row);
        return row.Durable.Task;
    }

    public void Dispose()
    {
        _rows.Writer.Complete();
        _thread.Join();
        _database.Dispose();
    }

    private void Run()
    {
        var batch = new List<Row>(BatchRows);
        while (Take(batch))
        {
            _begin.Run();
            foreach (var row in batch)
            {
                _insert.Bind(row.Key).Bind(row.ETag).Bind(row.Body.Span).Run();
            }

            _commit.Run();
            batch.ForEach(row => row.Durable.SetResult());
            batch.Clear();
        }
    }

    // The thread is the committer's own, so it may block until somebody writes.
    private bool Take(List<Row> batch)
    {
#pragma warning disable VSTHRD002
        if (!_rows.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
#pragma warning restore VSTHRD002
        {
            return false;
        }

        while (batch.Count < BatchRows && _rows.Reader.TryRead(out var row))
        {
            batch.Add(row);
        }

        return true;
    }

    private sealed record Row(string Key, string ETag, ReadOnlyMemory<byte> Body)
    {
        public TaskCompletionSource Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
