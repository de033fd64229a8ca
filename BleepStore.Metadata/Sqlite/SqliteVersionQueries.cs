using BleepStore.Metadata.Listing;
using BleepStore.Metadata.RecordEncoding;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The prepared queries of noncurrent versions and delete markers on one connection; compiled when a bucket with versions is met.</summary>
internal sealed class SqliteVersionQueries(SqliteDatabase database)
{
    private readonly SqliteStatement _byId =
        database.Prepare("SELECT record FROM versions WHERE bucket_id = ? AND key = ? AND version_id = ?");

    private readonly SqliteStatement _byOrder =
        database.Prepare("SELECT record FROM versions WHERE bucket_id = ? AND key = ? AND \"order\" = ?");

    private readonly SqliteStatement _newest =
        database.Prepare("SELECT record FROM versions WHERE bucket_id = ? AND key = ? ORDER BY \"order\" DESC LIMIT 1");

    private readonly SqliteStatement _countNewer = database.Prepare(
        "SELECT count(*) FROM (SELECT 1 FROM versions WHERE bucket_id = ? AND key = ? AND \"order\" > ? LIMIT ?)");

    private readonly SqliteStatement _rows =
        database.Prepare("SELECT key, record FROM versions WHERE bucket_id = ? AND key >= ? ORDER BY key, \"order\" DESC");

    private readonly SqliteStatement _olderRows = database.Prepare(
        "SELECT key, record FROM versions WHERE bucket_id = ? AND key = ? AND \"order\" < ? ORDER BY \"order\" DESC");

    /// <summary>The statements that a cursor leaves in the middle of their rows.</summary>
    public SqliteStatement[] Rows => [_rows, _olderRows];

    public ObjectRecord? Find(long bucketId, string key, string versionId)
        => _byId.Bind(bucketId).BindKey(key).Bind(versionId).First(row => ObjectRecordEncoding.Decode(row.Bytes(0), key));

    public ObjectRecord? Find(long bucketId, string key, long order)
        => _byOrder.Bind(bucketId).BindKey(key).Bind(order).First(row => ObjectRecordEncoding.Decode(row.Bytes(0), key));

    public ObjectRecord? FindNewest(long bucketId, string key)
        => _newest.Bind(bucketId).BindKey(key).First(row => ObjectRecordEncoding.Decode(row.Bytes(0), key));

    public int CountNewer(long bucketId, string key, long order, int limit)
        => _countNewer.Bind(bucketId).BindKey(key).Bind(order).Bind(limit).First(row => row.Int32(0));

    /// <summary>A cursor over all of a bucket; one at a time.</summary>
    public IKeyCursor<ObjectRecord> OpenCursor(long bucketId) => new Cursor(_rows, _olderRows, bucketId);

    /// <summary>Walks versions by a statement that begins at a key, or by one that begins within a key, so that neither passes over rows.</summary>
    private sealed class Cursor(SqliteStatement rows, SqliteStatement olderRows, long bucketId) : IKeyCursor<ObjectRecord>
    {
        private bool _isWithinKey;

        public string Key { get; private set; } = "";

        public ObjectRecord Current => ObjectRecordEncoding.Decode(Statement.Bytes(1), Key);

        private SqliteStatement Statement => _isWithinKey ? olderRows : rows;

        public bool Seek(KeyBound bound)
        {
            rows.Reset();
            olderRows.Reset();
            _isWithinKey = bound.IsWithinKey;
            if (_isWithinKey)
            {
                olderRows.Bind(bucketId).BindKey(bound.Key).Bind(bound.BelowOrder);
                Key = bound.Key;
            }
            else
            {
                rows.Bind(bucketId).BindKey(bound);
            }

            return MoveNext();
        }

        public bool MoveNext()
        {
            if (!Statement.Step())
            {
                return _isWithinKey && Seek(KeyBound.After(Key));
            }

            Key = Statement.Text(0);
            return true;
        }
    }
}
