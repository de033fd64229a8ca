using System.Buffers;
using System.Globalization;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>
/// Writes the canonical form of a request that Signature Version 4 hashes. See
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html#canonical-request
/// </summary>
internal static class CanonicalRequest
{
    private static readonly SearchValues<char> UnreservedOrSlash
        = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

    /// <summary>The canonical request in a writer that the caller disposes.</summary>
    public static Utf8Writer Write(IncomingRequest request, in SignatureV4Claim claim, ReadOnlySpan<char> payloadHash)
    {
        var writer = new Utf8Writer(1024);
        writer.Append(request.Method);
        writer.Append((byte)'\n');
        WritePath(ref writer, request.RawPath);
        writer.Append((byte)'\n');
        WriteQuery(ref writer, request.Query, claim.IsPresigned);
        writer.Append((byte)'\n');
        var list = claim.SignedHeaders.Span;
        foreach (var range in list.Split(';'))
        {
            writer.Append(list[range]);
            writer.Append((byte)':');
            WriteHeader(ref writer, request, list[range]);
            writer.Append((byte)'\n');
        }

        writer.Append((byte)'\n');
        writer.Append(list);
        writer.Append((byte)'\n');
        writer.Append(payloadHash);
        return writer;
    }

    // S3 decodes the path once and encodes it anew; unlike other services it keeps dot segments and empty ones, which name different keys.
    private static void WritePath(ref Utf8Writer writer, string rawPath)
    {
        if (rawPath.Length == 0)
        {
            writer.Append((byte)'/');
            return;
        }

        if (!rawPath.AsSpan().ContainsAnyExcept(UnreservedOrSlash))
        {
            writer.Append(rawPath);
            return;
        }

        for (var i = 0; i < rawPath.Length; i++)
        {
            var c = rawPath[i];
            if (c == '%')
            {
                const NumberStyles hex = NumberStyles.AllowHexSpecifier;
                if (i + 2 >= rawPath.Length || !byte.TryParse(rawPath.AsSpan(i + 1, 2), hex, CultureInfo.InvariantCulture, out var decoded))
                {
                    throw new S3Exception(S3Errors.InvalidURI);
                }

                c = (char)decoded;
                i += 2;
            }

            if (UnreservedOrSlash.Contains(c))
            {
                writer.Append((byte)c);
            }
            else
            {
                writer.AppendEscaped(c <= 0xFF ? (byte)c : throw new S3Exception(S3Errors.InvalidURI));
            }
        }
    }

    private static void WriteQuery(ref Utf8Writer writer, S3Query query, bool withoutSignature)
    {
        var parameters = query.Parameters;
        if (parameters.IsEmpty)
        {
            return;
        }

        var sorted = new QueryParameter[parameters.Length];
        var count = 0;
        foreach (var parameter in parameters)
        {
            if (!withoutSignature || !string.Equals(parameter.Name, SignatureV4Query.SignatureParameter, StringComparison.Ordinal))
            {
                sorted[count++] = parameter;
            }
        }

        // The order is that of the encoded text, in which a percent sign comes before every letter.
        for (var i = 0; i < count; i++)
        {
            sorted[i] = Encode(sorted[i]);
        }

        sorted.AsSpan(0, count).Sort(Compare);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                writer.Append((byte)'&');
            }

            writer.Append(sorted[i].Name);
            writer.Append((byte)'=');
            writer.Append(sorted[i].Value);
        }
    }

    private static QueryParameter Encode(in QueryParameter parameter) => parameter with
    {
        Name = PercentEncoding.Encode(parameter.Name, keepSlash: false),
        Value = PercentEncoding.Encode(parameter.Value, keepSlash: false),
    };

    private static int Compare(QueryParameter left, QueryParameter right)
        => string.CompareOrdinal(left.Name, right.Name) is var byName and not 0 ? byName : string.CompareOrdinal(left.Value, right.Value);

    private static void WriteHeader(ref Utf8Writer writer, IncomingRequest request, ReadOnlySpan<char> name)
    {
        if (name is "host")
        {
            WriteFolded(ref writer, request.Host);
            return;
        }

        if (!request.Headers.TryGetValue(SignedHeaderList.NameOf(name), out var values))
        {
            if (name is "content-length" && request.ContentLength is { } length)
            {
                writer.Append(length.ToString(CultureInfo.InvariantCulture));
            }

            return;
        }

        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0)
            {
                writer.Append((byte)',');
            }

            WriteFolded(ref writer, values[i]);
        }
    }

    // Trimmed, and each run of blanks inside becomes one space.
    private static void WriteFolded(ref Utf8Writer writer, ReadOnlySpan<char> value)
    {
        value = value.Trim(" \t");
        while (!value.IsEmpty)
        {
            var blank = value.IndexOfAny(' ', '\t');
            if (blank < 0)
            {
                writer.Append(value);
                return;
            }

            writer.Append(value[..blank]);
            writer.Append((byte)' ');
            value = value[blank..].TrimStart(" \t");
        }
    }
}
