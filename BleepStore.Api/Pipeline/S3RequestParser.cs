using System.Collections.Immutable;
using BleepStore.Api.Protocol;
using Microsoft.AspNetCore.Http.Features;

namespace BleepStore.Api.Pipeline;

/// <summary>
/// Reads bucket, key and query from the raw request target: the server's own path removes dot segments, which would name another key.
/// </summary>
internal sealed class S3RequestParser(ImmutableArray<string> domains, params ImmutableArray<string> websiteDomains)
{
    // The longest suffix wins, so that s3.example.com is found before example.com.
    private readonly ImmutableArray<string> _domains = [.. domains.OrderByDescending(domain => domain.Length)];
    private readonly ImmutableArray<string> _websiteDomains = [.. websiteDomains.OrderByDescending(domain => domain.Length)];

    /// <summary>Parses the head of a request.</summary>
    /// <exception cref="S3Exception">InvalidURI or KeyTooLongError.</exception>
    public IncomingRequest Parse(HttpContext context, string requestId)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var (path, query) = Split(target);
        var host = context.Request.Host.Value ?? "";
        var website = _websiteDomains.IsEmpty ? null : FindHostBucket(host, _websiteDomains);
        var hostBucket = website ?? FindHostBucket(host, _domains);
        var (bucket, key) = hostBucket is null ? SplitPath(path) : (hostBucket, NullIfEmpty(Decode(path[1..])));
        return new IncomingRequest
        {
            Method = context.Request.Method,
            RawPath = path.ToString(),
            Query = S3Query.Parse(query),
            Headers = context.Request.Headers,
            Host = host,
            RemoteAddress = context.Connection.RemoteIpAddress,
            IsTls = context.Request.IsHttps,
            Bucket = bucket,
            Key = CheckKey(key),
            IsVirtualHostStyle = hostBucket is not null,
            IsWebsite = website is not null,
            RequestId = requestId,
            Body = context.Request.Body,
            ContentLength = context.Request.ContentLength,
        };
    }

    /// <summary>The bucket that a host names in virtual-host style or as a website; null when the host is a domain itself or none of them.</summary>
    public string? FindHostBucket(ReadOnlySpan<char> host) => FindHostBucket(host, _websiteDomains) ?? FindHostBucket(host, _domains);

    private static string? FindHostBucket(ReadOnlySpan<char> host, ImmutableArray<string> domains)
    {
        var colon = host.LastIndexOf(':');
        var name = colon >= 0 && !host[colon..].Contains(']') ? host[..colon] : host;
        name = name.TrimEnd('.');
        foreach (var domain in domains)
        {
            if (name.Equals(domain, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            if (name.Length > domain.Length + 1 && name[^(domain.Length + 1)] == '.' && name.EndsWith(domain, StringComparison.OrdinalIgnoreCase))
            {
                return name[..^(domain.Length + 1)].ToString().ToLowerInvariant();
            }
        }

        return null;
    }

    private static PathAndQuery Split(ReadOnlySpan<char> target)
    {
        if (!target.StartsWith('/'))
        {
            // Absolute form: the host header was already taken from it by the server.
            var scheme = target.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0)
            {
                throw new S3Exception(S3Errors.InvalidURI);
            }

            var end = target[(scheme + 3)..].IndexOfAny('/', '?');
            target = end < 0 ? "/" : target[(scheme + 3 + end)..];
            if (target[0] == '?')
            {
                return new PathAndQuery("/", target[1..]);
            }
        }

        var question = target.IndexOf('?');
        return question < 0 ? new PathAndQuery(target, []) : new PathAndQuery(target[..question], target[(question + 1)..]);
    }

    private static (string? Bucket, string? Key) SplitPath(ReadOnlySpan<char> path)
    {
        var rest = path[1..];
        if (rest.IsEmpty)
        {
            return (null, null);
        }

        var slash = rest.IndexOf('/');
        return slash < 0
            ? (Decode(rest), null)
            : (Decode(rest[..slash]), NullIfEmpty(Decode(rest[(slash + 1)..])));
    }

    private static string Decode(ReadOnlySpan<char> text) => PercentEncoding.Decode(text, plusIsSpace: false);

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static string? CheckKey(string? key)
    {
        if (key is not null && System.Text.Encoding.UTF8.GetByteCount(key) is var size && size > S3Limits.MaxKeyBytes)
        {
            throw new S3Exception(S3Errors.KeyTooLongError
                .With("Size", size.ToString(System.Globalization.CultureInfo.InvariantCulture))
                .With("MaxSizeAllowed", "1024"));
        }

        return key;
    }

    private readonly ref struct PathAndQuery(ReadOnlySpan<char> path, ReadOnlySpan<char> query)
    {
        private readonly ReadOnlySpan<char> _path = path;
        private readonly ReadOnlySpan<char> _query = query;

        public void Deconstruct(out ReadOnlySpan<char> pathPart, out ReadOnlySpan<char> queryPart)
        {
            pathPart = _path;
            queryPart = _query;
        }
    }
}
