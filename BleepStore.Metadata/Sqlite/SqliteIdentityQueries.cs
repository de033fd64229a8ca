using BleepStore.Metadata.RecordEncoding;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The prepared queries for accounts and their identities, of one connection.</summary>
internal sealed class SqliteIdentityQueries(SqliteDatabase database)
{
    private readonly SqliteStatement _accounts =
        database.Prepare("SELECT record FROM accounts WHERE account_id > ? ORDER BY account_id");

    private readonly SqliteStatement _identity =
        database.Prepare("SELECT record FROM identities WHERE account_id = ? AND kind = ? AND name = ?");

    private readonly SqliteStatement _identities =
        database.Prepare("SELECT record FROM identities WHERE account_id = ? AND kind = ? AND name > ? ORDER BY name");

    private readonly SqliteStatement _allIdentities =
        database.Prepare("SELECT record FROM identities WHERE account_id = ? AND kind = ? ORDER BY name");

    private readonly SqliteStatement _count =
        database.Prepare("SELECT COUNT(*) FROM identities WHERE account_id = ? AND kind = ?");

    public List<AccountRecord> ListAccounts(string? after, int limit)
        => _accounts.Bind(after ?? "").All(limit, row => AccountRecordEncoding.Decode(row.Bytes(0)));

    public IdentityRecord? Find(string accountId, IdentityKind kind, string name)
        => _identity.Bind(accountId).Bind((int)kind).Bind(IdentityRecord.KeyOf(name)).First(row => IdentityRecordEncoding.Decode(row.Bytes(0)));

    public List<IdentityRecord> List(string accountId, IdentityKind kind, string? after, int limit)
    {
        var rows = after is null
            ? _allIdentities.Bind(accountId).Bind((int)kind)
            : _identities.Bind(accountId).Bind((int)kind).Bind(IdentityRecord.KeyOf(after));
        return rows.All(limit, row => IdentityRecordEncoding.Decode(row.Bytes(0)));
    }

    public int Count(string accountId, IdentityKind kind)
        => _count.Bind(accountId).Bind((int)kind).First(static row => (int)row.Int64(0));
}
