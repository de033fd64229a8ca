using System.Buffers;
using System.Globalization;
using System.Text;

namespace BleepStore.Api.Xml;

/// <summary>
/// Writes an S3 document straight into UTF-8: elements and text, which is all that answers hold. A page of a listing has ten thousand elements, for
/// which a general writer costs as much as reading them. The document grows in pieces, none of them large: what a page of a listing needs is never one
/// large array, of which a pool would keep one of each size. Dispose returns them.
/// </summary>
internal sealed class S3XmlWriter : IDisposable
{
    private const int FirstPieceBytes = 4 * 1024;
    private const int PieceBytes = 32 * 1024;

    private const int LongestNumber = 20;
    private const int LongestTime = 33;

    // What XML 1.0 cannot carry as it is; what it cannot carry at all becomes a character reference all the same, as AWS sends it.
    private static readonly SearchValues<char> Special = SearchValues.Create(
        [.. "&<>\r\uFFFE\uFFFF", .. Enumerable.Range(0, ' ').Select(code => (char)code).Except(['\t', '\n', '\r'])]);

    private readonly List<string> _open = [];
    private readonly List<ReadOnlyMemory<byte>> _full = [];
    private readonly List<byte[]> _rented = [];
    private byte[] _buffer;
    private int _length;
    private bool _isTagUnclosed;

    public S3XmlWriter() => _buffer = Rent(FirstPieceBytes);

    /// <summary>What every document begins with.</summary>
    public static ReadOnlySpan<byte> Declaration => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8;

    /// <summary>Bytes of the document so far.</summary>
    public int Length => _full.Sum(piece => piece.Length) + _length;

    /// <summary>The document so far, as one array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        var position = 0;
        foreach (var piece in _full)
        {
            piece.Span.CopyTo(bytes.AsSpan(position));
            position += piece.Length;
        }

        _buffer.AsSpan(0, _length).CopyTo(bytes.AsSpan(position));
        return bytes;
    }

    /// <summary>Copies the document.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        foreach (var piece in _full)
        {
            output.Write(piece.Span);
        }

        output.Write(_buffer.AsSpan(0, _length));
    }

    /// <summary>Writes the declaration, for a document that goes out as it is.</summary>
    public void StartDocument() => Append(Declaration);

    /// <summary>Opens the root element of a success, in S3's namespace.</summary>
    public void StartS3(string root) => StartIn(S3Xml.Namespace, root);

    /// <summary>Opens a root element in a namespace.</summary>
    public void StartIn(string xmlNamespace, string root)
    {
        Start(root);
        Append(" xmlns=\""u8);
        AppendText(xmlNamespace);
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

    /// <summary>A time that the store took, as S3 shows it: ISO 8601, in whole seconds, so that it equals what a header says of the same moment.</summary>
    public void Element(string name, DateTimeOffset value)
    {
        var tag = StartElement(name);
        Reserve(LongestTime);
        value.UtcDateTime.TryFormat(_buffer.AsSpan(_length), out _, "O", CultureInfo.InvariantCulture);
        _length += "2013-05-24T00:00:00".Length;
        Append(".000Z"u8);
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
        _rented.ForEach(piece => ArrayPool<byte>.Shared.Return(piece));
        _rented.Clear();
        _full.Clear();
        _buffer = [];
        _length = 0;
    }

    /// <summary>Opens an element that holds text alone; returns where its name stands, so that its end need not encode it again.</summary>
    private ReadOnlyMemory<byte> StartElement(string name)
    {
        CloseTag();
        Append("<"u8);
        Reserve(Encoding.UTF8.GetMaxByteCount(name.Length));
        var start = _length;
        AppendText(name);
        var tag = _buffer.AsMemory(start, _length - start);
        Append(">"u8);
        return tag;
    }

    // The tag's piece is not given back before the end, so that it can be read although the document may have gone on in another one.
    private void EndElement(ReadOnlyMemory<byte> tag)
    {
        Reserve(tag.Length + "</>".Length);
        "</"u8.CopyTo(_buffer.AsSpan(_length));
        tag.Span.CopyTo(_buffer.AsSpan(_length + 2));
        _length += tag.Length + 2;
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

        _full.Add(_buffer.AsMemory(0, _length));
        _buffer = Rent(Math.Max(PieceBytes, count));
        _length = 0;
    }

    private byte[] Rent(int count)
    {
        var piece = ArrayPool<byte>.Shared.Rent(count);
        _rented.Add(piece);
        return piece;
    }
}
