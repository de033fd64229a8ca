namespace BleepStore.Storage.Local.Packs;

/// <summary>A blob that somebody wants gone from a pack, and who waits for it.</summary>
internal sealed class PackDeletion(BlobId id, long length, long home) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public BlobId Id { get; } = id;

    public long Length { get; } = length;

    public long Home { get; } = home;
}
