namespace BleepStore.Metadata.Sqlite;

/// <summary>The numbers of the one meta row.</summary>
/// <param name="Sequence">Sequence of the last command that wrote.</param>
/// <param name="LastOrder">Last order given.</param>
/// <param name="LastBucketId">Last bucket id given.</param>
internal readonly record struct SqliteMeta(long Sequence, long LastOrder, long LastBucketId);
