namespace BleepStore.Metadata.Records;

/// <summary>A key of the store itself, which wraps data keys of objects.</summary>
/// <param name="Id">Its number; the first is 1.</param>
/// <param name="WrappedKey">The key, wrapped by the root key; opaque to the metadata.</param>
public sealed record StoreKeyRecord(int Id, ReadOnlyMemory<byte> WrappedKey);
