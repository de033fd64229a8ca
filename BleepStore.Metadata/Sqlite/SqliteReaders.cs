using System.Collections.Concurrent;
using System.Text;

namespace BleepStore.Metadata.Sqlite;

/// <summary>
/// The connections that queries run on. A query keeps a processor busy, so more than a few at once end no sooner: they would only hold more pages of
/// the database and more pages of listings in memory at the same time. The others wait for their turn.
/// </summary>
/// <param name="path">The database.</param>
/// <param name="isReadOnly">True where nobody writes, and no file may be changed.</param>
internal sealed class SqliteReaders(string path, bool isReadOnly) : IDisposable
{
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);

    // Twice the processors, for the queries that wait for the disk. Holds no handle as it is used here, so that it needs no end.
#pragma warning disable CA2213
    private readonly SemaphoreSlim _turns = new(Math.Max(4, 2 * Environment.ProcessorCount));
#pragma warning restore CA2213
    private readonly ConcurrentStack<SqliteQueries> _idle = [];
    private volatile bool _disposed;

    /// <summary>True once no more queries are answered.</summary>
    public bool IsClosed => _disposed;

    /// <summary>Runs a query on a connection of its own; the answer is there on return unless the query had to wait for its turn.</summary>
    public ValueTask<TResult> ReadAsync<TArgument, TResult>(
        TArgument argument, Func<SqliteQueries, TArgument, TResult> read, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TResult>(cancellationToken);
        }

        return TryTakeTurn() ? ReadNowAsync(argument, read) : WaitAndReadAsync(argument, read, cancellationToken);
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

    private bool TryTakeTurn() => _turns.Wait(0, CancellationToken.None);

    private async ValueTask<TResult> WaitAndReadAsync<TArgument, TResult>(
        TArgument argument, Func<SqliteQueries, TArgument, TResult> read, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await ReadNowAsync(argument, read).ConfigureAwait(false);
    }

    /// <summary>Reads at once and gives the turn back.</summary>
    private ValueTask<TResult> ReadNowAsync<TArgument, TResult>(TArgument argument, Func<SqliteQueries, TArgument, TResult> read)
    {
        try
        {
            var reader = _idle.TryPop(out var idle) ? idle : Open();
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
        finally
        {
            _turns.Release();
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

    private void Return(SqliteQueries reader)
    {
        if (_disposed || reader.Database.InTransaction)
        {
            reader.Database.Dispose();
            return;
        }

        _idle.Push(reader);
    }
}
