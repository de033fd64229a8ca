namespace BleepStore.Api.Pipeline;

/// <summary>
/// Keeps connections unambiguous for clients that ask before they send (<c>Expect: 100-continue</c>): an answer without a
/// preceding 100 closes the connection, as the client is then free to send the body or not (RFC 9110, 10.1.1).
/// </summary>
/// <remarks>
/// Kestrel would keep the connection and take the next request for the missing body. It also sends no 100 where the body is
/// empty; botocore then remembers the status line and reads the next answer on that connection wrongly, until its time-out.
/// </remarks>
internal static class ExpectContinue
{
    /// <summary>To be called before anything reads the body.</summary>
    public static void Guard(HttpContext context)
    {
        if (!HttpProtocol.IsHttp11(context.Request.Protocol)
            || !string.Equals(context.Request.Headers.Expect, "100-continue", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var body = new WatchedBody(context.Request.Body);
        context.Request.Body = body;
        context.Response.OnStarting(static state =>
        {
            var (context, body) = ((HttpContext, WatchedBody))state;
            if (!body.WasRead || context.Request.ContentLength == 0)
            {
                context.Response.Headers.Connection = "close";
            }

            return Task.CompletedTask;
        }, (context, body));
    }

    /// <summary>The request's body, which knows whether it was asked for: the first read is what makes Kestrel send the 100.</summary>
    private sealed class WatchedBody(Stream inner) : Stream
    {
        public bool WasRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            WasRead = true;
            return inner.ReadAsync(buffer, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
        {
            WasRead = true;
            return inner.Read(buffer, offset, count);
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
