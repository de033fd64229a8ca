using System.Net;

namespace BleepStore.Api.Protocol;

/// <summary>A request as it was sent, parsed but not yet authenticated: what the verifier reads. Handlers never see it alone.</summary>
internal sealed class IncomingRequest
{
    /// <summary>HTTP method in upper case, as sent.</summary>
    public required string Method { get; init; }

    /// <summary>Path of the request target as sent: still percent-encoded, dot segments kept, without the query.</summary>
    public required string RawPath { get; init; }

    public required S3Query Query { get; init; }

    public required IHeaderDictionary Headers { get; init; }

    /// <summary>The Host header as sent, port included; the <c>:authority</c> of HTTP/2.</summary>
    public required string Host { get; init; }

    /// <summary>Address of who is at the other end of the connection; null where there is none.</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>True when the connection is encrypted.</summary>
    public bool IsTls { get; init; }

    /// <summary>Bucket named by path or host; null for the service itself.</summary>
    public required string? Bucket { get; init; }

    /// <summary>Object key, decoded once; null for the service or a bucket.</summary>
    public required string? Key { get; init; }

    /// <summary>True when the bucket came from the host name (virtual-host style).</summary>
    public bool IsVirtualHostStyle { get; init; }

    /// <summary>True when the host is that of a bucket's website: the answer is for a browser.</summary>
    public bool IsWebsite { get; init; }

    /// <summary>Sixteen hex digits that stand in the answer and in every log line of the request.</summary>
    public required string RequestId { get; init; }

    /// <summary>The raw body; read only through the verified body.</summary>
    public required Stream Body { get; init; }

    /// <summary>Content-Length, null when chunked or absent.</summary>
    public required long? ContentLength { get; init; }

    /// <summary>The header's only value, or null when absent. Several values are joined by commas, as HTTP defines.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var values) && values.Count > 0 ? values.ToString() : null;
}
