using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The query for how far lifecycle rules have come.</summary>
public sealed partial class SqliteMetadataStore
{
    /// <inheritdoc/>
    public ValueTask<LifecyclePlace?> FindLifecyclePlaceAsync(CancellationToken cancellationToken)
        => ReadAsync(0, static (queries, _) => queries.FindLifecyclePlace(), cancellationToken);
}
