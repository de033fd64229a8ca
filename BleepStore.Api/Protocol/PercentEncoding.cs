using System.Buffers;
using System.Text;

namespace BleepStore.Api.Protocol;

/// <summary>Percent coding as S3 signs and lists it: unreserved characters stay, everything else becomes upper-case <c>%XX</c> of its UTF-8 bytes.</summary>
internal static class PercentEncoding
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly SearchValues<char> Unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");
    private static readonly SearchValues<char> UnreservedAndSlash = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

    /// <summary>Decodes once, byte for byte, into well-formed UTF-8.</summary>
    /// <exception cref="S3Exception">InvalidURI: a broken percent sequence, bytes that are not UTF-8, or characters that cannot stand in a request line.</exception>
    public static string Decode(ReadOnlySpan<char> text, bool plusIsSpace)
    {
        if (!text.ContainsAny('%', '+') && System.Text.Ascii.IsValid(text))
        {
            return text.ToString();
        }

        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var count = 0;
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                if (c == '%')
                {
                    if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                    {
                        throw new S3Exception(S3Errors.InvalidURI);
                    }

                    bytes[count++] = (byte)((HexValue(text[i + 1]) << 4) | HexValue(text[i + 2]));
                    i += 2;
                }
                else if (c < 0x80)
                {
                    bytes[count++] = c == '+' && plusIsSpace ? (byte)' ' : (byte)c;
                }
                else
                {
                    // The request line is ISO 8859-1 to the server: a raw byte above 0x7F stands for itself.
                    bytes[count++] = c <= 0xFF ? (byte)c : throw new S3Exception(S3Errors.InvalidURI);
                }
            }

            return StrictUtf8.GetString(bytes, 0, count);
        }
        catch (DecoderFallbackException e)
        {
            throw new S3Exception(S3Errors.InvalidURI, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Encodes for a canonical query or an <c>encoding-type=url</c> listing.</summary>
    /// <param name="text">Any well-formed text.</param>
    /// <param name="keepSlash">True for paths and listed keys, where <c>/</c> stays.</param>
    public static string Encode(string text, bool keepSlash)
    {
        if (!text.AsSpan().ContainsAnyExcept(keepSlash ? UnreservedAndSlash : Unreserved))
        {
            return text;
        }

        var builder = new StringBuilder(text.Length * 2);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b < 0x80 && (keepSlash ? UnreservedAndSlash : Unreserved).Contains((char)b))
            {
                builder.Append((char)b);
            }
            else
            {
                builder.Append('%').Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);
            }
        }

        return builder.ToString();
    }

    private static int HexValue(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}
