using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using BleepStore.Api.Auth;
using BleepStore.Api.Bodies;
using BleepStore.Api.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BleepStore.Tests.Bodies;

/// <summary>Bodies as a real server gets them from clients that send too little, break off, or wait to be asked.</summary>
public sealed class KestrelBodyTests : IAsyncLifetime
{
    private readonly Channel<string> _outcomes = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(HandleAsync);
        await _server.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_whole_body_in_many_packets_arrives_whole()
    {
        var data = new byte[3_000_000];
        new Random(5).NextBytes(data);
        using var client = Connect();
        await SendAsync(client, $"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: {data.Length}\r\n\r\n");
        await client.SendAsync(data, Cancellation);
        (await OutcomeAsync()).ShouldBe(Convert.ToHexStringLower(MD5.HashData(data)));
    }

    [Fact]
    public async Task Chunks_of_both_kinds_at_once_are_decoded()
    {
        using var client = Connect();
        var sent = SentBody.Unsigned("123456789"u8.ToArray(), "x-amz-checksum-crc32:y/Q5Jg==\r\n\r\n", chunkBytes: 4);
        await SendAsync(client, "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nx-amz-decoded-content-length: 9\r\n"
            + "x-amz-trailer: x-amz-checksum-crc32\r\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n\r\n");
        foreach (var piece in sent.Wire.Chunk(7))
            await client.SendAsync((byte[])[.. Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"), .. piece, .. "\r\n"u8], Cancellation);

        await SendAsync(client, "0\r\n\r\n");
        (await OutcomeAsync()).ShouldBe("25f9e794323b453885f5181f1b624d0b");
    }

    [Fact]
    public async Task A_client_that_closes_early_sent_an_incomplete_body()
    {
        using var client = Connect();
        await SendAsync(client, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345");
        client.Shutdown(SocketShutdown.Send);
        (await OutcomeAsync()).ShouldBeOneOf("IncompleteBody", "cancelled");
    }

    [Fact]
    public async Task A_client_that_breaks_off_is_no_internal_error()
    {
        using (var client = Connect())
        {
            await SendAsync(client, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345");
            await _started.Task.WaitAsync(Patience.Limit, Cancellation);
            client.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        (await OutcomeAsync()).ShouldBeOneOf("IncompleteBody", "cancelled");
    }

    [Theory]
    [InlineData("", "HTTP/1.1 100 Continue")]
    [InlineData("Content-MD5: nonsense\r\n", "HTTP/1.1 200 OK")]
    public async Task A_client_that_waits_is_asked_for_its_body_only_when_the_headers_are_right(string header, string expected)
    {
        using var client = Connect();
        await SendAsync(client, $"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\nExpect: 100-continue\r\n{header}\r\n");
        var answer = new byte[expected.Length];
        var count = 0;
        while (count < answer.Length)
        {
            var received = await client.ReceiveAsync(answer.AsMemory(count), Cancellation);
            received.ShouldBePositive("The server closed before it answered.");
            count += received;
        }

        Encoding.ASCII.GetString(answer).ShouldBe(expected);
    }

    private async Task HandleAsync(HttpContext context)
    {
        _started.TrySetResult();
        string outcome;
        try
        {
            var isFramed = context.Request.Headers.ContainsKey("x-amz-content-sha256");
            using var body = RequestBody.Open(
                new IncomingRequest
                {
                    Method = context.Request.Method,
                    RawPath = "/",
                    Query = S3Query.Empty,
                    Headers = context.Request.Headers,
                    Host = "h",
                    Bucket = null,
                    Key = null,
                    RequestId = "0000000000000001",
                    Body = context.Request.Body,
                    ContentLength = context.Request.ContentLength,
                },
                isFramed ? new PayloadMode.StreamingUnsignedTrailer() : new PayloadMode.Unsigned(),
                new BodyRequirements(1 << 30));
            await body.Content.CopyToAsync(Stream.Null, context.RequestAborted);
            outcome = Convert.ToHexStringLower(body.Md5);
        }
        catch (S3Exception e)
        {
            outcome = e.Error.Code;
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
        }

        _outcomes.Writer.TryWrite(outcome);
        await context.Response.WriteAsync(outcome, CancellationToken.None);
    }

    private async Task<string> OutcomeAsync() => await _outcomes.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Patience.Limit, Cancellation);

    private Socket Connect()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect("127.0.0.1", new Uri(_server!.Urls.First()).Port);
        return socket;
    }

    private static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text), Cancellation);
}
