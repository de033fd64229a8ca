namespace BleepStore.Metadata.Sqlite;

/// <summary>Where the engine <c>sqlite</c> keeps its files, and its bounds.</summary>
public sealed record SqliteMetadataOptions
{
    /// <summary>Directory of the database, its journal, lock and reserve; made with mode 0700 where it is missing.</summary>
    public required string Path { get; init; }

    /// <summary>Name of the database file in that directory.</summary>
    public string FileName { get; init; } = "metadata.db";

    /// <summary>Commands that may wait; one more is refused with <see cref="MetadataBusyException"/>.</summary>
    public int QueueLimit { get; init; } = 8192;

    /// <summary>Estimated bytes of commands that may wait.</summary>
    public long QueueBytesLimit { get; init; } = 64L << 20;

    /// <summary>Size in bytes of the file that is given up at the first out-of-space error so that deletes still run; 0 for none.</summary>
    public long ReserveBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of journal after which it is folded into the database; also what the journal file keeps between folds.</summary>
    public long JournalSoftLimitBytes { get; init; } = 8L << 20;

    /// <summary>
    /// How long commands are applied before those that are get committed and the others wait for the next transaction: what one command waits for
    /// the work of others.
    /// </summary>
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Measures that time, so that a test can decide how long a command takes.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// True to open a store that exists for looking at it alone: nothing but the lock is written, every command is refused. A store whose
    /// process was killed is read with its journal, which stays as it is.
    /// </summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Bound on the database file in pages, so that a test can fill it; 0 for none.</summary>
    internal long MaxPageCount { get; init; }

    /// <summary>Says how much room the file system has, so that a test can take it away; null to ask the system.</summary>
    internal Func<long>? MeasureFreeBytes { get; init; }
}
