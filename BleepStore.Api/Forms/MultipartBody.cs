using System.Text;
using BleepStore.Api.Bodies;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Forms;

/// <summary>
/// Reads a <c>multipart/form-data</c> body part after part, each as a stream: memory stays the window's, however long the parts are. See RFC 7578 and
/// RFC 2046, section 5.1. Not thread safe; a part is passed over by asking for the next.
/// </summary>
internal sealed class MultipartBody
{
    private const int WindowBytes = 64 * 1024;
    private const int MaxHeadBytes = 8 * 1024;

    // What a boundary line may have behind the boundary: white space of transports (RFC 2046), bounded.
    private const int MaxPaddingBytes = 64;

    private readonly BodyFraming _source;
    private readonly byte[] _delimiter;
    private readonly byte[] _window = new byte[WindowBytes];
    private int _start;
    private int _end;
    private bool _isInPart;
    private bool _isClosed;

    /// <summary>Starts before the first part. Reads nothing yet.</summary>
    /// <param name="source">The raw body.</param>
    /// <param name="boundary">The boundary that the content type names.</param>
    public MultipartBody(BodyFraming source, string boundary)
    {
        _source = source;
        _delimiter = Encoding.Latin1.GetBytes("\r\n--" + boundary);

        // The first boundary has no line break before it: with one put there, all are found alike.
        "\r\n"u8.CopyTo(_window);
        _end = 2;
    }

    /// <summary>Bytes of the body that parts, heads and boundaries have used up so far.</summary>
    public long Consumed { get; private set; } = -2;

    /// <summary>Bytes that a body whose last part this is has behind it.</summary>
    public int ClosingBytes => _delimiter.Length + "--\r\n".Length;

    /// <summary>The head of the next part; null behind the last.</summary>
    /// <exception cref="S3Exception">MalformedPOSTRequest: the body is no form, or is cut off.</exception>
    public async ValueTask<FormPartHead?> NextPartAsync(CancellationToken cancellationToken)
    {
        if (!_isInPart && !_isClosed)
        {
            // Whatever stands before the first boundary would be a part that a second reader sees and we do not.
            if (await FindDelimiterAsync(cancellationToken) != 0)
            {
                throw Malformed();
            }

            _isInPart = true;
        }

        if (_isClosed)
        {
            return null;
        }

        while (await FindDelimiterAsync(cancellationToken) is var unread and > 0)
        {
            Consume(unread);
        }

        Consume(_delimiter.Length);
        if (await IsNextAsync("--"u8.ToArray(), cancellationToken))
        {
            _isClosed = true;
            return null;
        }

        if (!(await ReadUntilAsync("\r\n"u8.ToArray(), MaxPaddingBytes, cancellationToken)).Span.Trim(" \t"u8).IsEmpty)
        {
            throw Malformed();
        }

        // An empty head is nothing but its line break.
        return await IsNextAsync("\r\n"u8.ToArray(), cancellationToken)
            ? throw Malformed()
            : FormPartHead.Parse((await ReadUntilAsync("\r\n\r\n"u8.ToArray(), MaxHeadBytes, cancellationToken)).Span);
    }

    /// <summary>Reads on in the current part; 0 is its end, where a boundary was seen.</summary>
    /// <exception cref="S3Exception">MalformedPOSTRequest: the body ends within the part.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_isClosed || !_isInPart || buffer.IsEmpty)
        {
            return 0;
        }

        var count = Math.Min(await FindDelimiterAsync(cancellationToken), buffer.Length);
        _window.AsSpan(_start, count).CopyTo(buffer.Span);
        Consume(count);
        return count;
    }

    /// <summary>How many bytes of the window surely lie before the next delimiter: 0 when it stands at the window's start.</summary>
    private async ValueTask<int> FindDelimiterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var window = _window.AsSpan(_start, _end - _start);
            var found = window.IndexOf(_delimiter);
            if (found >= 0)
            {
                return found;
            }

            // The last bytes may be the delimiter's first.
            var plain = window.Length - _delimiter.Length + 1;
            if (plain > 0)
            {
                return plain;
            }

            await FillAsync(cancellationToken);
        }
    }

    private async ValueTask<bool> IsNextAsync(byte[] expected, CancellationToken cancellationToken)
    {
        while (_end - _start < expected.Length)
        {
            await FillAsync(cancellationToken);
        }

        if (!_window.AsSpan(_start, expected.Length).SequenceEqual(expected))
        {
            return false;
        }

        Consume(expected.Length);
        return true;
    }

    /// <summary>What stands before the mark, which is passed over; valid until the next call.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> ReadUntilAsync(byte[] mark, int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var window = _window.AsSpan(_start, _end - _start);
            var found = window.IndexOf(mark);
            if (found > limit || (found < 0 && window.Length > limit + mark.Length))
            {
                throw Malformed();
            }

            if (found >= 0)
            {
                var bytes = _window.AsMemory(_start, found);
                Consume(found + mark.Length);
                return bytes;
            }

            await FillAsync(cancellationToken);
        }
    }

    private void Consume(int count)
    {
        _start += count;
        Consumed += count;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _window.AsSpan(_start, _end - _start).CopyTo(_window);
            (_start, _end) = (0, _end - _start);
        }

        var count = await _source.ReadAsync(_window.AsMemory(_end), cancellationToken);
        if (count == 0)
        {
            throw Malformed();
        }

        _end += count;
    }

    private static S3Exception Malformed() => new(S3Errors.MalformedPOSTRequest);
}
