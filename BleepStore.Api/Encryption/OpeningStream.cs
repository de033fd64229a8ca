using System.Buffers;
using System.Runtime.CompilerServices;
using BleepStore.Api.Content;
using BleepStore.Storage;

namespace BleepStore.Api.Encryption;

/// <summary>
/// Decrypts a range of a segment. No byte of a frame is handed out before the whole frame is known to be what was written there.
/// </summary>
internal sealed class OpeningStream : ForwardStream
{
    private readonly Stream _source;
    private readonly SegmentCipher _cipher;
    private readonly BlobId _id;
    private readonly long _storedLength;
    private long _number;
    private int _skip;
    private long _left;
    private byte[]? _frame;
    private int _frameAt;
    private int _frameEnd;
    private bool _hasFailed;
    private bool _isDisposed;

    private OpeningStream(Stream source, SegmentCipher cipher, BlobId id, long plainLength, long offset, long length)
    {
        (_source, _cipher, _id) = (source, cipher, id);
        _storedLength = SealedLayout.StoredLength(plainLength);
        _number = offset / SealedLayout.PlainFrameBytes;
        _skip = (int)(offset % SealedLayout.PlainFrameBytes);
        _left = length;
    }

    /// <summary>Which stored bytes hold a range of the content.</summary>
    public static (long Offset, long Length) StoredRange(long plainLength, long offset, long length)
    {
        var first = offset / SealedLayout.PlainFrameBytes * SealedLayout.FrameBytes;
        var end = ((offset + length - 1) / SealedLayout.PlainFrameBytes * SealedLayout.FrameBytes) + SealedLayout.FrameBytes;
        return (first, Math.Min(end, SealedLayout.StoredLength(plainLength)) - first);
    }

    /// <summary>Opens a range that is not empty.</summary>
    /// <param name="source">The stored bytes of <see cref="StoredRange"/>; owned from now on.</param>
    /// <param name="cipher">The segment's; owned from now on.</param>
    /// <param name="plainLength">Content of the whole segment.</param>
    public static OpeningStream Open(Stream source, SegmentCipher cipher, BlobId id, long plainLength, long offset, long length)
        => new(source, cipher, id, plainLength, offset, length);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_hasFailed)
        {
            // An end would look like that of the range.
            throw Damaged();
        }

        var total = 0;
        while (_left > 0 && total < buffer.Length)
        {
            var room = buffer[total..];
            if (_frameAt < _frameEnd)
            {
                total += TakeBuffered(room.Span);
                continue;
            }

            var stored = (int)Math.Min(SealedLayout.FrameBytes, _storedLength - (_number * SealedLayout.FrameBytes));
            var plain = stored - SealedLayout.TagBytes;
            if (_skip == 0 && plain <= _left && room.Length >= stored)
            {
                // Decrypted where it is read.
                await ReadFrameAsync(room[..stored], cancellationToken);
                _left -= plain;
                total += plain;
                continue;
            }

            // Stopping at the border of a frame lets the next call decrypt in place again.
            if (total > 0)
            {
                break;
            }

            _frame ??= ArrayPool<byte>.Shared.Rent(SealedLayout.FrameBytes);
            await ReadFrameAsync(_frame.AsMemory(0, stored), cancellationToken);
            (_frameAt, _frameEnd) = (_skip, plain);
            _skip = 0;
        }

        return total;
    }

    public override async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _source.Dispose();
            _cipher.Dispose();
            if (_frame is not null)
            {
                ArrayPool<byte>.Shared.Return(_frame);
                _frame = null;
            }
        }

        base.Dispose(disposing);
    }

    private int TakeBuffered(Span<byte> room)
    {
        var count = (int)Math.Min(Math.Min(room.Length, _frameEnd - _frameAt), _left);
        _frame.AsSpan(_frameAt, count).CopyTo(room);
        _frameAt += count;
        _left -= count;
        return count;
    }

    /// <summary>Reads the next frame and decrypts it in place.</summary>
    private async ValueTask ReadFrameAsync(Memory<byte> frame, CancellationToken cancellationToken)
    {
        var count = await _source.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, cancellationToken);
        var isLast = (_number * SealedLayout.FrameBytes) + frame.Length == _storedLength;
        if (count < frame.Length || !_cipher.TryOpen(_number, isLast, frame.Span, frame.Span[..^SealedLayout.TagBytes]))
        {
            _hasFailed = true;
            throw Damaged();
        }

        _number++;
    }

    private BlobCorruptException Damaged() => new(_id, $"frame {_number} fails its authentication");
}
