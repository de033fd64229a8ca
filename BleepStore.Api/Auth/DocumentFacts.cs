using System.Collections.Immutable;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using ObjectTags = BleepStore.Api.Operations.Objects.Tags;

namespace BleepStore.Api.Auth;

/// <summary>What a request's document says that condition keys can speak of. A document that is none says nothing: its operation refuses it.</summary>
internal sealed record DocumentFacts
{
    private static readonly DocumentFacts Nothing = new();

    /// <summary>Tags of PutObjectTagging; null in other documents.</summary>
    public ImmutableArray<KeyValuePair<string, string>>? Tags { get; private init; }

    public string? LocationConstraint { get; private init; }

    /// <summary>Reads a document whose root element is that one.</summary>
    public static DocumentFacts Read(ReadOnlyMemory<byte> document, string root)
    {
        if (document.IsEmpty)
        {
            return Nothing;
        }

        try
        {
            return root switch
            {
                "Tagging" => new DocumentFacts { Tags = ObjectTags.FromXml(document) },
                "CreateBucketConfiguration" => new DocumentFacts { LocationConstraint = XmlNode.Parse(document, root).ChildText("LocationConstraint") },
                _ => Nothing,
            };
        }
        catch (S3Exception)
        {
            return Nothing;
        }
    }
}
