using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace BleepStore.Tests.Http;

/// <summary>A response as it came over the wire: nothing normalised, nothing hidden.</summary>
internal sealed class RawResponse
{
    private RawResponse(int status, List<KeyValuePair<string, string>> headers, byte[] body, bool isWhole, bool wasContinued)
    {
        Status = status;
        Headers = headers;
        Body = body;
        IsWhole = isWhole;
        WasContinued = wasContinued;
    }

    public int Status { get; }

    public List<KeyValuePair<string, string>> Headers { get; }

    public byte[] Body { get; }

    /// <summary>False when the connection was cut before the announced end.</summary>
    public bool IsWhole { get; }

    /// <summary>True when <c>100 Continue</c> came first.</summary>
    public bool WasContinued { get; }

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The body as XML; character references that XML 1.0 does not have are taken, as S3 sends them.</summary>
    public XElement Xml
    {
        get
        {
            using var text = new StringReader(Text.TrimStart());
            using var reader = XmlReader.Create(text, new XmlReaderSettings { CheckCharacters = false });
            return XElement.Load(reader);
        }
    }

    /// <summary>The code of the error document; null when the body is none.</summary>
    public string? ErrorCode => Body is [(byte)'<', ..] && Xml.Name.LocalName == "Error" ? Element("Code") : null;

    /// <summary>The header's value; several are joined by commas, null when there is none.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToList();
        return values.Count == 0 ? null : string.Join(",", values);
    }

    /// <summary>Text of the first element of that name, wherever it stands; null when there is none.</summary>
    public string? Element(string name) => Elements(name) is [var first, ..] ? first : null;

    /// <summary>Texts of all elements of that name.</summary>
    public IReadOnlyList<string> Elements(string name)
        => [.. Xml.DescendantsAndSelf().Where(element => element.Name.LocalName == name).Select(element => element.Value)];

    /// <summary>Reads all bytes that a connection gave until its end.</summary>
    public static RawResponse Parse(byte[] bytes, string method)
    {
        var start = 0;
        var wasContinued = false;
        while (true)
        {
            var length = bytes.AsSpan(start).IndexOf("\r\n\r\n"u8);
            if (length < 0)
            {
                throw new InvalidDataException($"No response head in {bytes.Length - start} bytes: {Encoding.Latin1.GetString(bytes.AsSpan(start))}");
            }

            var lines = Encoding.UTF8.GetString(bytes, start, length).Split("\r\n");
            var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
            start += length + 4;
            if (status == 100)
            {
                wasContinued = true;
                continue;
            }

            var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1].Trim())).ToList();
            var (body, isWhole) = Unframe(bytes[start..], headers, hasBody: method != "HEAD" && status is not (204 or 304));
            return new RawResponse(status, headers, body, isWhole, wasContinued);
        }
    }

    private static (byte[] Body, bool IsWhole) Unframe(byte[] bytes, List<KeyValuePair<string, string>> headers, bool hasBody)
    {
        if (headers.Exists(header => header.Key.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)))
        {
            return Unchunk(bytes);
        }

        var length = headers.Find(header => header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Value;
        var announced = !hasBody || length is null ? 0 : long.Parse(length, CultureInfo.InvariantCulture);
        return (bytes, bytes.Length == announced);
    }

    private static (byte[] Body, bool IsWhole) Unchunk(byte[] bytes)
    {
        var body = new List<byte>();
        for (var position = 0; ;)
        {
            var end = bytes.AsSpan(position).IndexOf("\r\n"u8);
            if (end < 0)
            {
                return ([.. body], false);
            }

            var size = int.Parse(Encoding.ASCII.GetString(bytes, position, end), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            position += end + 2;
            if (size == 0)
            {
                return ([.. body], true);
            }

            if (position + size + 2 > bytes.Length)
            {
                return ([.. body, .. bytes[position..]], false);
            }

            body.AddRange(bytes.AsSpan(position, size));
            position += size + 2;
        }
    }
}
