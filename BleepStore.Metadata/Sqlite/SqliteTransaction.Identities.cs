using BleepStore.Metadata.RecordEncoding;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The rows of identities.</summary>
internal sealed partial class SqliteTransaction
{
    /// <inheritdoc/>
    public IdentityRecord? FindIdentity(string accountId, IdentityKind kind, string name) => _queries.Identities.Find(accountId, kind, name);

    /// <inheritdoc/>
    public IReadOnlyList<IdentityRecord> ListIdentities(string accountId, IdentityKind kind)
        => _queries.Identities.List(accountId, kind, after: null, int.MaxValue);

    /// <inheritdoc/>
    public int CountIdentities(string accountId, IdentityKind kind) => _queries.Identities.Count(accountId, kind);

    /// <inheritdoc/>
    public void PutIdentity(IdentityRecord identity)
    {
        Write(_rows.PutIdentity.Bind(identity.AccountId).Bind((int)identity.Kind).Bind(IdentityRecord.KeyOf(identity.Name))
            .Bind(IdentityRecordEncoding.Encode(_writer, identity)));
        _known.Identities.Change(KnownRows.IdentityKey(identity.AccountId, identity.Kind, identity.Name));
    }

    /// <inheritdoc/>
    public void DeleteIdentity(string accountId, IdentityKind kind, string name)
    {
        Write(_rows.DeleteIdentity.Bind(accountId).Bind((int)kind).Bind(IdentityRecord.KeyOf(name)));
        _known.Identities.Change(KnownRows.IdentityKey(accountId, kind, name));
    }
}
