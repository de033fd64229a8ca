using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;
using BleepStore.Api.Xml;

namespace BleepStore.Tests.Xml;

/// <summary>The writer of answers writes, after its declaration, byte for byte what the framework's writer would, for every character that a key can hold.</summary>
public sealed class S3XmlWriterTests
{
    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CheckCharacters = false,
        NewLineHandling = NewLineHandling.Entitize,
    };

    [Fact]
    public void Every_character_is_written_as_the_framework_writes_it()
    {
        for (var code = 0; code <= 0x10FFFF; code++)
        {
            if (code is >= 0xD800 and <= 0xDFFF || (code > 0xFFFF && (code & 0xFFF) is not (0 or 0xFFE or 0xFFF)))
            {
                continue;
            }

            var text = "a" + char.ConvertFromUtf32(code) + "b" + char.ConvertFromUtf32(code);
            Ours(writer => writer.Element("Key", text)).ShouldBe(Theirs(writer => writer.WriteElementString("Key", text)), $"U+{code:X4}");
        }
    }

    [Fact]
    public void A_text_of_any_length_and_mix_is_written_as_the_framework_writes_it()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(3000)).Select(_ => random.Next(4) switch
            {
                0 => "&",
                1 => "\r",
                2 => "\U0001F600",
                _ => ((char)random.Next('a', 'z')).ToString(CultureInfo.InvariantCulture),
            }));
            Ours(writer => writer.Element("Key", text)).ShouldBe(Theirs(writer => writer.WriteElementString("Key", text)));
        }
    }

    [Fact]
    public void A_document_is_built_as_the_framework_builds_it()
    {
        var time = new DateTimeOffset(2013, 5, 24, 1, 2, 3, 4, TimeSpan.FromHours(2)).AddTicks(5678);
        var ours = Ours(writer =>
        {
            writer.StartS3("Root");
            writer.Element("Empty", "");
            writer.Element("Number", long.MinValue);
            writer.Element("Flag", true);
            writer.Element("LastModified", time);
            writer.ETag("0123-1");
            writer.Optional("Absent", null);
            writer.Optional("Present", "x");
            writer.Start("Nothing");
            writer.End();
            writer.Principal("Owner", "id", "<name>");
            writer.Start("Grantee", type: "Group");
            writer.Element("URI", "uri");
            writer.End();
            writer.Start("Mixed");
            writer.Text("text");
            writer.End();
            writer.End();
        });
        ours.ShouldBe(Theirs(writer =>
        {
            writer.WriteStartElement("Root", S3Xml.Namespace);
            Element(writer, "Empty", "");
            Element(writer, "Number", "-9223372036854775808");
            Element(writer, "Flag", "true");
            Element(writer, "LastModified", "2013-05-23T23:02:03.000Z");
            Element(writer, "ETag", "\"0123-1\"");
            Element(writer, "Present", "x");
            writer.WriteStartElement("Nothing", S3Xml.Namespace);
            writer.WriteEndElement();
            writer.WriteStartElement("Owner", S3Xml.Namespace);
            Element(writer, "ID", "id");
            Element(writer, "DisplayName", "<name>");
            writer.WriteEndElement();
            writer.WriteStartElement("Grantee", S3Xml.Namespace);
            writer.WriteAttributeString("xmlns", "xsi", null, S3Xml.SchemaInstance);
            writer.WriteAttributeString("xsi", "type", S3Xml.SchemaInstance, "Group");
            Element(writer, "URI", "uri");
            writer.WriteEndElement();
            writer.WriteStartElement("Mixed", S3Xml.Namespace);
            writer.WriteString("text");
            writer.WriteEndElement();
            writer.WriteEndElement();
        }));
    }

    [Fact]
    public void A_document_of_many_pieces_is_whole_wherever_they_are_cut()
    {
        var values = Enumerable.Range(0, 4000).Select(number => new string((char)('a' + (number % 26)), number % 97)).ToArray();
        void WriteOurs(S3XmlWriter writer)
        {
            writer.StartS3("List");
            foreach (var value in values)
            {
                writer.Element("Äpfel" + value, value);
                writer.Element("Size", value.Length);
            }

            writer.End();
        }

        var theirs = Theirs(writer =>
        {
            writer.WriteStartElement("List", S3Xml.Namespace);
            foreach (var value in values)
            {
                Element(writer, "Äpfel" + value, value);
                Element(writer, "Size", value.Length.ToString(CultureInfo.InvariantCulture));
            }

            writer.WriteEndElement();
        });
        theirs.Length.ShouldBeGreaterThan(500_000);
        Ours(WriteOurs).ShouldBe(theirs);

        using var document = new S3XmlWriter();
        document.StartDocument();
        WriteOurs(document);
        var sent = new ArrayBufferWriter<byte>();
        document.WriteTo(sent);
        sent.WrittenSpan.SequenceEqual(document.ToArray()).ShouldBeTrue();
        document.Length.ShouldBe(sent.WrittenCount);
    }

    private static void Element(XmlWriter writer, string name, string text)
    {
        writer.WriteStartElement(name, S3Xml.Namespace);
        writer.WriteString(text);
        writer.WriteEndElement();
    }

    private static string Ours(Action<S3XmlWriter> write)
    {
        using var writer = new S3XmlWriter();
        writer.StartDocument();
        write(writer);
        return Encoding.UTF8.GetString(writer.ToArray());
    }

    // But for the declaration: S3's names the encoding in capitals and ends the line.
    private static string Theirs(Action<XmlWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, Settings))
        {
            writer.WriteStartDocument();
            write(writer);
        }

        var text = Encoding.UTF8.GetString(bytes.ToArray());
        const string declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
        text.ShouldStartWith(declaration);
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text[declaration.Length..];
    }
}
