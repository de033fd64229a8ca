using System.Runtime.InteropServices;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Sqlite;
using SQLitePCL;

namespace BleepStore.Tests.Metadata;

/// <summary>Lists through a connection of its own and says what that cost the engine: no clock, so that a test may insist on it.</summary>
internal sealed partial class ListingWork : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly SqliteQueries _queries;

    public ListingWork(string path)
    {
        _database = SqliteDatabase.Open(path, TimeSpan.FromSeconds(5));
        _database.Handle.enable_sqlite3_next_stmt(true);
        _database.Execute("PRAGMA wal_autocheckpoint=0; PRAGMA query_only=1;");
        _queries = new SqliteQueries(_database);
    }

    /// <summary>The page, the instructions of the engine's virtual machine, and the database pages it asked for.</summary>
    public (ObjectPage Page, int Steps, int Pages) List(long bucketId, ListQuery query)
    {
        _queries.ListObjects(bucketId, query);
        Take();
        var page = _queries.ListObjects(bucketId, query);
        var (steps, pages) = Take();
        return (page, steps, pages);
    }

    /// <summary>The same of a page of versions.</summary>
    public (VersionPage Page, int Steps, int Pages) List(long bucketId, VersionListQuery query)
    {
        _queries.ListVersions(bucketId, query);
        Take();
        var page = _queries.ListVersions(bucketId, query);
        var (steps, pages) = Take();
        return (page, steps, pages);
    }

    /// <summary>CPU time of this thread per page.</summary>
    public TimeSpan Time(long bucketId, ListQuery query, int times)
    {
        var costs = new List<TimeSpan>();
        for (var count = 0; count < times + 5; count++)
        {
            var before = ThreadTime();
            _queries.ListObjects(bucketId, query);
            costs.Add(ThreadTime() - before);
        }

        return costs.Skip(5).Order().ElementAt(times / 2);
    }

    public void Dispose() => _database.Dispose();

    private (int Steps, int Pages) Take()
    {
        var steps = 0;
        for (var statement = raw.sqlite3_next_stmt(_database.Handle, null); statement is not null;
            statement = raw.sqlite3_next_stmt(_database.Handle, statement))
        {
            steps += raw.sqlite3_stmt_status(statement, raw.SQLITE_STMTSTATUS_VM_STEP, 1);
        }

        raw.sqlite3_db_status(_database.Handle, raw.SQLITE_DBSTATUS_CACHE_HIT, out var hits, out _, 1);
        raw.sqlite3_db_status(_database.Handle, raw.SQLITE_DBSTATUS_CACHE_MISS, out var misses, out _, 1);
        return (steps, hits + misses);
    }

    private static TimeSpan ThreadTime()
    {
        const int ThreadCpuTime = 3;
        return ClockGetTime(ThreadCpuTime, out var time) == 0 ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0)
            : throw new InvalidOperationException("This system does not count the time of a thread.");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);
}
