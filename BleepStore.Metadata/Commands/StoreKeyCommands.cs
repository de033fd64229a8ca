using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>Keeps a wrapped key of the store where there is none of that number; the answer is the one that is kept.</summary>
public sealed record AddStoreKey : MetadataCommand<ReadOnlyMemory<byte>>
{
    public required int Id { get; init; }

    public required ReadOnlyMemory<byte> WrappedKey { get; init; }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindStoreKey(Id) is { } present)
        {
            return present;
        }

        transaction.PutStoreKey(Id, WrappedKey);
        return WrappedKey;
    }
}

/// <summary>Puts the same key in another wrapping in place of the one that was read; false when that is not there any more.</summary>
public sealed record RewrapStoreKey : MetadataCommand<bool>
{
    public required StoreKeyRecord Before { get; init; }

    public required ReadOnlyMemory<byte> WrappedKey { get; init; }

    /// <inheritdoc/>
    public override bool Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindStoreKey(Before.Id) is not { } present || !present.Span.SequenceEqual(Before.WrappedKey.Span))
        {
            return false;
        }

        transaction.PutStoreKey(Before.Id, WrappedKey);
        return true;
    }
}
