using System.Runtime.CompilerServices;
using System.Text;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Configurations;

/// <summary>
/// One kind of bucket configuration: how its document is read from a request, kept in the bucket's record and answered. Thread safe; one instance
/// for each kind.
/// </summary>
/// <typeparam name="T">The document as the server uses it; immutable.</typeparam>
/// <param name="name">Query name of the subresource, under which the record keeps it.</param>
/// <param name="root">Name of the XML root element.</param>
/// <param name="parse">Reads the document; throws <see cref="S3Exception"/> for what S3 refuses.</param>
/// <param name="write">Writes what is inside the root element, in the order of AWS's answers.</param>
internal sealed class ConfigurationDocument<T>(string name, string root, Func<XmlNode, T> parse, Action<S3XmlWriter, T> write)
    where T : class
{
    // By reference: as long as a bucket's record is kept, so is its text, and reading it again costs one look.
    private readonly ConditionalWeakTable<string, T> _compiled = [];

    /// <summary>Query name of the subresource.</summary>
    public string Name { get; } = name;

    /// <summary>Reads what the bucket's record keeps, where that is more than what requests and answers hold.</summary>
    public Func<XmlNode, T>? ParseStored { get; init; }

    /// <summary>Writes what <see cref="ParseStored"/> reads.</summary>
    public Action<S3XmlWriter, T>? WriteStored { get; init; }

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="S3Exception">The document is refused.</exception>
    public T Parse(ReadOnlyMemory<byte> body) => parse(XmlNode.Parse(body, root));

    /// <summary>The text that the bucket's record keeps; <see cref="Find"/> reads it.</summary>
    public string Format(T document)
    {
        using var writer = new S3XmlWriter();
        Write(writer, WriteStored ?? write, document);
        return Encoding.UTF8.GetString(writer.ToArray());
    }

    /// <summary>The bucket's document; null where it has none.</summary>
    public T? Find(BucketRecord bucket)
        => !bucket.Configurations.IsEmpty && bucket.Configurations.TryGetValue(Name, out var text)
            ? _compiled.GetValue(text, stored => (ParseStored ?? parse)(XmlNode.Parse(Encoding.UTF8.GetBytes(stored), root)))
            : null;

    /// <summary>The answer that shows a document.</summary>
    public S3Response Answer(T document) => S3Response.OfXml(writer => Write(writer, write, document));

    private void Write(S3XmlWriter writer, Action<S3XmlWriter, T> content, T document)
    {
        writer.StartS3(root);
        content(writer, document);
        writer.End();
    }
}
