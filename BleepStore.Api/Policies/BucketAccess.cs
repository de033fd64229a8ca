using System.Runtime.CompilerServices;
using BleepStore.Api.Configurations;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Policies;

/// <summary>What a bucket's configuration says of who may do what: compiled once for each text that a bucket's record holds.</summary>
/// <param name="Policy">The bucket's policy; null where it has none.</param>
/// <param name="Block">What it does against being public.</param>
/// <param name="Ownership">Whose its objects are.</param>
internal readonly record struct BucketAccess(PolicyDocument? Policy, PublicAccessBlock Block, ObjectOwnership Ownership)
{
    /// <summary>Query name of the subresource, under which the record keeps the policy as it was sent.</summary>
    public const string PolicyName = "policy";

    /// <summary>What holds where nothing is configured.</summary>
    public static readonly BucketAccess Plain = new(Policy: null, PublicAccessBlock.None, ObjectOwnership.ObjectWriter);

    // By reference: as long as a bucket's record is kept, so is its text.
    private static readonly ConditionalWeakTable<string, PolicyDocument> Compiled = [];

    /// <summary>True when no access control list counts.</summary>
    public bool AreAclsDisabled => Ownership == ObjectOwnership.BucketOwnerEnforced;

    /// <summary>What holds for a bucket; a bucket that nobody configured costs nothing.</summary>
    public static BucketAccess Of(BucketRecord bucket)
        => bucket.Configurations.IsEmpty ? Plain : new BucketAccess(FindPolicy(bucket), PublicAccessBlock.Of(bucket), OwnershipControls.Of(bucket));

    private static PolicyDocument? FindPolicy(BucketRecord bucket)
        => bucket.Configurations.TryGetValue(PolicyName, out var text)
            ? Compiled.GetValue(text, stored => PolicyDocument.Parse(stored, PolicyKind.Bucket))
            : null;
}
