using System.Collections.Immutable;
using ObjectTags = BleepStore.Api.Operations.Objects.Tags;

namespace BleepStore.Api.Configurations;

/// <summary>The tags of a bucket.</summary>
/// <param name="Tags">In the order sent.</param>
internal sealed record BucketTagging(ImmutableArray<KeyValuePair<string, string>> Tags)
{
    public static readonly ConfigurationDocument<BucketTagging> Document = new(
        "tagging",
        "Tagging",
        node => new BucketTagging(ObjectTags.OfBucket(node)),
        (writer, tagging) => ObjectTags.WriteSet(writer, tagging.Tags));
}
