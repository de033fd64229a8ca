namespace BleepStore.Tests.Crash.Recording;

/// <summary>The bytes of a file, zeros where nothing was written; copies share what neither changes.</summary>
internal sealed class SparseBytes
{
    private const int ChunkSize = 16 * 1024;

    private readonly List<byte[]?> _chunks;
    private readonly HashSet<int> _owned = [];

    public SparseBytes()
        : this([], 0)
    {
    }

    private SparseBytes(List<byte[]?> chunks, long length)
    {
        _chunks = chunks;
        Length = length;
    }

    public long Length { get; private set; }

    public SparseBytes Copy()
    {
        _owned.Clear();
        return new SparseBytes([.. _chunks], Length);
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Length = Math.Max(Length, offset + bytes.Length);
        while (!bytes.IsEmpty)
        {
            var within = (int)(offset % ChunkSize);
            var some = Math.Min(bytes.Length, ChunkSize - within);
            bytes[..some].CopyTo(Chunk((int)(offset / ChunkSize)).AsSpan(within));
            bytes = bytes[some..];
            offset += some;
        }
    }

    /// <summary>Makes zeros of what lies in a range; the length stays.</summary>
    public void Clear(long offset, long length)
    {
        for (var end = Math.Min(offset + length, (long)_chunks.Count * ChunkSize); offset < end;)
        {
            var index = (int)(offset / ChunkSize);
            var within = (int)(offset % ChunkSize);
            var some = (int)Math.Min(end - offset, ChunkSize - within);
            if (_chunks[index] is not null)
            {
                Chunk(index).AsSpan(within, some).Clear();
            }

            offset += some;
        }
    }

    /// <summary>Cuts, or extends by zeros.</summary>
    public void SetLength(long length)
    {
        if (length < Length)
        {
            Clear(length, Length - length);
        }

        Length = length;
    }

    public void SaveTo(string path)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        for (var index = 0; index < _chunks.Count; index++)
        {
            var at = (long)index * ChunkSize;
            if (_chunks[index] is { } chunk && at < Length)
            {
                RandomAccess.Write(file, chunk.AsSpan(0, (int)Math.Min(ChunkSize, Length - at)), at);
            }
        }

        RandomAccess.SetLength(file, Length);
    }

    private byte[] Chunk(int index)
    {
        while (_chunks.Count <= index)
        {
            _chunks.Add(null);
        }

        if (_owned.Add(index))
        {
            var copy = new byte[ChunkSize];
            _chunks[index]?.CopyTo(copy, 0);
            _chunks[index] = copy;
        }

        return _chunks[index]!;
    }
}
