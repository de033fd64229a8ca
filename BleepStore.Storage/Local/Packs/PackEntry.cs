namespace BleepStore.Storage.Local.Packs;

/// <summary>What is remembered of one entry of a pack: 32 bytes, for a pack has thousands. Places are counted in sectors.</summary>
internal readonly record struct PackEntry(BlobId Id, uint HomeSector, uint Sector, uint Length, bool IsDead)
{
    public PackEntry(BlobId id, long home, long offset, long length, bool isDead)
        : this(id, (uint)(home / PackLayout.Sector), (uint)(offset / PackLayout.Sector), (uint)length, isDead)
    {
    }

    public long Home => (long)HomeSector * PackLayout.Sector;

    public long Offset => (long)Sector * PackLayout.Sector;

    /// <summary>Bytes from this entry to the next.</summary>
    public long Size => PackLayout.EntryLength(Length);

    public long End => Offset + Size;

    public StoredBlob ToBlob(ulong pack) =>
        new(Id, LocalObjectStorage.BackendName, new PackLocator(pack, Home).ToString(), Length, Size);
}
