using System.Diagnostics;
using System.Globalization;
using SQLitePCL;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The one connection that writes, and everything that happens on it between batches: checkpoints, and giving room back.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int PageSize = 4096;

    /// <summary>Past this many soft limits a checkpoint waits for readers, so that the journal can begin anew.</summary>
    private const int HardLimitFactor = 4;

    /// <summary>Pages given back in one go.</summary>
    private const int VacuumPages = 512;

    /// <summary>Pages of journal that are folded at least in one go.</summary>
    private const int FewestPages = 128;

    /// <summary>How long commits should wait for a checkpoint: more is folded in one go where it takes less, and less where it takes more.</summary>
    private static readonly TimeSpan CheckpointTime = TimeSpan.FromMilliseconds(25);

    /// <summary>How long a checkpoint waits for readers that still read the journal.</summary>
    private static readonly TimeSpan ReaderWait = TimeSpan.FromMilliseconds(100);

    private readonly SqliteDatabase _database;
    private readonly long _softLimitPages;
    private long _duePages;
    private long _journalPages;

    public SqliteWriter(string path, SqliteMetadataOptions options, KnownRows known)
    {
        _database = SqliteDatabase.Open(path, ReaderWait);
        try
        {
            SqliteSchema.Ensure(_database, path);
            _softLimitPages = Math.Max(1, options.JournalSoftLimitBytes / PageSize);
            _duePages = _softLimitPages;
            _database.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                PRAGMA journal_mode=WAL;
                PRAGMA synchronous=FULL;
                PRAGMA wal_autocheckpoint=0;
                PRAGMA journal_size_limit={options.JournalSoftLimitBytes};
                PRAGMA cache_size=-8192;
                PRAGMA temp_store=MEMORY;
                """));
            if (options.MaxPageCount > 0)
            {
                _database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count={options.MaxPageCount};"));
            }

            Transaction = new SqliteTransaction(_database, known);
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    public SqliteTransaction Transaction { get; }

    /// <summary>Random id given to the store when its file was made.</summary>
    public string ReadStoreId()
    {
        using var statement = new SqliteStatement(_database, "SELECT store_id FROM meta WHERE id = 1");
        return statement.First(row => row.Text(0))!;
    }

    /// <summary>
    /// Folds the journal into the database when it is past its soft limit, or sooner where that takes long. Never truncates it: on a full disk its
    /// room is needed.
    /// </summary>
    public void CheckpointWhenDue()
    {
        raw.sqlite3_db_status(_database.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 1);
        _journalPages += pages;
        if (_journalPages >= _duePages)
        {
            var begun = Stopwatch.GetTimestamp();
            Checkpoint(_journalPages >= HardLimitFactor * _softLimitPages ? raw.SQLITE_CHECKPOINT_RESTART : raw.SQLITE_CHECKPOINT_PASSIVE);
            Pace(Stopwatch.GetElapsedTime(begun));
            if (FreePages() > Math.Max(VacuumPages, _database.QueryInt64("PRAGMA page_count") / 2))
            {
                // Free pages are kept for new rows, but a store that was emptied should shrink in time.
                Vacuum();
            }
        }
    }

    /// <summary>Gives free pages of the database back to the file system; true when there may be more.</summary>
    public bool GiveBack()
    {
        var free = FreePages();
        if (free > 0)
        {
            Vacuum();
        }

        // Only a journal that begins anew needs no more room.
        Checkpoint(raw.SQLITE_CHECKPOINT_RESTART);
        return free > VacuumPages;
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    private long FreePages() => _database.QueryInt64("PRAGMA freelist_count");

    private void Vacuum()
    {
        using var vacuum = new SqliteStatement(_database,
            string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({VacuumPages})"));
        vacuum.Run();
    }

    private void Pace(TimeSpan took)
    {
        var due = took > CheckpointTime ? _duePages / 2 : took < CheckpointTime / 2 ? _duePages * 2 : _duePages;
        _duePages = Math.Min(Math.Max(due, FewestPages), _softLimitPages);
    }

    private void Checkpoint(int mode)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_database.Handle, "main", mode, out var journalPages, out var foldedPages);
        if (code == raw.SQLITE_OK)
        {
            // Readers of older states keep the rest for the next time.
            _journalPages = foldedPages >= journalPages ? 0 : _journalPages;
        }
        else if (code != raw.SQLITE_BUSY)
        {
            throw _database.Error(code);
        }
    }
}
