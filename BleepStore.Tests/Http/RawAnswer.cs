using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace BleepStore.Tests.Http;

/// <summary>An HTTP answer as it came over the socket.</summary>
/// <param name="Status">Status code; 0 when the connection was cut without an answer.</param>
/// <param name="Headers">Headers in order.</param>
/// <param name="Body">The body without its framing.</param>
internal sealed record RawAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The error code of the body; empty where there is none.</summary>
    public string Code => Status >= 300 && Body.Length > 0 ? Element("Code") : "";

    /// <summary>Status and error code, for tables.</summary>
    public string Outcome => Code.Length == 0 ? $"{Status}" : $"{Status} {Code}";

    /// <summary>The header's value, several joined by commas; null when it was not sent.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToList();
        return values.Count == 0 ? null : string.Join(",", values);
    }

    /// <summary>Text of the first element of that name, in any namespace; empty when there is none.</summary>
    public string Element(string name) => Elements(name).FirstOrDefault("");

    /// <summary>Texts of all elements of that name, in order.</summary>
    public IReadOnlyList<string> Elements(string name)
    {
        // References to characters that XML forbids are part of the protocol, as the parsers of SDKs know.
        using var source = new StringReader(Text);
        using var reader = XmlReader.Create(source, new XmlReaderSettings { CheckCharacters = false });
        return [.. XDocument.Load(reader).Descendants().Where(element => element.Name.LocalName == name).Select(element => element.Value)];
    }

    /// <summary>Reads an answer that ended with the connection; interim answers are passed over.</summary>
    public static RawAnswer Parse(byte[] bytes)
    {
        while (true)
        {
            var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return new RawAnswer(0, [], bytes);
            }

            var lines = Encoding.UTF8.GetString(bytes, 0, end).Split("\r\n");
            var status = int.Parse(lines[0].Split(' ')[1]);
            var body = bytes[(end + 4)..];
            if (status / 100 == 1)
            {
                bytes = body;
                continue;
            }

            var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1].Trim())).ToList();
            var isChunked = headers.Any(header => header.Key.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase));
            return new RawAnswer(status, headers, isChunked ? Unchunk(body) : body);
        }
    }

    private static byte[] Unchunk(byte[] body)
    {
        using var plain = new MemoryStream();
        var at = 0;
        while (true)
        {
            var line = body.AsSpan(at).IndexOf("\r\n"u8);
            var size = line < 0 ? 0 : Convert.ToInt32(Encoding.ASCII.GetString(body, at, line), 16);
            if (size == 0)
            {
                return plain.ToArray();
            }

            plain.Write(body, at + line + 2, size);
            at += line + 2 + size + 2;
        }
    }
}
