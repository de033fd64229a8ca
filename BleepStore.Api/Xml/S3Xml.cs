using System.Globalization;
using System.Text;
using System.Xml;

namespace BleepStore.Api.Xml;

/// <summary>How S3 writes XML: namespace on success, none on errors, ISO 8601 times with milliseconds.</summary>
internal static class S3Xml
{
    public const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
    public const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

    /// <summary>Characters that XML 1.0 cannot carry become character references, as AWS sends them; clients ask for <c>encoding-type=url</c> instead.</summary>
    public static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CheckCharacters = false,
        NewLineHandling = NewLineHandling.Entitize,
        ConformanceLevel = ConformanceLevel.Document,
    };

    public static void StartS3(this XmlWriter writer, string root) => writer.WriteStartElement(root, Namespace);

    /// <summary>Writes an element in the namespace of its parent.</summary>
    public static void Element(this XmlWriter writer, string name, string value)
    {
        Start(writer, name);
        writer.WriteString(value);
        writer.WriteEndElement();
    }

    public static void Element(this XmlWriter writer, string name, long value)
        => writer.Element(name, value.ToString(CultureInfo.InvariantCulture));

    public static void Element(this XmlWriter writer, string name, bool value) => writer.Element(name, value ? "true" : "false");

    public static void Element(this XmlWriter writer, string name, DateTimeOffset value) => writer.Element(name, Time(value));

    /// <summary>Writes an element unless its value is null.</summary>
    public static void Optional(this XmlWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.Element(name, value);
        }
    }

    public static void Start(this XmlWriter writer, string name)
        => writer.WriteStartElement(name, writer.LookupPrefix(Namespace) is null ? "" : Namespace);

    /// <summary>An owner or initiator: id and display name.</summary>
    public static void Principal(this XmlWriter writer, string name, string id, string displayName)
    {
        writer.Start(name);
        writer.Element("ID", id);
        writer.Element("DisplayName", displayName);
        writer.WriteEndElement();
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>An ETag as headers and XML show it: in quotes.</summary>
    public static string Quote(string eTag) => string.Concat("\"", eTag, "\"");
}
