using System.Buffers;
using System.Xml;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Pipeline;

/// <summary>The one place that puts answers on the wire: common headers, XML, errors, bytes.</summary>
internal sealed partial class S3ResponseWriter(TimeProvider time, ReadDamage damage, ILogger<S3ResponseWriter> logger)
{
    private const int FirstBytes = 64 * 1024;

    // Two frames: each chunk is handed to the thread that sends and waited for, which costs as much as reading one.
    private const int ChunkBytes = 128 * 1024;

    /// <summary>How long an answer may take before the connection is kept alive with white space, as AWS does for Copy and Complete.</summary>
    internal TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Writes the whole answer and returns what it came to: that of late work, or the error that the first bytes turned out to be. Throws what went
    /// wrong after the head was sent; the caller cuts the connection.
    /// </summary>
    public async ValueTask<S3Response> WriteAsync(HttpContext context, Exchange exchange, S3Response response)
    {
        if (response.Late is { } late)
        {
            return await WriteLateAsync(context, exchange, late);
        }

        if (response.Content is { } content)
        {
            await using (content)
            {
                return await WriteContentAsync(context, exchange, response, content);
            }
        }

        WriteHead(context, exchange, response);
        if (response.Document is not null || (response.Error is not null && response.Status != 304))
        {
            await WriteXmlAsync(context, exchange, response);
        }
        else if (response.ContentLength is { } length)
        {
            context.Response.ContentLength = length;
        }
        else if (response.Status is not (204 or 304))
        {
            context.Response.ContentLength = 0;
        }

        return response;
    }

    private static void WriteHead(HttpContext context, Exchange exchange, S3Response response)
    {
        context.Response.StatusCode = response.Status;
        var headers = context.Response.Headers;
        headers.Server = "BleepStore";
        headers["x-amz-request-id"] = exchange.RequestId;
        headers["x-amz-id-2"] = HostId(exchange.RequestId);
        if (exchange.Region is { } region)
        {
            headers["x-amz-bucket-region"] = region;
        }

        if (exchange.IsRequesterCharged)
        {
            headers["x-amz-request-charged"] = "requester";
        }

        exchange.CrossOrigin?.Write(headers);
        foreach (var (name, value) in response.Headers)
        {
            headers[name] = value;
        }

        if (response.Status is 503)
        {
            headers.RetryAfter = "1";
        }

        // A client that was not told to go on may send its body or not: what follows on this connection could not be understood.
        if (response.Error is not null && context.Request.Headers.Expect.Count > 0)
        {
            headers.Connection = "close";
        }
    }

    /// <summary>The value of <c>x-amz-id-2</c>.</summary>
    internal static string HostId(string requestId)
    {
        Span<byte> text = stackalloc byte["bleepstore/".Length + RequestIds.Length];
        "bleepstore/"u8.CopyTo(text);
        System.Text.Encoding.ASCII.GetBytes(requestId, text["bleepstore/".Length..]);
        return Convert.ToBase64String(text);
    }

    private static async Task WriteXmlAsync(HttpContext context, Exchange exchange, S3Response response)
    {
        using (var document = DocumentOf(response, exchange))
        {
            context.Response.ContentType = "application/xml";
            context.Response.ContentLength = S3XmlWriter.Declaration.Length + document.Length;
            if (HttpMethods.IsHead(context.Request.Method))
            {
                if (response.Error is not null)
                {
                    context.Response.ContentLength = null;
                }

                return;
            }

            exchange.BytesSent = S3XmlWriter.Declaration.Length + document.Length;
            context.Response.BodyWriter.Write(S3XmlWriter.Declaration);
            document.WriteTo(context.Response.BodyWriter);
        }

        // The connection's own blocks hold the document while its client reads: they serve all answers, the pieces of a document only the next one.
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static S3XmlWriter DocumentOf(S3Response response, Exchange exchange)
    {
        if (response.Document is { } document)
        {
            return document;
        }

        document = new S3XmlWriter();
        if (response.Error is { } error)
        {
            WriteError(document, error, exchange);
        }

        return document;
    }

    private static void WriteError(S3XmlWriter document, S3Error error, Exchange exchange)
    {
        document.Start("Error");
        document.Element("Code", error.Code);
        document.Element("Message", error.Message);
        foreach (var (name, value) in error.Details)
        {
            document.Element(name, ToXmlText(value));
        }

        document.Element("Resource", exchange.Incoming?.RawPath ?? "/");
        document.Element("RequestId", exchange.RequestId);
        document.Element("HostId", HostId(exchange.RequestId));
        document.End();
    }

    // What a client sent comes back in its error; a document that no parser takes would hide the code.
    private static string ToXmlText(string value)
        => string.Create(value.Length, value, static (text, source) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = XmlConvert.IsXmlChar(source[i]) || char.IsSurrogate(source[i]) ? source[i] : '\uFFFD';
            }
        });

    private async ValueTask<S3Response> WriteContentAsync(HttpContext context, Exchange exchange, S3Response response, Stream content)
    {
        var output = context.Response.BodyWriter;
        var remaining = response.ContentLength ?? 0;
        var count = 0;
        if (remaining > 0)
        {
            // The first read comes before the head: damage found there is still an honest error.
            var first = ArrayPool<byte>.Shared.Rent(FirstBytes);
            try
            {
                count = await content.ReadAsync(first.AsMemory(0, (int)Math.Min(first.Length, remaining)), context.RequestAborted);
                WriteHead(context, exchange, response);
                context.Response.ContentLength = remaining;
                first.AsMemory(0, count).CopyTo(output.GetMemory(Math.Max(1, count)));
            }
            catch (Exception e) when (!context.Response.HasStarted && e is not OperationCanceledException)
            {
                S3Response failed = ExceptionErrors.Map(e);
                damage.Note(e, exchange.RequestId, exchange.Incoming?.Bucket, exchange.Incoming?.Key);
                Log.Unreadable(logger, exchange.RequestId, e);
                WriteHead(context, exchange, failed);
                await WriteXmlAsync(context, exchange, failed);
                return failed;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(first);
            }
        }
        else
        {
            WriteHead(context, exchange, response);
            context.Response.ContentLength = 0;
        }

        while (remaining > 0)
        {
            if (count == 0)
            {
                throw new EndOfStreamException($"{remaining} bytes are missing.");
            }

            output.Advance(count);
            remaining -= count;
            exchange.BytesSent += count;
            var flushed = await output.FlushAsync(context.RequestAborted);
            if (flushed.IsCompleted || remaining == 0)
            {
                break;
            }

            var buffer = output.GetMemory(ChunkBytes);
            count = await content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, remaining)], context.RequestAborted);
        }

        return response;
    }

    private async Task<S3Response> WriteLateAsync(HttpContext context, Exchange exchange, Task<S3Response> late)
    {
        try
        {
            return await IsDoneWithinAsync(late, KeepAliveInterval)
                ? await WriteAsync(context, exchange, await late)
                : await KeepAliveAsync(context, exchange, late);
        }
        finally
        {
            // A client that went away cancels the work, but what it reads must stay until it has ended.
            await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<S3Response> KeepAliveAsync(HttpContext context, Exchange exchange, Task<S3Response> late)
    {
        WriteHead(context, exchange, S3Response.Ok());
        context.Response.ContentType = "application/xml";
        await context.Response.BodyWriter.WriteAsync(S3XmlWriter.Declaration.ToArray(), context.RequestAborted);
        while (!await IsDoneWithinAsync(late, KeepAliveInterval))
        {
            await context.Response.BodyWriter.WriteAsync(" "u8.ToArray(), context.RequestAborted);
        }

        var response = await late;
        using (var document = DocumentOf(response, exchange))
        {
            document.WriteTo(context.Response.BodyWriter);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        return response;
    }

    private async Task<bool> IsDoneWithinAsync(Task task, TimeSpan interval)
    {
        using var stop = new CancellationTokenSource();
        var winner = await Task.WhenAny(task, Task.Delay(interval, time, stop.Token));
        await stop.CancelAsync();
        return winner == task;
    }

    private static partial class Log
    {
        [LoggerMessage(1011, LogLevel.Error, "Request {RequestId}: the bytes could not be read")]
        public static partial void Unreadable(ILogger logger, string requestId, Exception exception);
    }
}
