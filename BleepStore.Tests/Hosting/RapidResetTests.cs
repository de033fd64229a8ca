using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using BleepStore.Tests.Api;
using BleepStore.Tests.Clients;

namespace BleepStore.Tests.Hosting;

/// <summary>HTTP/2 streams that are opened and reset at once, thousands on one connection: https://www.cve.org/CVERecord?id=CVE-2023-44487</summary>
/// <remarks>Alone, because it watches the memory of the whole process.</remarks>
[Collection(nameof(Alone))]
public sealed class RapidResetTests : IAsyncLifetime
{
    private const int Streams = 20_000;
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte Settings = 4;
    private const byte GoAway = 7;
    private const byte EndHeaders = 4;
    private const byte EndStream = 1;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bleepstore-reset-");
    private TestServer _server = null!;
    private string _thumbprint = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var (certificate, key) = SelfSignedCertificate.Create(_directory.FullName, TimeProvider.System);
        using (var loaded = X509CertificateLoader.LoadCertificateFromFile(certificate))
        {
            _thumbprint = loaded.GetCertHashString();
        }

        _server = await TestServer.StartAsync(options => options.Set("server.tls.cert", certificate).Set("server.tls.key", key));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("PUT", "/bucket/key")]
    public async Task Streams_that_are_reset_at_once_neither_stop_nor_fill_the_server(string method, string path)
    {
        (await AskAsync()).ShouldBe(HttpStatusCode.Forbidden);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _server.Endpoint.Port, Token);
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, IsOurs);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2] }, Token);
        await tls.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])], Token);

        var reading = ReadGoAwayAsync(tls);
        var flooding = FloodAsync(tls, method, path, reading);

        // Others are served meanwhile, and afterwards.
        do
        {
            (await AskAsync()).ShouldBe(HttpStatusCode.Forbidden);
        }
        while (!flooding.IsCompleted);

        // The server takes it all, or ends the connection.
        if (await flooding < Streams)
        {
            await reading.WaitAsync(Patience.Limit, Token);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(64 << 20);
        _server.Log.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal)).Take(3).ShouldBeEmpty();
        (await AskAsync()).ShouldBe(HttpStatusCode.Forbidden);
    }

    /// <summary>How many streams were opened before all were or the server had enough.</summary>
    private async Task<int> FloodAsync(SslStream tls, string method, string path, Task reading)
    {
        byte[] block =
        [
            .. Literal(0x02, method), .. Literal(0x04, path), 0x87, .. Literal(0x01, _server.Endpoint.Authority),
        ];
        var flags = method == "GET" ? (byte)(EndHeaders | EndStream) : EndHeaders;
        var opened = 0;
        try
        {
            for (; opened < Streams && !reading.IsCompleted; opened += 100)
            {
                var burst = Enumerable.Range(opened, 100).SelectMany(
                    number => (byte[])[.. Frame(Headers, flags, (2 * number) + 1, block), .. Frame(ResetStream, 0, (2 * number) + 1, [0, 0, 0, 8])]);
                await tls.WriteAsync(burst.ToArray(), Token);
            }
        }
        catch (IOException)
        {
            // The server has closed the connection.
        }

        return opened;
    }

    /// <summary>Reads what comes, until the server ends the connection.</summary>
    private static async Task ReadGoAwayAsync(SslStream tls)
    {
        var head = new byte[9];
        var payload = new byte[1 << 16];
        try
        {
            while (await tls.ReadAtLeastAsync(head, 9, throwOnEndOfStream: false, Token) == 9 && head[3] != GoAway)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(head) >> 8;
                await tls.ReadExactlyAsync(payload.AsMemory(0, length), Token);
            }
        }
        catch (IOException)
        {
        }
    }

    private async Task<HttpStatusCode> AskAsync()
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = IsOurs;
        using var client = new HttpClient(handler) { Timeout = Patience.Limit };
        using var answer = await client.GetAsync(_server.Endpoint, Token);
        return answer.StatusCode;
    }

    private bool IsOurs(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        => certificate?.GetCertHashString() == _thumbprint;

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    /// <summary>A header of the static table with a value of its own, in HPACK.</summary>
    private static byte[] Literal(byte name, string value) => [name, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}
