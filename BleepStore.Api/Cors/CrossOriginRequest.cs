using System.Collections.Immutable;
using BleepStore.Api.Configurations;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Cors;

/// <summary>What a browser tells of a request that a page of another origin makes.</summary>
/// <param name="Origin">The page's origin.</param>
/// <param name="Method">Method of the request, or of the one that a preflight asks about.</param>
/// <param name="Headers">Headers that a preflight asks about; empty for the request itself.</param>
internal sealed record CrossOriginRequest(string Origin, string Method, ImmutableArray<string> Headers)
{
    public const string MethodHeader = "Access-Control-Request-Method";
    public const string HeadersHeader = "Access-Control-Request-Headers";

    /// <summary>Null for a request that names no origin.</summary>
    public static CrossOriginRequest? Of(IncomingRequest request)
        => request.Header("Origin") is { Length: > 0 } origin
            ? new CrossOriginRequest(
                origin,
                request.Header(MethodHeader) ?? request.Method,
                [.. (request.Header(HeadersHeader) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)])
            : null;

    /// <summary>One of the headers that can be the name of none; null when all can.</summary>
    public string? InvalidHeader => Headers.FirstOrDefault(header => !CorsRule.IsHeaderName(header));

    /// <summary>True when a rule allows it.</summary>
    public bool IsAllowedBy(CorsRule rule)
        => rule.AllowedMethods.Contains(Method)
            && rule.AllowedOrigins.Any(pattern => Fits(Origin, pattern, StringComparison.Ordinal))
            && Headers.All(header => rule.AllowedHeaders.Any(pattern => Fits(header, pattern, StringComparison.OrdinalIgnoreCase)));

    private static bool Fits(string text, string pattern, StringComparison comparison)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? text.Equals(pattern, comparison)
            : text.Length >= pattern.Length - 1
                && text.AsSpan().StartsWith(pattern.AsSpan(0, star), comparison)
                && text.AsSpan().EndsWith(pattern.AsSpan(star + 1), comparison);
    }
}
