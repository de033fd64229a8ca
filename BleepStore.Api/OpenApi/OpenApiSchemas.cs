using System.Text.Json;
using BleepStore.Api.Xml;

namespace BleepStore.Api.OpenApi;

/// <summary>Writes the schemas of XML bodies into the API document.</summary>
internal static class OpenApiSchemas
{
    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("schemas");
        foreach (var root in XmlSchemas.All)
        {
            json.WriteStartObject(root.Name);
            json.WriteString("type", root.Type);
            json.WriteStartObject("xml");
            json.WriteString("name", root.Name);
            if (root.Name != "Error")
            {
                // S3's errors have no namespace, everything else has this one.
                json.WriteString("namespace", S3Xml.Namespace);
            }

            json.WriteEndObject();
            WriteChildren(json, root);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteChildren(Utf8JsonWriter json, XmlElementSchema parent)
    {
        if (parent.Children.IsEmpty)
        {
            return;
        }

        json.WriteStartObject("properties");
        foreach (var child in parent.Children)
        {
            json.WriteStartObject(child.Name);
            if (child.IsRepeated)
            {
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                WriteType(json, child);
                json.WriteEndObject();
            }
            else
            {
                WriteType(json, child);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, XmlElementSchema element)
    {
        json.WriteString("type", element.Type);
        if (element.Format is not null)
        {
            json.WriteString("format", element.Format);
        }

        if (element.IsRepeated)
        {
            // An array's XML takes the name of its items.
            json.WriteStartObject("xml");
            json.WriteString("name", element.Name);
            json.WriteEndObject();
        }

        WriteChildren(json, element);
    }
}
