using System.Collections.Concurrent;
using System.Text;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The connections that queries run on: as many as run at once, of which a few are kept for the next ones.</summary>
/// <param name="path">The database.</param>
/// <param name="isReadOnly">True where nobody writes, and no file may be changed.</param>
internal sealed class SqliteReaders(string path, bool isReadOnly) : IDisposable
{
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentStack<SqliteQueries> _idle = [];
    private readonly int _maxIdle = Math.Max(8, 2 * Environment.ProcessorCount);
    private int _idleCount;
    private volatile bool _disposed;

    /// <summary>True once no more queries are answered.</summary>
    public bool IsClosed => _disposed;

    /// <summary>Runs a query on a connection of its own; the answer is there on return.</summary>
    public ValueTask<TResult> ReadAsync<TArgument, TResult>(
        TArgument argument, Func<SqliteQueries, TArgument, TResult> read, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TResult>(cancellationToken);
        }

        try
        {
            var reader = Rent();
            try
            {
                return ValueTask.FromResult(read(reader, argument));
            }
            catch
            {
                reader.Database.ResetStatements();
                throw;
            }
            finally
            {
                Return(reader);
            }
        }
        catch (SqliteEngineException error)
        {
            return ValueTask.FromException<TResult>(error.ToPublic());
        }
        catch (Exception error) when (error is MetadataFormatException or EncoderFallbackException)
        {
            return ValueTask.FromException<TResult>(error);
        }
    }

    /// <summary>Answers no more queries. Those that run end as they would.</summary>
    public void Close() => _disposed = true;

    public void Dispose()
    {
        Close();
        while (_idle.TryPop(out var reader))
        {
            reader.Database.Dispose();
        }
    }

    private SqliteQueries Open()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
#pragma warning disable CA2000 // The queries own the connection, and Return or Dispose dispose of it.
        var database = isReadOnly ? SqliteDatabase.OpenReadOnly(path, BusyTimeout) : SqliteDatabase.Open(path, BusyTimeout);
#pragma warning restore CA2000
        try
        {
            database.Execute("PRAGMA wal_autocheckpoint=0; PRAGMA query_only=1; PRAGMA cache_size=-1024; PRAGMA temp_store=MEMORY;");
            return new SqliteQueries(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private SqliteQueries Rent()
    {
        if (_idle.TryPop(out var idle))
        {
            Interlocked.Decrement(ref _idleCount);
            return idle;
        }

        return Open();
    }

    private void Return(SqliteQueries reader)
    {
        if (_disposed || reader.Database.InTransaction || Volatile.Read(ref _idleCount) >= _maxIdle)
        {
            reader.Database.Dispose();
            return;
        }

        Interlocked.Increment(ref _idleCount);
        _idle.Push(reader);
    }
}
