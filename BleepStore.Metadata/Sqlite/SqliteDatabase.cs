using SQLitePCL;

namespace BleepStore.Metadata.Sqlite;

/// <summary>One connection. Used by one thread at a time.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly List<SqliteStatement> _statements = [];

    private SqliteDatabase(sqlite3 handle)
    {
        Handle = handle;
    }

    public sqlite3 Handle { get; }

    /// <summary>True while a transaction is open.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    public static SqliteDatabase Open(string path, TimeSpan busyTimeout)
        => Open(path, path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, busyTimeout);

    /// <summary>A connection that changes no file. The caller's lock keeps everybody else out of the database.</summary>
    public static SqliteDatabase OpenReadOnly(string path, TimeSpan busyTimeout)
    {
        // Without a journal the file is all there is, and said to be immutable it is read without making one.
        var hasJournal = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };
        var name = $"file:{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}{(hasJournal ? "" : "?immutable=1")}";
        return Open(path, name, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI, busyTimeout);
    }

    private static SqliteDatabase Open(string path, string name, int flags, TimeSpan busyTimeout)
    {
        _ = SqliteLibrary.Version;
        var code = raw.sqlite3_open_v2(name, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        var database = new SqliteDatabase(handle);
        if (code != raw.SQLITE_OK)
        {
            database.Dispose();
            throw new SqliteEngineException(code, $"{path} cannot be opened");
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, (int)busyTimeout.TotalMilliseconds);
        return database;
    }

    /// <summary>A statement that is compiled at its first use and lives as long as the connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(this, sql);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Makes every statement ready for its next use: one whose parameters could not all be bound still waits for the rest.</summary>
    public void ResetStatements()
    {
        foreach (var statement in _statements)
        {
            statement.Reset();
        }
    }

    /// <summary>Runs SQL text that is needed once; several statements are separated by semicolons.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(Handle, sql));

    /// <summary>Runs SQL text that is needed once and gives the first column of its first row; 0 when there is none.</summary>
    public long QueryInt64(string sql)
    {
        using var statement = new SqliteStatement(this, sql);
        return statement.Step() ? statement.Int64(0) : 0;
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Error(code);
        }
    }

    public SqliteEngineException Error(int code)
        => new(code == raw.SQLITE_ERROR ? raw.sqlite3_extended_errcode(Handle) : code, raw.sqlite3_errmsg(Handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        Handle.Dispose();
    }
}
