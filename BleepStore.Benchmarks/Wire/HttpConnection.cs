using System.Buffers.Text;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace BleepStore.Benchmarks.Wire;

/// <summary>
/// One connection of a client that costs as little as a client can: blocking calls on a thread of its own, no allocation per request, bodies read and
/// dropped. It reads HTTP/1.1 with Content-Length or chunks. For one thread.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int BufferBytes = 256 << 10;
    private const int KeptErrorBytes = 400;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(2);

    private readonly Uri _url;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly MemoryStream _kept = new();
    private Socket? _socket;
    private SslStream? _tls;
    private int _start;
    private int _end;

    public HttpConnection(Uri url)
    {
        _url = url;
    }

    /// <summary>The last answer's head, as text, while <see cref="KeepsBodies"/>: for preparations, not for the measured path.</summary>
    public string LastHead { get; private set; } = "";

    /// <summary>The first bytes of the last body: all of it while <see cref="KeepsBodies"/>, else of an error only.</summary>
    public string LastBody => Encoding.UTF8.GetString(_kept.GetBuffer(), 0, (int)_kept.Length);

    /// <summary>True keeps heads and bodies of good answers too.</summary>
    public bool KeepsBodies { get; init; }

    /// <summary>Sends the request and reads the whole answer; connects first where needed. After an exception the connection is closed.</summary>
    public HttpAnswer Send(PreparedRequest request)
    {
        try
        {
            Connect();
            Write(request);
            return Read(request.IsHead, KeepsBodies || request.MayHideError);
        }
        catch
        {
            Close();
            throw;
        }
    }

    public void Dispose()
    {
        Close();
        _kept.Dispose();
    }

    private void Connect()
    {
        if (_socket is not null)
        {
            return;
        }

        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)AnswerTimeout.TotalMilliseconds,
            SendTimeout = (int)AnswerTimeout.TotalMilliseconds,
        };
        _socket.Connect(_url.Host, _url.Port);
        if (_url.Scheme == Uri.UriSchemeHttps)
        {
            _tls = new SslStream(new NetworkStream(_socket));
            _tls.AuthenticateAsClient(_url.Host);
        }

        _start = _end = 0;
    }

    private void Close()
    {
        _tls?.Dispose();
        _socket?.Dispose();
        _tls = null;
        _socket = null;
    }

    private void Write(PreparedRequest request)
    {
        foreach (var batch in request.Batches)
        {
            if (_tls is not null)
            {
                foreach (var piece in batch.Pieces)
                {
                    _tls.Write(piece);
                }

                continue;
            }

            var sent = batch.Pieces.Length == 1 ? _socket!.Send(batch.Pieces[0]) : _socket!.Send(batch.Pieces);
            if (sent != batch.LengthBytes)
            {
                throw new IOException($"Only {sent} of {batch.LengthBytes} bytes were taken.");
            }
        }
    }

    private HttpAnswer Read(bool isHead, bool keep)
    {
        int headEnd;
        int status;
        while (true)
        {
            headEnd = ReadHead();
            status = ParseStatus(_buffer.AsSpan(_start, headEnd - _start));
            if (status >= 200)
            {
                break;
            }

            _start = headEnd;
        }

        var head = AnswerHead.Parse(_buffer.AsSpan(_start, headEnd - _start));
        keep |= status >= 300;
        _kept.SetLength(0);
        if (KeepsBodies)
        {
            LastHead = Encoding.ASCII.GetString(_buffer, _start, headEnd - _start);
        }

        _start = headEnd;
        var length = isHead || status is 204 or 304 ? 0 : head.IsChunked ? ReadChunks(keep) : ReadBytes(head.ContentLength, keep);
        if (head.Closes)
        {
            Close();
        }

        return new HttpAnswer(status, length);
    }

    private int ReadHead()
    {
        var searched = _start;
        while (true)
        {
            var at = _buffer.AsSpan(searched, _end - searched).IndexOf("\r\n\r\n"u8);
            if (at >= 0)
            {
                return searched + at + 4;
            }

            var unread = _end - _start;
            searched = Math.Max(_start, _end - 3);
            if (_end == _buffer.Length || _start == _end)
            {
                _buffer.AsSpan(_start, unread).CopyTo(_buffer);
                searched -= _start;
                _start = 0;
                _end = unread;
            }

            Fill();
        }
    }

    private long ReadBytes(long count, bool keep)
    {
        for (var left = count; left > 0;)
        {
            if (_start == _end)
            {
                _start = _end = 0;
                Fill();
            }

            var taken = (int)Math.Min(left, _end - _start);
            Keep(taken, keep);
            _start += taken;
            left -= taken;
        }

        return count;
    }

    private long ReadChunks(bool keep)
    {
        var total = 0L;
        while (true)
        {
            var line = ReadLine();
            if (!Utf8Parser.TryParse(_buffer.AsSpan(line.Start, line.Length), out long size, out _, 'x'))
            {
                throw new IOException("The answer has a chunk without a size.");
            }

            if (size == 0)
            {
                while (ReadLine().Length > 0)
                {
                }

                return total;
            }

            total += ReadBytes(size, keep);
            ReadLine();
        }
    }

    private (int Start, int Length) ReadLine()
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var start = _start;
                _start += length + 2;
                return (start, length);
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
            Fill();
        }
    }

    private void Keep(int count, bool keep)
    {
        if (keep)
        {
            _kept.Write(_buffer, _start, KeepsBodies ? count : (int)Math.Min(count, KeptErrorBytes - _kept.Length));
        }
    }

    private void Fill()
    {
        var free = _buffer.AsSpan(_end);
        if (free.IsEmpty)
        {
            throw new IOException("The head of the answer is too long.");
        }

        var count = _tls is not null ? _tls.Read(free) : _socket!.Receive(free);
        if (count == 0)
        {
            throw new IOException("The server closed the connection before its answer ended.");
        }

        _end += count;
    }

    // HTTP/1.1 200 OK
    private static int ParseStatus(ReadOnlySpan<byte> head)
        => head.Length > 12 && Utf8Parser.TryParse(head[9..12], out int status, out _) ? status : throw new IOException("That is no HTTP answer.");
}
