using BleepStore.Metadata.RecordEncoding;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Sqlite;

/// <summary>The row that says how far lifecycle rules have come.</summary>
internal sealed partial class SqliteTransaction
{
    /// <inheritdoc/>
    public void PutLifecyclePlace(LifecyclePlace? place)
        => Write(place is null ? _rows.DeleteLifecyclePlace : _rows.PutLifecyclePlace.Bind(LifecyclePlaceEncoding.Encode(_writer, place)));
}
