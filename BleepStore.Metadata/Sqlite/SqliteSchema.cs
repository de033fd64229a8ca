using System.Globalization;
using System.Security.Cryptography;
using SQLitePCL;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The tables of the engine, made once; refuses files that are not ours or that a newer release wrote.</summary>
internal static class SqliteSchema
{
    /// <summary>The format this release writes, in <c>user_version</c>.</summary>
    public static int Format => 1 + Migrations.Length;

    /// <summary>"BLPS", in <c>application_id</c>.</summary>
    public const int ApplicationId = 0x424C5053;

    /// <summary>What has to be said before the first table of a new file.</summary>
    private const string NewFilePragmas = "PRAGMA auto_vacuum=INCREMENTAL;";

    /// <summary>The tables of format 1: a new file is made of them and of every migration, so that both ways lead to the same.</summary>
    private const string Tables = """
        CREATE TABLE meta (
            id INTEGER PRIMARY KEY CHECK (id = 1), store_id TEXT NOT NULL, release TEXT NOT NULL,
            sequence INTEGER NOT NULL, last_order INTEGER NOT NULL, last_bucket_id INTEGER NOT NULL);
        CREATE TABLE buckets (name TEXT PRIMARY KEY, bucket_id INTEGER NOT NULL, owner_id TEXT NOT NULL,
            record BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX buckets_owner ON buckets (owner_id);
        CREATE TABLE bucket_counters (bucket_id INTEGER PRIMARY KEY, objects INTEGER NOT NULL, bytes INTEGER NOT NULL);
        CREATE TABLE objects (bucket_id INTEGER NOT NULL, key BLOB NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (bucket_id, key)) WITHOUT ROWID;
        CREATE TABLE versions (
            bucket_id INTEGER NOT NULL, key BLOB NOT NULL, "order" INTEGER NOT NULL, version_id TEXT NOT NULL, is_null INTEGER NOT NULL,
            record BLOB NOT NULL, PRIMARY KEY (bucket_id, key, "order" DESC)) WITHOUT ROWID;
        CREATE UNIQUE INDEX versions_id ON versions (bucket_id, key, version_id);
        CREATE UNIQUE INDEX versions_null ON versions (bucket_id, key) WHERE is_null = 1;
        CREATE TABLE uploads (
            bucket_id INTEGER NOT NULL, key BLOB NOT NULL, upload_id TEXT NOT NULL, last_activity INTEGER NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (bucket_id, key, upload_id)) WITHOUT ROWID;
        CREATE INDEX uploads_activity ON uploads (last_activity);
        CREATE TABLE parts (upload_id TEXT NOT NULL, part_number INTEGER NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (upload_id, part_number)) WITHOUT ROWID;
        CREATE TABLE manifests (
            upload_id TEXT NOT NULL, chunk INTEGER NOT NULL, "offset" INTEGER NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (upload_id, chunk)) WITHOUT ROWID;
        CREATE TABLE completed_uploads (upload_id TEXT PRIMARY KEY, completed_at INTEGER NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX completed_uploads_at ON completed_uploads (completed_at);
        CREATE TABLE operations (id BLOB PRIMARY KEY, "order" INTEGER NOT NULL, fingerprint BLOB NOT NULL,
            outcome BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX operations_order ON operations ("order");
        CREATE TABLE blob_owners (
            blob_id BLOB PRIMARY KEY, bucket_id INTEGER NOT NULL, key BLOB, "order" INTEGER NOT NULL, upload_id TEXT,
            part_number INTEGER NOT NULL, backend TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE backends (name TEXT PRIMARY KEY, blobs INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE inline_bodies (blob_id BLOB NOT NULL PRIMARY KEY, body BLOB NOT NULL);
        CREATE TABLE garbage (sequence INTEGER NOT NULL, ordinal INTEGER NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (sequence, ordinal)) WITHOUT ROWID;
        CREATE TABLE outbox (sequence INTEGER NOT NULL, ordinal INTEGER NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (sequence, ordinal)) WITHOUT ROWID;
        CREATE TABLE accounts (account_id TEXT PRIMARY KEY, email TEXT, record BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX accounts_email ON accounts (email);
        CREATE TABLE credentials (access_key TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE boots (node INTEGER NOT NULL, boot INTEGER NOT NULL, swept INTEGER NOT NULL, PRIMARY KEY (node, boot)) WITHOUT ROWID;
        """;

    /// <summary>What leads from each format to the next, beginning with that from 1 to 2. Append only.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE identities (account_id TEXT NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (account_id, kind, name)) WITHOUT ROWID;
        """,
        "CREATE TABLE store_keys (id INTEGER PRIMARY KEY, wrapped BLOB NOT NULL);",
        "CREATE TABLE lifecycle_place (id INTEGER PRIMARY KEY CHECK (id = 1), record BLOB NOT NULL);",
    ];

    /// <summary>Makes the tables of a new file, or checks that an old one can be read and brings it to this format.</summary>
    /// <exception cref="MetadataFormatException">The file is foreign or newer; the sentence says which.</exception>
    public static void Ensure(SqliteDatabase database, string path)
    {
        try
        {
            if (database.QueryInt64("PRAGMA application_id") == 0 && database.QueryInt64("SELECT count(*) FROM sqlite_master") == 0)
            {
                Create(database);
            }
        }
        catch (SqliteEngineException error) when ((error.Code & 0xFF) == raw.SQLITE_NOTADB)
        {
            throw new MetadataFormatException($"{path} is not a database.");
        }

        Check(database, path);
        Migrate(database);
    }

    /// <summary>Returns when a file can be read.</summary>
    /// <exception cref="MetadataFormatException">The file is foreign or newer; the sentence says which.</exception>
    public static void Check(SqliteDatabase database, string path)
    {
        try
        {
            var application = database.QueryInt64("PRAGMA application_id");
            var format = database.QueryInt64("PRAGMA user_version");
            if (application != ApplicationId)
            {
                throw new MetadataFormatException($"{path} is a database of another application.");
            }

            if (format > Format)
            {
                throw new MetadataFormatException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} has metadata format {format}, which release {Release(database)} wrote; this one reads up to {Format}."));
            }
        }
        catch (SqliteEngineException error) when ((error.Code & 0xFF) == raw.SQLITE_NOTADB)
        {
            throw new MetadataFormatException($"{path} is not a database.");
        }
    }

    // One transaction: a start that is killed in the middle leaves the format it found.
    private static void Migrate(SqliteDatabase database)
    {
        var format = (int)database.QueryInt64("PRAGMA user_version");
        if (format < Format)
        {
            database.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                BEGIN IMMEDIATE;
                {string.Concat(Migrations[(format - 1)..])}
                UPDATE meta SET release = '{OwnRelease}';
                PRAGMA user_version={Format};
                COMMIT;
                """));
        }
    }

    private static string OwnRelease => typeof(SqliteSchema).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    private static void Create(SqliteDatabase database)
    {
        var storeId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        database.Execute(NewFilePragmas);
        database.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            BEGIN IMMEDIATE;
            {Tables}
            {string.Concat(Migrations)}
            INSERT INTO meta VALUES (1, '{storeId}', '{OwnRelease}', 0, 0, 0);
            PRAGMA application_id={ApplicationId};
            PRAGMA user_version={Format};
            COMMIT;
            """));
    }

    private static string Release(SqliteDatabase database)
    {
        try
        {
            using var statement = new SqliteStatement(database, "SELECT release FROM meta");
            return statement.Step() ? statement.Text(0) : "unknown";
        }
        catch (SqliteEngineException)
        {
            return "unknown";
        }
    }
}
