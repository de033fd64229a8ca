using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Configurations;

/// <summary>Whose the objects of a bucket are, and whether lists of access control count.</summary>
internal enum ObjectOwnership
{
    /// <summary>The writer's. What a bucket without ownership controls does.</summary>
    ObjectWriter,

    /// <summary>The writer's, unless it gives the bucket's owner full control: then that owner's.</summary>
    BucketOwnerPreferred,

    /// <summary>The bucket owner's, and no list counts.</summary>
    BucketOwnerEnforced,
}

/// <summary>The ownership controls of a bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html</summary>
/// <param name="Ownership">The one rule.</param>
internal sealed record OwnershipControls(ObjectOwnership Ownership)
{
    public static readonly ConfigurationDocument<OwnershipControls> Document = new("ownershipControls", "OwnershipControls", Parse, Write);

    /// <summary>The bucket's ownership; the writer's where it has no controls.</summary>
    public static ObjectOwnership Of(BucketRecord bucket) => Document.Find(bucket)?.Ownership ?? ObjectOwnership.ObjectWriter;

    /// <summary>The ownership of that name; null for no name that S3 knows.</summary>
    public static ObjectOwnership? Named(string name) => name switch
    {
        "ObjectWriter" => ObjectOwnership.ObjectWriter,
        "BucketOwnerPreferred" => ObjectOwnership.BucketOwnerPreferred,
        "BucketOwnerEnforced" => ObjectOwnership.BucketOwnerEnforced,
        _ => null,
    };

    private static OwnershipControls Parse(XmlNode node)
        => node.Allow("Rule").Children is [var rule]
            && rule.Allow("ObjectOwnership").Word("ObjectOwnership") is { } name
            && Named(name) is { } ownership
                ? new OwnershipControls(ownership)
                : throw XmlValues.Malformed();

    private static void Write(S3XmlWriter writer, OwnershipControls controls)
    {
        writer.Start("Rule");
        writer.Element("ObjectOwnership", controls.Ownership.ToString());
        writer.End();
    }
}
