using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using BleepStore.Storage.Checksums;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local;

/// <summary>
/// Writes one blob's bytes and trailer to an open file: few large writes from one pooled buffer, whatever pieces the source comes in.
/// </summary>
internal sealed class BlobWriter : IDisposable
{
    /// <summary>
    /// Four frames: long enough that the call costs little beside the bytes, short enough to stay in the processor's cache.
    /// </summary>
    public const int BufferSize = 4 * BlobLayout.FrameSize;

    // The device works on the first megabytes while the digests of the next ones are computed; the final sync has little left.
    private const long WritebackStride = 1024 * 1024;

    private readonly IStorageFile _file;
    private readonly BlobId _id;
    private readonly long? _announced;
    private readonly int _capacity;
    private byte[] _buffer;
    private uint[] _frames;
    private int _frameCount;
    private int _filled;
    private long _offset;
    private long _writebackStarted;

    public BlobWriter(IStorageFile file, BlobId id, long? announced)
    {
        _file = file;
        _id = id;
        _announced = announced;

        // A blob that fits, trailer included, is one write. The byte more lets the source be read to its end, and beyond a false length.
        long whole = announced is long length ? BlobLayout.StoredLength(length) + 1 : long.MaxValue;
        _buffer = UploadBuffers.Pool.Rent((int)Math.Min(whole, BufferSize));
        _capacity = Math.Min(_buffer.Length, BufferSize);
        _frames = ArrayPool<uint>.Shared.Rent((int)Math.Clamp(BlobLayout.Frames(announced ?? 0), 16, 64 * 1024));
    }

    /// <summary>Reads <paramref name="content"/> to its end and writes the whole file; returns the plain length.</summary>
    public async ValueTask<long> WriteAsync(Stream content, CancellationToken cancellationToken)
    {
        while (true)
        {
            int read = await content.ReadAsync(_buffer.AsMemory(_filled, _capacity - _filled), cancellationToken);
            if (read == 0)
            {
                break;
            }

            _filled += read;
            if (_offset + _filled > _announced)
            {
                throw WrongLength(_offset + _filled, "at least ");
            }

            if (_filled == _capacity)
            {
                DigestFrames();
                Flush();
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Finish();
    }

    public void Dispose()
    {
        UploadBuffers.Pool.Return(_buffer);
        ArrayPool<uint>.Shared.Return(_frames);
        _buffer = [];
        _frames = [];
    }

    private long Finish()
    {
        long length = _offset + _filled;
        if (_announced is long announced && announced != length)
        {
            throw WrongLength(length, "");
        }

        DigestFrames();
        for (long page = 0; page < BlobLayout.Pages(length); page++)
        {
            AppendPage(page, BlobLayout.EntriesInPage(length, page));
        }

        BlobLayout.WriteHeader(Reserve(BlobLayout.HeaderSize), _id, length);
        Flush();
        return length;
    }

    private void AppendPage(long page, int entries)
    {
        var bytes = Reserve((entries + 1) * BlobLayout.EntrySize);
        for (int i = 0; i < entries; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(i * BlobLayout.EntrySize)..], _frames[(page * BlobLayout.EntriesPerPage) + i]);
        }

        uint checksum = BlobLayout.PageChecksum(_id, page, bytes[..^BlobLayout.EntrySize]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[^BlobLayout.EntrySize..], checksum);
    }

    /// <summary>Room for the next piece of the trailer, behind what waits in the buffer.</summary>
    private Span<byte> Reserve(int length)
    {
        if (_buffer.Length - _filled < length)
        {
            Flush();
        }

        var reserved = _buffer.AsSpan(_filled, length);
        _filled += length;
        return reserved;
    }

    private void DigestFrames()
    {
        for (int start = 0; start < _filled; start += BlobLayout.FrameSize)
        {
            int length = Math.Min(BlobLayout.FrameSize, _filled - start);
            if (_frameCount == _frames.Length)
            {
                var larger = ArrayPool<uint>.Shared.Rent(2 * _frames.Length);
                _frames.CopyTo(larger.AsSpan());
                ArrayPool<uint>.Shared.Return(_frames);
                _frames = larger;
            }

            _frames[_frameCount++] = Crc32C.Append(0, _buffer.AsSpan(start, length));
        }
    }

    private void Flush()
    {
        _file.Write(_buffer.AsSpan(0, _filled), _offset);
        _offset += _filled;
        _filled = 0;
        if (_offset - _writebackStarted >= WritebackStride)
        {
            _file.StartWriteback(_writebackStarted, _offset - _writebackStarted);
            _writebackStarted = _offset;
        }
    }

    private EndOfStreamException WrongLength(long length, string qualifier) =>
        new(string.Create(
            CultureInfo.InvariantCulture, $"The source of blob {_id} has {qualifier}{length} bytes; {_announced} were announced."));
}
