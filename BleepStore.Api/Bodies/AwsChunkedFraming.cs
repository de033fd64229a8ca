using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using BleepStore.Api.Auth;

namespace BleepStore.Api.Bodies;

/// <summary>
/// The <c>aws-chunked</c> encoding: chunks with or without signatures, then trailers. Data goes straight into the caller's buffer; a
/// chunk's signature is verified when its last byte has passed, so nothing may be published before the clean end. See
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
/// </summary>
/// <param name="source">The raw body.</param>
/// <param name="signatures">The chain that verifies each chunk; null when chunks are not signed.</param>
/// <param name="trailers">What may follow the last chunk.</param>
internal sealed class AwsChunkedFraming(Stream source, ChunkSignatures? signatures, ChunkTrailers trailers) : BodyFraming(source)
{
    private const int MaxHeaderBytes = 8 * 1024;
    private const int MaxTrailerBytes = 16 * 1024;

    // What is read beyond a chunk header is copied once, so the window is small; it grows for a long line only.
    private const int WindowBytes = 512;

    private readonly IncrementalHash? _chunkHash = signatures is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly char[] _signature = new char[ChunkHeader.SignatureLength];
    private byte[] _window = new byte[WindowBytes];
    private int _start;
    private int _end;
    private long _remaining;
    private bool _insideChunk;

    /// <inheritdoc/>
    public override string? Trailer(string name) => trailers.Find(name);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_remaining == 0 && !await NextChunkAsync(cancellationToken))
            return 0;

        if (buffer.Length > _remaining)
            buffer = buffer[..(int)_remaining];

        var count = Math.Min(_end - _start, buffer.Length);
        if (count > 0)
        {
            _window.AsSpan(_start, count).CopyTo(buffer.Span);
            _start += count;
        }
        else
        {
            count = await ReceiveAsync(buffer, cancellationToken);
            if (count == 0)
                throw BodyRejection.Terminated.Exception();
        }

        _chunkHash?.AppendData(buffer.Span[..count]);
        _remaining -= count;
        return count;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _chunkHash?.Dispose();
        base.Dispose();
    }

    /// <summary>Closes the chunk that has passed and opens the next; false when that was the last, and all behind it is right.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> NextChunkAsync(CancellationToken cancellationToken)
    {
        if (_insideChunk)
        {
            VerifyChunk();
            if (!(await ReadLineAsync(limit: 0, BodyRejection.Terminated, cancellationToken)).IsEmpty)
                throw BodyRejection.Terminated.Exception();
        }

        var line = await ReadLineAsync(MaxHeaderBytes, BodyRejection.Terminated, cancellationToken);
        if (!ChunkHeader.TryParse(line.Span, isSigned: signatures is not null, _signature, out _remaining))
            throw BodyRejection.Terminated.Exception();

        _insideChunk = true;
        if (_remaining > 0)
            return true;

        VerifyChunk();
        await ReadTrailersAsync(cancellationToken);
        if (_start != _end || await ReceiveAsync(_window, cancellationToken) != 0)
            throw BodyRejection.LengthDiffers.Exception();

        return false;
    }

    private void VerifyChunk()
    {
        if (signatures is null)
            return;

        Span<byte> sha256 = stackalloc byte[SHA256.HashSizeInBytes];
        _chunkHash!.GetHashAndReset(sha256);
        if (!signatures.VerifyChunk(sha256, _signature))
            throw BodyRejection.ChunkSignatureDiffers.Exception();
    }

    private async ValueTask ReadTrailersAsync(CancellationToken cancellationToken)
    {
        var allowance = MaxTrailerBytes;
        while (true)
        {
            var line = await ReadLineAsync(allowance, BodyRejection.TrailerMalformed, cancellationToken);
            if (line.IsEmpty)
                break;

            allowance -= line.Length;
            trailers.Add(line.Span);
        }

        trailers.Verify(signatures);
    }

    /// <summary>The next line without its CRLF; valid until the next call.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOnlyMemory<byte>> ReadLineAsync(int limit, BodyRejection tooLong, CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            var length = _window.AsSpan(_start + searched, _end - _start - searched).IndexOf("\r\n"u8);
            if (length >= 0 && length + searched <= limit)
            {
                var line = _window.AsMemory(_start, length + searched);
                _start += line.Length + 2;
                return line;
            }

            // One byte more than the limit may be the CR of a line that is just short enough.
            if (length >= 0 || _end - _start > limit + 1)
                throw tooLong.Exception();

            searched = Math.Max(0, _end - _start - 1);
            await FillWindowAsync(cancellationToken);
        }
    }

    private async ValueTask FillWindowAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _window.AsSpan(_start, _end - _start).CopyTo(_window);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _window.Length)
            Array.Resize(ref _window, _window.Length * 2);

        var count = await ReceiveAsync(_window.AsMemory(_end), cancellationToken);
        if (count == 0)
            throw BodyRejection.Terminated.Exception();

        _end += count;
    }
}
