namespace BleepStore.Storage.Memory;

/// <summary>
/// Bytes of any length in pieces, so that a large blob needs no large array and its source is read without a second copy.
/// </summary>
internal sealed class ChunkedBytes
{
    public const int ChunkSize = 256 * 1024;

    private readonly List<byte[]> _chunks = [];

    public long Length { get; private set; }

    /// <summary>Room for the next read, never empty; a byte beyond the announced length lets the source end or be found too long.</summary>
    public Memory<byte> Room(long? announced)
    {
        int filled = (int)(Length % ChunkSize);
        if (Length == (long)_chunks.Count * ChunkSize)
        {
            long wanted = announced is long length ? length - Length + 1 : ChunkSize;
            _chunks.Add(GC.AllocateUninitializedArray<byte>((int)Math.Clamp(wanted, 1, ChunkSize)));
        }

        return _chunks[^1].AsMemory(filled);
    }

    public void Advance(int count) => Length += count;

    /// <summary>Frees what <see cref="Room"/> gave and nobody filled. No more room is asked for afterwards.</summary>
    public void Trim()
    {
        if (_chunks.Count == 0)
        {
            return;
        }

        int used = (int)(Length - ((long)(_chunks.Count - 1) * ChunkSize));
        if (used == 0)
        {
            _chunks.RemoveAt(_chunks.Count - 1);
        }
        else if (_chunks[^1].Length - used > used / 8)
        {
            _chunks[^1] = _chunks[^1][..used];
        }
    }

    /// <summary>Copies from <paramref name="offset"/>; fewer bytes than there is room for only at the end of a chunk.</summary>
    public int Read(long offset, Span<byte> destination)
    {
        int within = (int)(offset % ChunkSize);
        var chunk = _chunks[(int)(offset / ChunkSize)].AsSpan(within);
        int count = (int)Math.Min(Math.Min(chunk.Length, destination.Length), Length - offset);
        chunk[..count].CopyTo(destination);
        return count;
    }
}

/// <summary>Reads a range of a blob in memory; the blob may be deleted meanwhile.</summary>
internal sealed class ChunkedReadStream(ChunkedBytes bytes, long offset, long length) : Stream
{
    private readonly long _end = offset + length;
    private long _position = offset;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, _end - _position);
        if (wanted == 0)
        {
            return 0;
        }

        int read = bytes.Read(_position, buffer[..wanted]);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new ValueTask<int>(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
