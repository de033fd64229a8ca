using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Configurations;

/// <summary>What a bucket does against being public: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html</summary>
/// <param name="BlockPublicAcls">Refuses new lists that grant to everybody.</param>
/// <param name="IgnorePublicAcls">Passes over such grants.</param>
/// <param name="BlockPublicPolicy">Refuses a new policy that is public.</param>
/// <param name="RestrictPublicBuckets">Keeps a public policy from allowing others than the owner's account.</param>
internal sealed record PublicAccessBlock(bool BlockPublicAcls, bool IgnorePublicAcls, bool BlockPublicPolicy, bool RestrictPublicBuckets)
{
    public static readonly PublicAccessBlock None = new(BlockPublicAcls: false, IgnorePublicAcls: false, BlockPublicPolicy: false, RestrictPublicBuckets: false);

    public static readonly ConfigurationDocument<PublicAccessBlock> Document = new("publicAccessBlock", "PublicAccessBlockConfiguration", Parse, Write);

    /// <summary>The bucket's; nothing is blocked where it has none.</summary>
    public static PublicAccessBlock Of(BucketRecord bucket) => Document.Find(bucket) ?? None;

    private static PublicAccessBlock Parse(XmlNode node)
    {
        if (node.Allow("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets").Children is [])
        {
            throw new S3Exception(S3Errors.InvalidRequest.Because("Must specify at least one configuration."));
        }

        bool Flag(string name) => node.Flag(name) ?? false;
        return new PublicAccessBlock(Flag("BlockPublicAcls"), Flag("IgnorePublicAcls"), Flag("BlockPublicPolicy"), Flag("RestrictPublicBuckets"));
    }

    private static void Write(S3XmlWriter writer, PublicAccessBlock block)
    {
        void Flag(string name, bool value) => writer.Element(name, value ? "true" : "false");
        Flag("BlockPublicAcls", block.BlockPublicAcls);
        Flag("IgnorePublicAcls", block.IgnorePublicAcls);
        Flag("BlockPublicPolicy", block.BlockPublicPolicy);
        Flag("RestrictPublicBuckets", block.RestrictPublicBuckets);
    }
}
