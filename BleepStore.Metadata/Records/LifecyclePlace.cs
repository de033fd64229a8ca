using System.Security.Cryptography;
using System.Text;

namespace BleepStore.Metadata.Records;

/// <summary>
/// How far a pass of lifecycle rules over all buckets has come: every bucket of a lower name is done with, and this one up to a key. It counts only
/// for the bucket and the rules that it was made of; for others of that name the bucket is begun anew.
/// </summary>
/// <param name="Bucket">Name of the bucket that is being walked.</param>
/// <param name="BucketId">Its id.</param>
/// <param name="RulesDigest">What <see cref="DigestOf"/> says of the document of its rules.</param>
/// <param name="IsAmongUploads">True when its objects are done with, and its open uploads are looked at.</param>
/// <param name="Key">The last key all of whose versions, or uploads, are done with; empty when there is none.</param>
public sealed record LifecyclePlace(string Bucket, long BucketId, string RulesDigest, bool IsAmongUploads, string Key)
{
    /// <summary>A short text that only these rules have.</summary>
    public static string DigestOf(string rules) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rules)));

    /// <summary>True while the place counts: the bucket is still that one, and has those rules.</summary>
    public bool IsIn(BucketRecord bucket)
        => bucket.BucketId == BucketId && bucket.Name == Bucket
            && bucket.Configurations.TryGetValue(Commands.ExpireObjects.Configuration, out var rules) && DigestOf(rules) == RulesDigest;
}
