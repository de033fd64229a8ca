using System.Net.Sockets;

namespace BleepStore.Tests.Http;

/// <summary>One TCP connection to a server, for what no HTTP client would send or show.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private RawConnection(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    public static async Task<RawConnection> OpenAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
        return new RawConnection(client);
    }

    /// <summary>Sends a request that closes its connection, and reads everything that comes.</summary>
    public static async Task<RawResponse> SendAsync(Uri endpoint, TestRequest request, CancellationToken cancellationToken)
    {
        using var connection = await OpenAsync(endpoint, cancellationToken);
        await connection.WriteAsync(request.ToBytes(), cancellationToken);
        return RawResponse.Parse(await connection.ReadToEndAsync(cancellationToken), request.Method);
    }

    /// <summary>Writes; a server that has answered and closed already is no error here, its answer is read next.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _stream.WriteAsync(bytes, cancellationToken);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Tells the server that nothing more comes; its answer can still be read.</summary>
    public void EndWriting() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Reads at most as many bytes as fit; 0 at the end.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _stream.ReadAsync(buffer, cancellationToken);

    /// <summary>Reads up to the first occurrence of a text, and returns all that came.</summary>
    public async Task<byte[]> ReadUntilAsync(byte[] text, CancellationToken cancellationToken)
    {
        var bytes = new List<byte>();
        var buffer = new byte[1];
        while (!System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes).EndsWith(text))
        {
            if (await _stream.ReadAsync(buffer, cancellationToken) == 0)
            {
                break;
            }

            bytes.Add(buffer[0]);
        }

        return [.. bytes];
    }

    /// <summary>Reads one response of a known length, and leaves the connection as it is.</summary>
    public async Task<RawResponse> ReadResponseAsync(string method, CancellationToken cancellationToken)
    {
        List<byte> all = [.. await ReadUntilAsync("\r\n\r\n"u8.ToArray(), cancellationToken)];
        var buffer = new byte[64 * 1024];
        while (RawResponse.Parse([.. all], method) is { IsWhole: false } && await _stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            all.AddRange(buffer.AsSpan(0, count));
        }

        return RawResponse.Parse([.. all], method);
    }

    /// <summary>Reads until the server closes, or cuts, the connection.</summary>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            while (await _stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                await all.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        catch (IOException)
        {
        }

        return all.ToArray();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }
}
