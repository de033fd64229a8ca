using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Policies;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Acl;

/// <summary>What a bucket's ownership controls and its block of public access leave of the lists that requests give.</summary>
internal static class AclLimits
{
    /// <summary>Refuses a list that the bucket does not take.</summary>
    /// <param name="request">The request that gives it.</param>
    /// <param name="acl">The list.</param>
    /// <exception cref="S3Exception">AccessControlListNotSupported or AccessDenied.</exception>
    public static void Check(S3Request request, AccessControlList acl) => Check(request, request.Bucket, acl);

    /// <summary>Refuses a list that a bucket does not take.</summary>
    /// <param name="request">The request that gives it.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="acl">The list.</param>
    /// <exception cref="S3Exception">AccessControlListNotSupported or AccessDenied.</exception>
    public static void Check(S3Request request, BucketRecord bucket, AccessControlList acl)
    {
        var access = BucketAccess.Of(bucket);
        if (access.AreAclsDisabled && !IsFullControlOfOwner(request, bucket, acl))
        {
            throw new S3Exception(S3Errors.AccessControlListNotSupported.With("BucketName", bucket.Name));
        }

        if (access.Block.BlockPublicAcls && AclRules.IsPublic(acl))
        {
            throw new S3Exception(S3Errors.AccessDenied);
        }
    }

    /// <summary>The list of a new object: what the request gives, and whose object it is.</summary>
    /// <param name="request">The request that makes the object.</param>
    /// <param name="given">The list it gives; null where it gives none.</param>
    /// <exception cref="S3Exception">AccessControlListNotSupported or AccessDenied.</exception>
    public static AccessControlList OfNewObject(S3Request request, AccessControlList? given)
    {
        if (given is not null)
        {
            Check(request, given);
        }

        var isBucketOwners = BucketAccess.Of(request.Bucket).Ownership switch
        {
            ObjectOwnership.BucketOwnerEnforced => true,
            ObjectOwnership.BucketOwnerPreferred => request.Header("x-amz-acl") == CannedAcl.BucketOwnerFullControl,
            _ => false,
        };
        return isBucketOwners ? CannedAcl.Private(request.Bucket.OwnerId) : given ?? CannedAcl.Private(request.CallerId);
    }

    /// <summary>The list that is in force: where none counts, the bucket owner's full control.</summary>
    public static AccessControlList InForce(BucketRecord bucket, AccessControlList acl)
        => BucketAccess.Of(bucket).AreAclsDisabled ? CannedAcl.Private(bucket.OwnerId) : acl;

    // By its canned name, or spelt out as the one grant that it means.
    private static bool IsFullControlOfOwner(S3Request request, BucketRecord bucket, AccessControlList acl)
        => request.Header("x-amz-acl") is { } canned
            ? canned == CannedAcl.BucketOwnerFullControl
            : acl.Grants is [{ Kind: GranteeKind.CanonicalUser, Permission: AclPermission.FullControl } grant] && grant.Grantee == bucket.OwnerId;
}
