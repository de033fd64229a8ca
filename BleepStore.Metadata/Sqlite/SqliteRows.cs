namespace BleepStore.Metadata.Sqlite;

/// <summary>The prepared statements that change rows, on the writer's connection.</summary>
internal sealed class SqliteRows(SqliteDatabase database)
{
    public SqliteStatement Begin { get; } = database.Prepare("BEGIN IMMEDIATE");

    public SqliteStatement Commit { get; } = database.Prepare("COMMIT");

    public SqliteStatement Rollback { get; } = database.Prepare("ROLLBACK");

    public SqliteStatement PutMeta { get; } =
        database.Prepare("UPDATE meta SET sequence = ?, last_order = ?, last_bucket_id = ? WHERE id = 1");

    public SqliteStatement PutBucket { get; } =
        database.Prepare("INSERT OR REPLACE INTO buckets (name, bucket_id, owner_id, record) VALUES (?, ?, ?, ?)");

    public SqliteStatement DeleteBucket { get; } = database.Prepare("DELETE FROM buckets WHERE name = ?");

    public SqliteStatement PutCounters { get; } =
        database.Prepare("INSERT OR IGNORE INTO bucket_counters (bucket_id, objects, bytes) VALUES (?, 0, 0)");

    public SqliteStatement AddToCounters { get; } =
        database.Prepare("UPDATE bucket_counters SET objects = objects + ?, bytes = bytes + ? WHERE bucket_id = ?");

    public SqliteStatement DeleteCounters { get; } = database.Prepare("DELETE FROM bucket_counters WHERE bucket_id = ?");

    public SqliteStatement PutObject { get; } =
        database.Prepare("INSERT OR REPLACE INTO objects (bucket_id, key, record) VALUES (?, ?, ?)");

    public SqliteStatement DeleteObject { get; } = database.Prepare("DELETE FROM objects WHERE bucket_id = ? AND key = ?");

    public SqliteStatement PutVersion { get; } = database.Prepare(
        """
        INSERT INTO versions (bucket_id, key, "order", version_id, is_null, record) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (bucket_id, key, "order") DO UPDATE SET record = excluded.record
        """);

    public SqliteStatement DeleteVersion { get; } =
        database.Prepare("DELETE FROM versions WHERE bucket_id = ? AND key = ? AND \"order\" = ?");

    public SqliteStatement PutUpload { get; } =
        database.Prepare("INSERT OR REPLACE INTO uploads (bucket_id, key, upload_id, last_activity, record) VALUES (?, ?, ?, ?, ?)");

    public SqliteStatement TouchUpload { get; } =
        database.Prepare("UPDATE uploads SET last_activity = ? WHERE bucket_id = ? AND key = ? AND upload_id = ?");

    public SqliteStatement DeleteUpload { get; } =
        database.Prepare("DELETE FROM uploads WHERE bucket_id = ? AND key = ? AND upload_id = ?");

    public SqliteStatement PutPart { get; } =
        database.Prepare("INSERT OR REPLACE INTO parts (upload_id, part_number, record) VALUES (?, ?, ?)");

    public SqliteStatement DeletePart { get; } = database.Prepare("DELETE FROM parts WHERE upload_id = ? AND part_number = ?");

    public SqliteStatement PutChunk { get; } =
        database.Prepare("INSERT OR REPLACE INTO manifests (upload_id, chunk, \"offset\", record) VALUES (?, ?, ?, ?)");

    public SqliteStatement DeleteManifest { get; } = database.Prepare("DELETE FROM manifests WHERE upload_id = ?");

    public SqliteStatement PutCompleted { get; } =
        database.Prepare("INSERT OR REPLACE INTO completed_uploads (upload_id, completed_at, record) VALUES (?, ?, ?)");

    public SqliteStatement ForgetCompleted { get; } = database.Prepare(
        """
        DELETE FROM completed_uploads WHERE upload_id IN
            (SELECT upload_id FROM completed_uploads WHERE completed_at < ? ORDER BY completed_at, upload_id LIMIT ?)
        """);

    public SqliteStatement FindOperation { get; } = database.Prepare("SELECT fingerprint, \"order\", outcome FROM operations WHERE id = ?");

    public SqliteStatement PutOperation { get; } =
        database.Prepare("INSERT OR REPLACE INTO operations (id, \"order\", fingerprint, outcome) VALUES (?, ?, ?, ?)");

    public SqliteStatement ForgetOperations { get; } = database.Prepare(
        "DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE \"order\" < ? ORDER BY \"order\", id LIMIT ?)");

    public SqliteStatement PutOwner { get; } = database.Prepare(
        """
        INSERT INTO blob_owners (blob_id, bucket_id, key, "order", upload_id, part_number, backend) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
        """);

    public SqliteStatement DeleteOwner { get; } = database.Prepare("DELETE FROM blob_owners WHERE blob_id = ?");

    public SqliteStatement AddToBackend { get; } =
        database.Prepare("INSERT INTO backends VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET blobs = blobs + excluded.blobs");

    public SqliteStatement PutInline { get; } = database.Prepare("INSERT OR REPLACE INTO inline_bodies (blob_id, body) VALUES (?, ?)");

    public SqliteStatement DeleteInline { get; } = database.Prepare("DELETE FROM inline_bodies WHERE blob_id = ?");

    public SqliteStatement AddGarbage { get; } = database.Prepare("INSERT INTO garbage (sequence, ordinal, record) VALUES (?, ?, ?)");

    public SqliteStatement DeleteGarbage { get; } = database.Prepare("DELETE FROM garbage WHERE sequence = ? AND ordinal = ?");

    public SqliteStatement AddEvent { get; } = database.Prepare("INSERT INTO outbox (sequence, ordinal, record) VALUES (?, ?, ?)");

    public SqliteStatement DeleteEvent { get; } = database.Prepare("DELETE FROM outbox WHERE sequence = ? AND ordinal = ?");

    public SqliteStatement PutAccount { get; } =
        database.Prepare("INSERT OR REPLACE INTO accounts (account_id, email, record) VALUES (?, ?, ?)");

    public SqliteStatement PutCredential { get; } =
        database.Prepare("INSERT OR REPLACE INTO credentials (access_key, record) VALUES (?, ?)");

    public SqliteStatement DeleteCredential { get; } = database.Prepare("DELETE FROM credentials WHERE access_key = ?");

    public SqliteStatement PutIdentity { get; } =
        database.Prepare("INSERT OR REPLACE INTO identities (account_id, kind, name, record) VALUES (?, ?, ?, ?)");

    public SqliteStatement DeleteIdentity { get; } = database.Prepare("DELETE FROM identities WHERE account_id = ? AND kind = ? AND name = ?");

    public SqliteStatement PutStoreKey { get; } = database.Prepare("INSERT OR REPLACE INTO store_keys (id, wrapped) VALUES (?, ?)");

    public SqliteStatement PutLifecyclePlace { get; } = database.Prepare("INSERT OR REPLACE INTO lifecycle_place (id, record) VALUES (1, ?)");

    public SqliteStatement DeleteLifecyclePlace { get; } = database.Prepare("DELETE FROM lifecycle_place");

    public SqliteStatement HighestBoot { get; } = database.Prepare("SELECT ifnull(max(boot), 0) FROM boots WHERE node = ?");

    public SqliteStatement PutBoot { get; } = database.Prepare("INSERT OR REPLACE INTO boots (node, boot, swept) VALUES (?, ?, ?)");

    /// <summary>The numbers of the meta row.</summary>
    public SqliteMeta ReadMeta()
    {
        using var statement = new SqliteStatement(database, "SELECT sequence, last_order, last_bucket_id FROM meta WHERE id = 1");
        return statement.First(row => new SqliteMeta(row.Int64(0), row.Int64(1), row.Int64(2)));
    }
}
