using System.Collections.Immutable;
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
    /// <summary>Parses a document whose root must be <paramref name="root"/> in S3's namespace or in none.</summary>
    /// <exception cref="S3Exception">MalformedXML, for whatever is wrong with it.</exception>
    public static XmlNode Parse(ReadOnlyMemory<byte> document, string root)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersFromEntities = 0,
            MaxCharactersInDocument = S3Limits.MaxDeleteXmlBytes,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CheckCharacters = false,
        };
        try
        {
            using var stream = new MemoryStream(document.ToArray(), writable: false);
            using var reader = XmlReader.Create(stream, settings);
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
        if (depth > S3Limits.MaxXmlDepth || reader.NodeType != XmlNodeType.Element || reader.NamespaceURI is not ("" or S3Xml.Namespace))
        {
            throw new S3Exception(S3Errors.MalformedXML);
        }

        var name = reader.LocalName;
        var type = reader.GetAttribute("type", S3Xml.SchemaInstance);
        var children = ImmutableArray.CreateBuilder<XmlNode>();
        var text = "";
        if (reader.IsEmptyElement)
        {
            return new XmlNode(name, text, [], type);
        }

        while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    children.Add(Read(reader, depth + 1));
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    text += reader.Value;
                    break;
                default:
                    throw new S3Exception(S3Errors.MalformedXML);
            }
        }

        // White space between child elements is layout, not content.
        return new XmlNode(name, children.Count > 0 && string.IsNullOrWhiteSpace(text) ? "" : text, children.DrainToImmutable(), type);
    }
}
