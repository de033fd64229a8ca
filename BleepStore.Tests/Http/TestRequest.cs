using System.Globalization;
using System.Net;
using System.Text;
using BleepStore.Api.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace BleepStore.Tests.Http;

/// <summary>A request as raw text, to be signed, spoiled, and given to the verifier or written to a socket byte for byte.</summary>
internal sealed class TestRequest(string method, string target, string host = "127.0.0.1:9000")
{
    public string Method { get; set; } = method;

    /// <summary>Path and query as they stand in the request line.</summary>
    public string Target { get; set; } = target;

    public string Host { get; set; } = host;

    /// <summary>All headers but Host, in order; a name may come twice.</summary>
    public List<KeyValuePair<string, string>> Headers { get; } = [];

    public byte[] Body { get; set; } = [];

    /// <summary>The bucket when the host names it (virtual-host style); null for path style.</summary>
    public string? HostBucket { get; set; }

    /// <summary>Where it comes from; null for nowhere.</summary>
    public IPAddress? RemoteAddress { get; set; }

    public bool IsTls { get; set; }

    public string RawPath => Target.Split('?', 2)[0];

    public string RawQuery => Target.Split('?', 2) is [_, var query] ? query : "";

    public TestRequest With(string name, string value)
    {
        Headers.Add(new(name, value));
        return this;
    }

    public TestRequest WithBody(string text)
    {
        Body = Encoding.UTF8.GetBytes(text);
        return this;
    }

    /// <summary>Replaces the header, whether it was there or not.</summary>
    public TestRequest Set(string name, string value) => Remove(name).With(name, value);

    public TestRequest Remove(string name)
    {
        Headers.RemoveAll(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        return this;
    }

    public TestRequest WithQuery(string text)
    {
        Target += (Target.Contains('?', StringComparison.Ordinal) ? "&" : "?") + text;
        return this;
    }

    /// <summary>The value of that header; several are joined by commas, null when there is none.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value).ToList();
        return values.Count == 0 ? null : string.Join(",", values);
    }

    /// <summary>The request as the pipeline hands it to the verifier.</summary>
    public IncomingRequest ToIncoming()
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in Headers)
        {
            headers[name] = StringValues.Concat(headers[name], value);
        }

        var names = HostBucket is null ? RawPath[1..].Split('/', 2) : [HostBucket, RawPath[1..]];
        return new IncomingRequest
        {
            Method = Method,
            RawPath = RawPath,
            Query = S3Query.Parse(RawQuery),
            Headers = headers,
            Host = Host,
            Bucket = names[0].Length == 0 ? null : PercentEncoding.Decode(names[0], plusIsSpace: false),
            Key = names.Length < 2 || names[1].Length == 0 ? null : PercentEncoding.Decode(names[1], plusIsSpace: false),
            IsVirtualHostStyle = HostBucket is not null,
            RemoteAddress = RemoteAddress,
            IsTls = IsTls,
            RequestId = "0123456789ABCDEF",
            Body = new MemoryStream(Body),
            ContentLength = Body.Length,
        };
    }

    /// <summary>The request as HTTP/1.1 bytes, with Host, a Content-Length unless one was given, and Connection: close.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Method} {Target} HTTP/1.1\r\nHost: {Host}\r\n");
        foreach (var (name, value) in Headers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (Header("Content-Length") is null && Header("Transfer-Encoding") is null)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        }

        if (Header("Connection") is null)
        {
            text.Append("Connection: close\r\n");
        }

        return [.. Encoding.UTF8.GetBytes(text.Append("\r\n").ToString()), .. Body];
    }
}
