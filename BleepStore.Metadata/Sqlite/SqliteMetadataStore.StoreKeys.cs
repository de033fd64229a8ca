using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The queries for keys of the store.</summary>
public sealed partial class SqliteMetadataStore
{
    /// <inheritdoc/>
    public ValueTask<ImmutableArray<StoreKeyRecord>> ListStoreKeysAsync(CancellationToken cancellationToken)
        => ReadAsync(0, static (queries, _) => queries.ListStoreKeys().ToImmutableArray(), cancellationToken);
}
