using System.Collections.Immutable;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Acl;

/// <summary>The canned ACLs: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl</summary>
internal static class CannedAcl
{
    public const string BucketOwnerFullControl = "bucket-owner-full-control";

    public static AccessControlList Private(string ownerId)
        => new(ownerId, [new AclGrant(GranteeKind.CanonicalUser, ownerId, AclPermission.FullControl)]);

    /// <summary>The list that a canned name stands for.</summary>
    /// <param name="name">Value of <c>x-amz-acl</c>.</param>
    /// <param name="ownerId">Owner of the bucket or object that gets it.</param>
    /// <param name="bucketOwnerId">Owner of the bucket the object is in; null for a bucket's own list.</param>
    /// <exception cref="S3Exception">InvalidArgument: no such canned ACL.</exception>
    public static AccessControlList Parse(string name, string ownerId, string? bucketOwnerId)
    {
        var mine = Private(ownerId);
        return name switch
        {
            "private" => mine,
            "public-read" => Add(mine, Group(AclRules.AllUsers, AclPermission.Read)),
            "public-read-write" => Add(mine, Group(AclRules.AllUsers, AclPermission.Read), Group(AclRules.AllUsers, AclPermission.Write)),
            "authenticated-read" => Add(mine, Group(AclRules.AuthenticatedUsers, AclPermission.Read)),
            "aws-exec-read" => mine,
            "log-delivery-write" when bucketOwnerId is null
                => Add(mine, Group(AclRules.LogDelivery, AclPermission.Write), Group(AclRules.LogDelivery, AclPermission.ReadAcp)),
            "bucket-owner-read" => ForBucketOwner(mine, bucketOwnerId, AclPermission.Read),
            BucketOwnerFullControl => ForBucketOwner(mine, bucketOwnerId, AclPermission.FullControl),

            // AWS has no words for it, over which its own command line stumbles.
            _ => throw new S3Exception(S3Errors.Argument("x-amz-acl", name, "There is no such canned ACL")),
        };
    }

    private static AclGrant Group(string uri, AclPermission permission) => new(GranteeKind.Group, uri, permission);

    private static AccessControlList Add(AccessControlList acl, params ImmutableArray<AclGrant> grants)
        => acl with { Grants = acl.Grants.AddRange(grants) };

    // On a bucket these two mean nothing more than private, as on AWS.
    private static AccessControlList ForBucketOwner(AccessControlList acl, string? bucketOwnerId, AclPermission permission)
        => bucketOwnerId is null || bucketOwnerId == acl.OwnerId
            ? acl
            : Add(acl, new AclGrant(GranteeKind.CanonicalUser, bucketOwnerId, permission));
}
