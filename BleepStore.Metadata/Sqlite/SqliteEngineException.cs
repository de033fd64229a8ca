using SQLitePCL;

namespace BleepStore.Metadata.Sqlite;

/// <summary>SQLite refused a step, with its extended result code. Never a command's outcome.</summary>
internal sealed class SqliteEngineException(int code, string message) : IOException($"SQLite error {code}: {message}")
{
    /// <summary>The extended result code.</summary>
    public int Code { get; } = code;

    /// <summary>No room, or none to extend the shared index of the journal.</summary>
    public bool IsFull => Code is raw.SQLITE_FULL or raw.SQLITE_IOERR_SHMSIZE;

    /// <summary>The kernel failed to make pages durable and may have dropped them: only a restart tells what the file holds.</summary>
    public bool IsFailedSync => Code is raw.SQLITE_IOERR_FSYNC or raw.SQLITE_IOERR_DIR_FSYNC;

    public bool IsInputOutput => (Code & 0xFF) == raw.SQLITE_IOERR;

    /// <summary>The file does not hold what SQLite wrote.</summary>
    public bool IsDamage => (Code & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>What callers of the store see: the command was certainly not applied.</summary>
    public Exception ToPublic()
        => IsFull
            ? new MetadataFullException("There is no room for more metadata.", this)
            : new MetadataUnavailableException(
                IsDamage ? $"The metadata database is damaged ({Message})." : "The metadata could not be read or written.",
                outcomeUnknown: false,
                this);
}
