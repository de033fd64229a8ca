namespace BleepStore.Metadata.Sqlite;

/// <summary>The rows of keys of the store.</summary>
internal sealed partial class SqliteTransaction
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? FindStoreKey(int id) => _queries.FindStoreKey(id);

    /// <inheritdoc/>
    public void PutStoreKey(int id, ReadOnlyMemory<byte> wrappedKey) => Write(_rows.PutStoreKey.Bind(id).Bind(wrappedKey.Span));
}
