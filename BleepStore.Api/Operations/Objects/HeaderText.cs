using System.Buffers;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Objects;

/// <summary>
/// Keeps out of answers what would break them: a stored or requested header value with a line break would let a client write the headers that
/// others receive. Percent-encoded in a presigned URL, such values get past the server's own parser.
/// </summary>
internal static class HeaderText
{
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>The header's value, null when absent or empty.</summary>
    /// <exception cref="S3Exception">InvalidArgument: it holds control characters.</exception>
    public static string? Read(S3Request request, string name)
        => request.Header(name) is { Length: > 0 } value ? Check(name, value) : null;

    /// <summary>The query parameter's value, null when absent or empty, where it is to become a header of the answer.</summary>
    /// <exception cref="S3Exception">InvalidArgument: it holds control characters.</exception>
    public static string? ReadQuery(S3Request request, string name)
        => request.Query[name] is { Length: > 0 } value ? Check(name, value) : null;

    /// <summary>The value, when an answer can carry that name and value.</summary>
    /// <exception cref="S3Exception">InvalidArgument.</exception>
    public static string Check(string name, string value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            throw new S3Exception(S3Errors.Argument(name, value, "Header name is invalid."));
        }

        foreach (var c in value)
        {
            if ((c < ' ' && c != '\t') || c == '\u007F')
            {
                throw new S3Exception(S3Errors.Argument(name, value, "Header value cannot be represented using ISO-8859-1."));
            }
        }

        return value;
    }
}
