using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local.Packs;

/// <summary>A blob within a pack, shown as the file of its own that it otherwise would have.</summary>
internal sealed class PackedBlobFile : IStorageFile
{
    private readonly PackFile _pack;
    private readonly long _start;
    private bool _disposed;

    /// <summary>Shows the blob of the entry at <paramref name="entry"/>.</summary>
    /// <param name="pack">Leased by the caller; this takes a lease of its own.</param>
    public PackedBlobFile(PackFile pack, long entry, long blobLength)
    {
        _pack = pack;
        _start = entry + PackLayout.HeaderSize;
        Length = BlobLayout.StoredLength(blobLength);
        pack.TryLease();
    }

    public long Length { get; }

    public int Read(Span<byte> buffer, long offset) =>
        _pack.File.Read(buffer[..(int)Math.Clamp(Length - offset, 0, buffer.Length)], _start + offset);

    public void Write(ReadOnlySpan<byte> bytes, long offset) => throw new NotSupportedException();

    public void SetLength(long length) => throw new NotSupportedException();

    public void StartWriteback(long offset, long length) => throw new NotSupportedException();

    public bool PunchHole(long offset, long length) => throw new NotSupportedException();

    public void Sync() => throw new NotSupportedException();

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _pack.Dispose();
        }
    }
}
