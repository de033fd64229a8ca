using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BleepStore.Api.Hosting;

/// <summary>The web server's limits and encodings: the same for the process and for the tests that attack it.</summary>
internal static class S3Kestrel
{
    private const int MaxHeaderBytes = 32 * 1024;
    private const int MaxRequestLineBytes = 16 * 1024;
    private const int MaxHeaders = 200;
    private const int WindowBytes = 1 << 20;

    /// <summary>Bytes of a body that are read from a connection before somebody asked for them: the memory that each upload costs.</summary>
    public const int ReadAheadBytes = 256 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Configure(KestrelServerOptions kestrel)
    {
        // The pipeline says who answers; keys and user metadata may hold any UTF-8, and come back as they were sent.
        kestrel.AddServerHeader = false;

        // Of a length the server reads digits by itself; with an encoding of ours it would cut the connection over a long one, without an answer.
        kestrel.RequestHeaderEncodingSelector = static name => name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? null : StrictUtf8;
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.UTF8;
        kestrel.AllowSynchronousIO = false;
        var limits = kestrel.Limits;

        // Lengths of bodies are judged by the operations, each with its own limit and S3's own error.
        limits.MaxRequestBodySize = null;
        limits.MaxRequestBufferSize = ReadAheadBytes;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(30));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(30));
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        limits.Http2.MaxStreamsPerConnection = DescriptorLimit.StreamsPerConnection;
        limits.Http2.InitialConnectionWindowSize = 4 * WindowBytes;
        limits.Http2.InitialStreamWindowSize = WindowBytes;
    }
}
