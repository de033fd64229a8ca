using System.Buffers;
using System.Runtime.CompilerServices;
using BleepStore.Api.Content;

namespace BleepStore.Api.Encryption;

/// <summary>
/// Encrypts what is read through it, frame by frame. The last frame comes only after the source has ended, so a source that throws at its last
/// read leaves bytes that nothing can open. Disposes the cipher, not the source.
/// </summary>
internal sealed class SealingStream(Stream source, SegmentCipher cipher) : ForwardStream
{
    private byte[] _plain = ArrayPool<byte>.Shared.Rent(SealedLayout.PlainFrameBytes);
    private byte[] _ahead = ArrayPool<byte>.Shared.Rent(SealedLayout.PlainFrameBytes);
    private byte[]? _sealed;
    private int _filled;
    private int _filledAhead;
    private int _sealedAt;
    private int _sealedEnd;
    private long _number;
    private bool _hasEnded;
    private bool _isDone;
    private bool _isDisposed;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_sealedAt == _sealedEnd)
        {
            if (_isDone)
            {
                return 0;
            }

            await FillAsync(cancellationToken);
            if (_isDone)
            {
                return 0;
            }

            var length = _filled + SealedLayout.TagBytes;
            if (buffer.Length >= length)
            {
                SealFrame(buffer.Span[..length]);
                return length;
            }

            _sealed ??= ArrayPool<byte>.Shared.Rent(SealedLayout.FrameBytes);
            SealFrame(_sealed.AsSpan(0, length));
            (_sealedAt, _sealedEnd) = (0, length);
        }

        var count = Math.Min(buffer.Length, _sealedEnd - _sealedAt);
        _sealed.AsSpan(_sealedAt, count).CopyTo(buffer.Span);
        _sealedAt += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            cipher.Dispose();
            ArrayPool<byte>.Shared.Return(_plain);
            ArrayPool<byte>.Shared.Return(_ahead);
            if (_sealed is not null)
            {
                ArrayPool<byte>.Shared.Return(_sealed);
            }
        }

        base.Dispose(disposing);
    }

    /// <summary>Fills a frame and learns whether another follows it.</summary>
    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        while (!_hasEnded && _filled < SealedLayout.PlainFrameBytes)
        {
            var count = await source.ReadAsync(_plain.AsMemory(_filled, SealedLayout.PlainFrameBytes - _filled), cancellationToken);
            _filled += count;
            _hasEnded = count == 0;
        }

        if (!_hasEnded)
        {
            _filledAhead = await source.ReadAsync(_ahead.AsMemory(0, SealedLayout.PlainFrameBytes), cancellationToken);
            _hasEnded = _filledAhead == 0;
        }

        // Only a source without any bytes ends without a frame.
        _isDone = _filled == 0;
    }

    private void SealFrame(Span<byte> target)
    {
        var isLast = _hasEnded && _filledAhead == 0;
        cipher.Seal(_number++, isLast, _plain.AsSpan(0, _filled), target);
        (_plain, _ahead) = (_ahead, _plain);
        (_filled, _filledAhead) = (_filledAhead, 0);
        _isDone = isLast;
    }
}
