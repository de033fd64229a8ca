using System.Text;

namespace BleepStore.Api.Protocol;

/// <summary>
/// How S3 carries user metadata that is not plain ASCII: as encoded words of RFC 2047. See
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
/// </summary>
internal static class EncodedWords
{
    /// <summary>The text that a metadata value means: encoded words are decoded, everything else is itself.</summary>
    public static string Decode(string value)
    {
        if (!value.Contains("=?", StringComparison.Ordinal))
        {
            return value;
        }

        var text = new StringBuilder();
        var position = 0;
        var afterWord = false;
        while (position < value.Length)
        {
            var start = value.IndexOf("=?", position, StringComparison.Ordinal);
            if (start < 0 || !TryDecodeWord(value, start, out var word, out var end))
            {
                end = start < 0 ? value.Length : start + 2;
                text.Append(value, position, end - position);
                (position, afterWord) = (end, false);
                continue;
            }

            // White space between two encoded words is part of neither.
            var between = value.AsSpan(position, start - position);
            text.Append(afterWord && between.IsWhiteSpace() ? [] : between).Append(word);
            (position, afterWord) = (end, true);
        }

        return text.ToString();
    }

    /// <summary>A metadata value as a header carries it: itself where it is printable ASCII, else one encoded word.</summary>
    public static string Encode(string value)
        => !value.AsSpan().ContainsAnyExceptInRange(' ', '~') && !value.Contains("=?", StringComparison.Ordinal)
            ? value
            : $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}?=";

    private static bool TryDecodeWord(string value, int start, out string word, out int end)
    {
        (word, end) = ("", start);
        var charsetEnd = value.IndexOf('?', start + 2);
        if (charsetEnd < 0 || charsetEnd + 2 >= value.Length || value[charsetEnd + 2] != '?')
        {
            return false;
        }

        var close = value.IndexOf("?=", charsetEnd + 3, StringComparison.Ordinal);
        if (close < 0 || FindCharset(value[(start + 2)..charsetEnd]) is not { } charset)
        {
            return false;
        }

        var bytes = value[charsetEnd + 1] switch
        {
            'B' or 'b' => DecodeBase64(value.AsSpan((charsetEnd + 3)..close)),
            'Q' or 'q' => DecodeQuoted(value.AsSpan((charsetEnd + 3)..close)),
            _ => null,
        };
        if (bytes is null)
        {
            return false;
        }

        try
        {
            (word, end) = (charset.GetString(bytes), close + 2);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static Encoding? FindCharset(string name) => name.ToUpperInvariant() switch
    {
        "UTF-8" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        "US-ASCII" or "ISO-8859-1" => Encoding.Latin1,
        _ => null,
    };

    private static byte[]? DecodeBase64(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64Chars(text, bytes, out var count) ? bytes[..count] : null;
    }

    private static byte[]? DecodeQuoted(ReadOnlySpan<char> text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '=')
            {
                bytes.Add(text[i] == '_' ? (byte)' ' : text[i] <= 0x7F ? (byte)text[i] : (byte)'?');
            }
            else if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add(Convert.FromHexString(text.Slice(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                return null;
            }
        }

        return [.. bytes];
    }
}
