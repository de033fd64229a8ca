using System.Buffers;
using System.Buffers.Binary;
using BleepStore.Storage.Checksums;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local;

/// <summary>
/// Reads a range of a blob's file, verifying each frame before any byte of it is handed out. Reads complete synchronously.
/// </summary>
/// <remarks>
/// Whole frames are read straight into the caller's memory; give it room for 64 KiB or more and nothing is copied. (Bytes of a frame that
/// fails are in that memory then, but the read throws and says so.) A small blob is one open, one read, one close.
/// </remarks>
internal sealed class BlobReadStream : Stream
{
    // Up to here the whole file is read at once: a second read would cost more than copying so few bytes.
    private const int WholeFileLimit = BlobLayout.FrameSize - 1;

    private readonly BlobId _id;
    private readonly long _length;
    private readonly long _end;
    private IStorageFile? _file;
    private long _position;

    private byte[]? _frame;
    private long _bufferedFrame = -1;

    private byte[]? _page;
    private long _bufferedPage = -1;
    private bool _disposed;

    private BlobReadStream(IStorageFile file, BlobId id, long blobLength, long offset, long length)
    {
        _file = file;
        _id = id;
        _length = blobLength;
        _position = offset;
        _end = offset + length;
    }

    public override bool CanRead => !_disposed;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens a range that lies within the blob.</summary>
    /// <param name="file">The blob's file, owned from now on.</param>
    public static BlobReadStream Open(IStorageFile file, BlobId id, long blobLength, long offset, long length)
    {
        var stream = new BlobReadStream(file, id, blobLength, offset, length);
        try
        {
            stream.ReadTrailer();
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int total = 0;
        while (total < buffer.Length && _position < _end)
        {
            var room = buffer[total..];
            room = room[..(int)Math.Min(room.Length, _end - _position)];
            long frame = _position / BlobLayout.FrameSize;
            int read = frame == _bufferedFrame ? CopyBuffered(room) : ReadWholeFrames(frame, room);
            if (read == 0)
            {
                // Stopping at the border of a frame lets the next call read whole frames again.
                if (total > 0)
                {
                    break;
                }

                BufferFrame(frame);
                continue;
            }

            total += read;
            _position += read;
        }

        return total;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        try
        {
            return new ValueTask<int>(Read(buffer.Span));
        }
        catch (IOException exception)
        {
            return ValueTask.FromException<int>(exception);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(bufferSize, BlobLayout.FrameSize));
        try
        {
            int read;
            while ((read = await ReadAsync(buffer, cancellationToken)) > 0)
            {
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _file?.Dispose();
            _file = null;
            Return(ref _frame);
            Return(ref _page);
        }

        base.Dispose(disposing);
    }

    private static void Return(ref byte[]? buffer)
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = null;
        }
    }

    /// <summary>
    /// Reads header and, where one read does, more. A byte beyond the header is asked for too: getting none proves the end.
    /// </summary>
    private void ReadTrailer()
    {
        long stored = BlobLayout.StoredLength(_length);
        if (stored <= WholeFileLimit)
        {
            ReadWholeFile((int)stored);
            return;
        }

        long lastPage = BlobLayout.Pages(_length) - 1;
        bool wantsLastPage = _position / BlobLayout.FrameSize / BlobLayout.EntriesPerPage == lastPage;
        long start = wantsLastPage ? BlobLayout.PageOffset(_length, lastPage) : BlobLayout.HeaderOffset(_length);
        int expected = (int)(stored - start);
        _page = ArrayPool<byte>.Shared.Rent(BlobLayout.PageSize + BlobLayout.HeaderSize + 1);
        CheckEnd(_file!.Read(_page.AsSpan(0, expected + 1), start), expected, start);
        BlobLayout.CheckHeader(_page.AsSpan(expected - BlobLayout.HeaderSize, BlobLayout.HeaderSize), _id, _length);
        if (wantsLastPage)
        {
            CheckPage(lastPage);
        }
    }

    private void ReadWholeFile(int stored)
    {
        _frame = ArrayPool<byte>.Shared.Rent(stored + 1);
        CheckEnd(_file!.Read(_frame.AsSpan(0, stored + 1), 0), stored, 0);
        _file.Dispose();
        _file = null;
        BlobLayout.CheckHeader(_frame.AsSpan(stored - BlobLayout.HeaderSize, BlobLayout.HeaderSize), _id, _length);
        if (_length > 0)
        {
            _page = _frame;
            try
            {
                CheckPage(page: 0, offset: (int)_length);
                CheckFrame(0, _frame.AsSpan(0, (int)_length), EntryAt((int)_length));
            }
            finally
            {
                _page = null;
            }
        }

        _bufferedFrame = 0;
    }

    private int CopyBuffered(Span<byte> room)
    {
        long frameStart = _bufferedFrame * BlobLayout.FrameSize;
        int within = (int)(_position - frameStart);
        int available = (int)Math.Min(BlobLayout.FrameSize, _length - frameStart) - within;
        int count = Math.Min(available, room.Length);
        _frame.AsSpan(within, count).CopyTo(room);
        return count;
    }

    /// <summary>Reads as many whole frames as there is room for; 0 when not even one can go straight to the caller.</summary>
    private int ReadWholeFrames(long frame, Span<byte> room)
    {
        long start = frame * BlobLayout.FrameSize;
        if (_position != start)
        {
            return 0;
        }

        int count = start + room.Length == _length ? room.Length : room.Length - (room.Length % BlobLayout.FrameSize);
        if (count == 0)
        {
            return 0;
        }

        var bytes = room[..count];
        CheckPresent(_file!.Read(bytes, start), count, start);
        for (int at = 0; at < count; at += BlobLayout.FrameSize, frame++)
        {
            VerifyFrame(frame, bytes.Slice(at, Math.Min(BlobLayout.FrameSize, count - at)));
        }

        return count;
    }

    private void BufferFrame(long frame)
    {
        long start = frame * BlobLayout.FrameSize;
        int length = (int)Math.Min(BlobLayout.FrameSize, _length - start);
        _bufferedFrame = -1;
        _frame ??= ArrayPool<byte>.Shared.Rent(BlobLayout.FrameSize);
        CheckPresent(_file!.Read(_frame.AsSpan(0, length), start), length, start);
        VerifyFrame(frame, _frame.AsSpan(0, length));
        _bufferedFrame = frame;
    }

    private void VerifyFrame(long frame, ReadOnlySpan<byte> bytes)
    {
        long page = frame / BlobLayout.EntriesPerPage;
        if (page != _bufferedPage)
        {
            int length = (BlobLayout.EntriesInPage(_length, page) + 1) * BlobLayout.EntrySize;
            long start = BlobLayout.PageOffset(_length, page);
            _bufferedPage = -1;
            CheckPresent(_file!.Read(_page.AsSpan(0, length), start), length, start);
            CheckPage(page);
        }

        CheckFrame(frame, bytes, EntryAt((int)(frame % BlobLayout.EntriesPerPage) * BlobLayout.EntrySize));
    }

    private uint EntryAt(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_page.AsSpan(offset));

    private void CheckPage(long page, int offset = 0)
    {
        int length = BlobLayout.EntriesInPage(_length, page) * BlobLayout.EntrySize;
        if (BlobLayout.PageChecksum(_id, page, _page.AsSpan(offset, length)) != EntryAt(offset + length))
        {
            throw new BlobCorruptException(_id, $"page {page} of its checksums fails its own");
        }

        _bufferedPage = page;
    }

    private void CheckFrame(long frame, ReadOnlySpan<byte> bytes, uint expected)
    {
        if (Crc32C.Append(0, bytes) != expected)
        {
            throw new BlobCorruptException(_id, $"the {bytes.Length} bytes from {frame * BlobLayout.FrameSize} fail their checksum");
        }
    }

    private void CheckEnd(int read, int expected, long start)
    {
        CheckPresent(read, expected, start);
        if (read > expected)
        {
            throw new BlobCorruptException(_id, $"its file goes on behind byte {start + expected}");
        }
    }

    private void CheckPresent(int read, int expected, long start)
    {
        if (read < expected)
        {
            throw new BlobCorruptException(_id, $"its file ends at byte {start + read}, before {start + expected}");
        }
    }
}
