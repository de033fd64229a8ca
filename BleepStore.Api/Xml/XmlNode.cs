using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Xml;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Xml;

/// <summary>One element of a small request document, read with every dangerous feature of XML off.</summary>
/// <param name="Name">Local name.</param>
/// <param name="Text">Text directly inside, as sent.</param>
/// <param name="Children">Child elements in order.</param>
/// <param name="Type">Value of <c>xsi:type</c>; null where there is none.</param>
internal sealed record XmlNode(string Name, string Text, ImmutableArray<XmlNode> Children, string? Type)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Characters are not checked, since keys may hold control characters that come as references.
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = S3Limits.MaxDeleteXmlBytes,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CheckCharacters = false,
    };

    /// <summary>Parses a document whose root must be <paramref name="root"/> in S3's namespace or in none.</summary>
    /// <exception cref="S3Exception">MalformedXML, for whatever is wrong with it.</exception>
    public static XmlNode Parse(ReadOnlyMemory<byte> document, string root)
    {
        try
        {
            // Decoded here, so that no declaration or byte order mark can choose another encoding.
            var text = StrictUtf8.GetString(WithoutMark(document.Span));
            RefuseLongTags(text);
            using var source = new StringReader(text);
            using var reader = XmlReader.Create(source, Settings);
            reader.MoveToContent();
            var node = Read(reader, depth: 0);
            while (reader.Read())
            {
                if (reader.NodeType is not (XmlNodeType.Whitespace or XmlNodeType.None))
                {
                    throw new S3Exception(S3Errors.MalformedXML);
                }
            }

            return node.Name == root ? node : throw new S3Exception(S3Errors.MalformedXML);
        }
        catch (Exception e) when (e is XmlException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new S3Exception(S3Errors.MalformedXML, e);
        }
    }

    /// <summary>The only child of that name; null when absent.</summary>
    /// <exception cref="S3Exception">MalformedXML: it stands there twice.</exception>
    public XmlNode? Child(string name)
    {
        XmlNode? found = null;
        foreach (var child in Children)
        {
            if (child.Name == name)
            {
                found = found is null ? child : throw new S3Exception(S3Errors.MalformedXML);
            }
        }

        return found;
    }

    /// <summary>The text of the only child of that name; null when absent.</summary>
    public string? ChildText(string name) => Child(name)?.Text;

    /// <summary>The text of a child that must be there, once.</summary>
    public string RequiredText(string name) => ChildText(name) ?? throw new S3Exception(S3Errors.MalformedXML);

    /// <summary>Refuses children that the schema does not know.</summary>
    public XmlNode Allow(params ReadOnlySpan<string> names)
    {
        foreach (var child in Children)
        {
            if (!names.Contains(child.Name))
            {
                throw new S3Exception(S3Errors.MalformedXML);
            }
        }

        return this;
    }

    private static XmlNode Read(XmlReader reader, int depth)
    {
        if (depth > S3Limits.MaxXmlDepth || reader.NodeType != XmlNodeType.Element || reader.NamespaceURI is not ("" or S3Xml.Namespace or S3Xml.NamespaceOfExamples))
        {
            throw new S3Exception(S3Errors.MalformedXML);
        }

        var name = reader.LocalName;
        var type = reader.GetAttribute("type", S3Xml.SchemaInstance);
        var children = ImmutableArray.CreateBuilder<XmlNode>();
        if (reader.IsEmptyElement)
        {
            return new XmlNode(name, "", [], type);
        }

        // Built up, not concatenated: comments can cut a text into hundreds of thousands of pieces.
        var pieces = new StringBuilder();

        while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    children.Add(Read(reader, depth + 1));
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    pieces.Append(reader.Value);
                    break;
                default:
                    throw new S3Exception(S3Errors.MalformedXML);
            }
        }

        // A reference can name half of a surrogate pair, which no key can hold.
        var text = pieces.ToString();
        if (!IsWellFormed(text))
        {
            throw new S3Exception(S3Errors.MalformedXML);
        }

        // White space between child elements is layout, not content.
        return new XmlNode(name, children.Count > 0 && string.IsNullOrWhiteSpace(text) ? "" : text, children.DrainToImmutable(), type);
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> document) => document.StartsWith("\uFEFF"u8) ? document[3..] : document;

    /// <summary>A reader keeps all attributes of a tag at a hundred bytes each, before anybody can look at them; no document here has long tags.</summary>
    private static void RefuseLongTags(ReadOnlySpan<char> text)
    {
        while (text.IndexOf('<') is var start and >= 0)
        {
            text = text[start..];
            var end = text switch
            {
                ['<', '!', '-', '-', ..] => text.IndexOf("-->"),
                ['<', '!', '[', ..] => text.IndexOf("]]>"),
                _ => text[..Math.Min(text.Length, S3Limits.MaxXmlTagLength)].IndexOf('>'),
            };
            if (end < 0)
            {
                throw new S3Exception(S3Errors.MalformedXML);
            }

            text = text[end..];
        }
    }

    private static bool IsWellFormed(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }
}
