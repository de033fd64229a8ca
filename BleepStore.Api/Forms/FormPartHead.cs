using System.Text;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Forms;

/// <summary>What the head of one part says that matters: the field's name, and the name of the file its bytes come from.</summary>
/// <param name="Name">Name of the field as sent.</param>
/// <param name="FileName">The file's name as sent, with its path; null when none is given.</param>
internal sealed record FormPartHead(string Name, string? FileName)
{
    private const string Disposition = "Content-Disposition:";
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the header lines of a part.</summary>
    /// <exception cref="S3Exception">MalformedPOSTRequest: no name, or not UTF-8.</exception>
    public static FormPartHead Parse(ReadOnlySpan<byte> head)
    {
        string text;
        try
        {
            text = StrictUtf8.GetString(head);
        }
        catch (DecoderFallbackException e)
        {
            throw new S3Exception(S3Errors.MalformedPOSTRequest, e);
        }

        FormPartHead? found = null;
        foreach (var line in text.Split("\r\n"))
        {
            if (line.StartsWith(Disposition, StringComparison.OrdinalIgnoreCase))
            {
                // Two answers to what a part is called are none.
                found = found is null ? ParseDisposition(line[Disposition.Length..]) : throw Malformed();
            }
        }

        return found ?? throw Malformed();
    }

    private static FormPartHead ParseDisposition(string value)
    {
        var rest = value.AsSpan().Trim(" \t");
        if (!rest.StartsWith("form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw Malformed();
        }

        rest = rest["form-data".Length..].TrimStart(" \t");
        string? name = null, fileName = null, encodedFileName = null;
        while (!rest.IsEmpty)
        {
            var equals = rest.IndexOf('=');
            if (rest[0] != ';' || equals < 0)
            {
                throw Malformed();
            }

            var parameter = rest[1..equals].Trim(" \t").ToString().ToLowerInvariant();
            var text = ReadValue(rest[(equals + 1)..].TrimStart(" \t"), out rest);
            switch (parameter)
            {
                case "name":
                    name = name is null ? text : throw Malformed();
                    break;
                case "filename":
                    fileName = fileName is null ? text : throw Malformed();
                    break;
                case "filename*":
                    encodedFileName = encodedFileName is null ? DecodeExtended(text) : throw Malformed();
                    break;
            }
        }

        return string.IsNullOrEmpty(name) ? throw Malformed() : new FormPartHead(name, encodedFileName ?? fileName);
    }

    // Only a quote is escaped in practice: browsers send the backslashes of a path as they are.
    private static string ReadValue(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        if (text.IsEmpty || text[0] != '"')
        {
            var end = text.IndexOf(';');
            rest = end < 0 ? [] : text[end..];
            return (end < 0 ? text : text[..end]).TrimEnd(" \t").ToString();
        }

        var value = new StringBuilder();
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                rest = text[(i + 1)..].TrimStart(" \t");
                return value.ToString();
            }

            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '"')
            {
                i++;
            }

            value.Append(text[i]);
        }

        throw Malformed();
    }

    /// <summary>The form <c>UTF-8''percent-encoded</c> that some clients give to names beyond ASCII.</summary>
    private static string DecodeExtended(string text)
    {
        var quote = text.IndexOf("''", StringComparison.Ordinal);
        if (quote < 0 || !text.AsSpan(0, quote).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            throw Malformed();
        }

        try
        {
            return PercentEncoding.Decode(text.AsSpan(quote + 2), plusIsSpace: false);
        }
        catch (S3Exception e)
        {
            throw new S3Exception(S3Errors.MalformedPOSTRequest, e);
        }
    }

    private static S3Exception Malformed() => new(S3Errors.MalformedPOSTRequest);
}
