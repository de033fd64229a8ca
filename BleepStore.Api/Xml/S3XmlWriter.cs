using System.Buffers;
using System.Globalization;
using System.Text;

namespace BleepStore.Api.Xml;

/// <summary>
/// Writes an S3 document straight into UTF-8: elements and text, which is all that answers hold. A page of a listing has ten thousand elements, for
/// which a general writer costs as much as reading them. Dispose returns its buffer.
/// </summary>
internal sealed class S3XmlWriter : IDisposable
{
    private const int InitialBytes = 4 * 1024;
    private const int LongestNumber = 20;
    private const int LongestTime = 33;

    // What XML 1.0 cannot carry as it is; what it cannot carry at all becomes a character reference all the same, as AWS sends it.
    private static readonly SearchValues<char> Special = SearchValues.Create(
        [.. "&<>\r\uFFFE\uFFFF", .. Enumerable.Range(0, ' ').Select(code => (char)code).Except(['\t', '\n', '\r'])]);

    private readonly List<string> _open = [];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int _length;
    private bool _isTagUnclosed;

    /// <summary>The document so far; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void StartDocument() => Append("<?xml version=\"1.0\" encoding=\"utf-8\"?>"u8);

    /// <summary>Opens the root element of a success, in S3's namespace.</summary>
    public void StartS3(string root)
    {
        Start(root);
        Append(" xmlns=\""u8);
        AppendText(S3Xml.Namespace);
        Append("\""u8);
    }

    /// <summary>Opens an element.</summary>
    public void Start(string name)
    {
        CloseTag();
        Append("<"u8);
        AppendText(name);
        _open.Add(name);
        _isTagUnclosed = true;
    }

    /// <summary>Opens an element with an <c>xsi:type</c>.</summary>
    public void Start(string name, string type)
    {
        Start(name);
        Append(" xmlns:xsi=\""u8);
        AppendText(S3Xml.SchemaInstance);
        Append("\" xsi:type=\""u8);
        AppendText(type);
        Append("\""u8);
    }

    /// <summary>Text inside the open element.</summary>
    public void Text(string text)
    {
        CloseTag();
        AppendText(text);
    }

    /// <summary>Closes the element opened last.</summary>
    public void End()
    {
        var name = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        if (_isTagUnclosed)
        {
            _isTagUnclosed = false;
            Append(" />"u8);
            return;
        }

        Append("</"u8);
        AppendText(name);
        Append(">"u8);
    }

    public void Element(string name, string value)
    {
        var tag = StartElement(name);
        AppendText(value);
        EndElement(tag);
    }

    public void Element(string name, long value)
    {
        var tag = StartElement(name);
        Reserve(LongestNumber);
        value.TryFormat(_buffer.AsSpan(_length), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
        EndElement(tag);
    }

    public void Element(string name, bool value) => Element(name, value ? "true" : "false");

    /// <summary>A time in ISO 8601 with milliseconds.</summary>
    public void Element(string name, DateTimeOffset value)
    {
        var tag = StartElement(name);
        Reserve(LongestTime);
        value.UtcDateTime.TryFormat(_buffer.AsSpan(_length), out _, "O", CultureInfo.InvariantCulture);
        _length += "2013-05-24T00:00:00.000".Length;
        Append("Z"u8);
        EndElement(tag);
    }

    /// <summary>An entity tag in quotes.</summary>
    public void ETag(string eTag)
    {
        var tag = StartElement("ETag");
        Append("\""u8);
        AppendText(eTag);
        Append("\""u8);
        EndElement(tag);
    }

    /// <summary>Writes an element unless its value is null.</summary>
    public void Optional(string name, string? value)
    {
        if (value is not null)
        {
            Element(name, value);
        }
    }

    /// <summary>An owner or initiator: id and display name.</summary>
    public void Principal(string name, string id, string displayName)
    {
        Start(name);
        Element("ID", id);
        Element("DisplayName", displayName);
        End();
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    /// <summary>Opens an element that holds text alone; returns where its name stands, so that its end need not encode it again.</summary>
    private Range StartElement(string name)
    {
        CloseTag();
        Append("<"u8);
        var start = _length;
        AppendText(name);
        var tag = start.._length;
        Append(">"u8);
        return tag;
    }

    private void EndElement(Range tag)
    {
        var (start, length) = tag.GetOffsetAndLength(_length);
        Reserve(length + "</>".Length);
        "</"u8.CopyTo(_buffer.AsSpan(_length));
        _buffer.AsSpan(start, length).CopyTo(_buffer.AsSpan(_length + 2));
        _length += length + 2;
        _buffer[_length++] = (byte)'>';
    }

    private void CloseTag()
    {
        if (_isTagUnclosed)
        {
            _isTagUnclosed = false;
            Append(">"u8);
        }
    }

    private void AppendText(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny(Special) is var special and >= 0)
        {
            AppendPlain(text[..special]);
            switch (text[special])
            {
                case '&':
                    Append("&amp;"u8);
                    break;
                case '<':
                    Append("&lt;"u8);
                    break;
                case '>':
                    Append("&gt;"u8);
                    break;
                default:
                    AppendPlain(string.Create(CultureInfo.InvariantCulture, $"&#x{(int)text[special]:X};"));
                    break;
            }

            text = text[(special + 1)..];
        }

        AppendPlain(text);
    }

    private void AppendPlain(ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length >= count)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
        Written.Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
