using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BleepStore.Tests.Http;

/// <summary>Writes bytes to a socket and reads one answer: for requests that no HTTP client would send.</summary>
internal static class RawClient
{
    public static async Task<RawAnswer> SendAsync(Uri endpoint, ReadOnlyMemory<byte> request, CancellationToken cancellationToken, bool halfClose = false)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience.Limit);
        using var socket = await ConnectAsync(endpoint, limit.Token);
        var sending = WriteAsync(socket, request, halfClose, limit.Token);
        using var received = new MemoryStream();
        try
        {
            var buffer = new byte[16 * 1024];
            while (await socket.ReceiveAsync(buffer, limit.Token) is var count and > 0)
            {
                await received.WriteAsync(buffer.AsMemory(0, count), limit.Token);
                if (IsWhole(received.GetBuffer().AsSpan(0, (int)received.Length)))
                {
                    break;
                }
            }
        }
        catch (SocketException)
        {
            // A server that refuses early may reset the connection; what it said before counts.
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No end of the answer within {Patience.Limit}; so far: {RawAnswer.Parse(received.ToArray()).Status}", e);
        }

        await limit.CancelAsync();
        await sending;
        return RawAnswer.Parse(received.ToArray());
    }

    public static async Task<Socket> ConnectAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, endpoint.Port), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // The server may keep the connection for a while, for the rest of a body that it has refused: the answer is there nevertheless.
    private static bool IsWhole(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0 || received.StartsWith("HTTP/1.1 1"u8))
        {
            return false;
        }

        var head = Encoding.Latin1.GetString(received[..end]);
        const string name = "\r\nContent-Length: ";
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && long.TryParse(head[(at + name.Length)..].Split('\r')[0], out var length) && received.Length >= end + 4 + length;
    }

    private static async Task WriteAsync(Socket socket, ReadOnlyMemory<byte> request, bool halfClose, CancellationToken cancellationToken)
    {
        try
        {
            while (!request.IsEmpty)
            {
                request = request[await socket.SendAsync(request, cancellationToken)..];
            }

            if (halfClose)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The server has closed already: its answer tells why.
        }
    }
}
