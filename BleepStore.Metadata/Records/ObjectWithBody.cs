namespace BleepStore.Metadata.Records;

/// <summary>An object and, where the metadata store keeps them, its bytes: all that answers a read of a small object.</summary>
/// <param name="Object">The current version, or the one that was asked for.</param>
/// <param name="InlineBody">The bytes of its one segment, where that is inline; else null.</param>
public readonly record struct ObjectWithBody(ObjectRecord Object, ReadOnlyMemory<byte>? InlineBody);
