using System.Collections.Frozen;

namespace BleepStore.Api.Policies;

/// <summary>What an action of S3 is done to.</summary>
[Flags]
internal enum ActionTarget
{
    None = 0,
    Bucket = 1,
    Object = 2,
}

/// <summary>
/// The actions that policies can name, with what they apply to:
/// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-actions-as-permissions
/// </summary>
internal static class S3Actions
{
    private static readonly string[] OfObjects =
    [
        "AbortMultipartUpload", "BypassGovernanceRetention", "DeleteObject", "DeleteObjectTagging", "DeleteObjectVersion", "DeleteObjectVersionTagging",
        "GetObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectLegalHold", "GetObjectRetention", "GetObjectTagging", "GetObjectTorrent",
        "GetObjectVersion", "GetObjectVersionAcl", "GetObjectVersionAttributes", "GetObjectVersionForReplication", "GetObjectVersionTagging",
        "GetObjectVersionTorrent", "InitiateReplication", "ListMultipartUploadParts", "ObjectOwnerOverrideToBucketOwner", "PutObject", "PutObjectAcl",
        "PutObjectLegalHold", "PutObjectRetention", "PutObjectTagging", "PutObjectVersionAcl", "PutObjectVersionTagging", "ReplicateDelete",
        "ReplicateObject", "ReplicateTags", "RestoreObject", "UpdateObjectEncryption",
    ];

    private static readonly string[] OfBuckets =
    [
        "CreateBucket", "CreateBucketMetadataTableConfiguration", "CreateSession", "DeleteBucket", "DeleteBucketMetadataTableConfiguration",
        "DeleteBucketPolicy", "DeleteBucketWebsite", "GetAccelerateConfiguration", "GetAnalyticsConfiguration", "GetBucketAbac", "GetBucketAcl",
        "GetBucketCORS", "GetBucketLocation", "GetBucketLogging", "GetBucketMetadataTableConfiguration", "GetBucketNotification",
        "GetBucketObjectLockConfiguration", "GetBucketOwnershipControls", "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketPublicAccessBlock",
        "GetBucketRequestPayment", "GetBucketTagging", "GetBucketVersioning", "GetBucketWebsite", "GetEncryptionConfiguration",
        "GetIntelligentTieringConfiguration", "GetInventoryConfiguration", "GetLifecycleConfiguration", "GetMetricsConfiguration",
        "GetReplicationConfiguration", "ListBucket", "ListBucketMultipartUploads", "ListBucketVersions", "PauseReplication",
        "PutAccelerateConfiguration", "PutAnalyticsConfiguration", "PutBucketAbac", "PutBucketAcl", "PutBucketCORS", "PutBucketLogging",
        "PutBucketNotification", "PutBucketObjectLockConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketPublicAccessBlock",
        "PutBucketRequestPayment", "PutBucketTagging", "PutBucketVersioning", "PutBucketWebsite", "PutEncryptionConfiguration",
        "PutIntelligentTieringConfiguration", "PutInventoryConfiguration", "PutLifecycleConfiguration", "PutMetricsConfiguration",
        "PutReplicationConfiguration", "UpdateBucketMetadataInventoryTableConfiguration", "UpdateBucketMetadataJournalTableConfiguration",
    ];

    // They are done to an account or to what is no bucket: a bucket's policy can name them and never means anything by it.
    private static readonly string[] OfAccounts =
    [
        "CreateAccessPoint", "CreateJob", "DeleteAccessPoint", "GetAccountPublicAccessBlock", "ListAccessPoints", "ListAllMyBuckets", "ListJobs",
        "ListTagsForResource", "PutAccountPublicAccessBlock", "TagResource", "UntagResource",
    ];

    private static readonly FrozenDictionary<string, ActionTarget> Targets =
        OfObjects.Select(name => (name, ActionTarget.Object))
            .Concat(OfBuckets.Select(name => (name, ActionTarget.Bucket)))
            .Concat(OfAccounts.Select(name => (name, ActionTarget.None)))
            .ToFrozenDictionary(pair => "s3:" + pair.name, pair => pair.Item2, StringComparer.OrdinalIgnoreCase);

    /// <summary>All actions by full name, <c>s3:GetObject</c>.</summary>
    public static IReadOnlyDictionary<string, ActionTarget> All => Targets;

    /// <summary>What the actions that fit a pattern are done to; null when none fits.</summary>
    public static ActionTarget? TargetsOf(PolicyPattern pattern)
    {
        ActionTarget? targets = null;
        foreach (var (name, target) in Targets)
        {
            if (pattern.Matches(name, NoConditionKeys.Instance))
            {
                targets = (targets ?? ActionTarget.None) | target;
            }
        }

        return targets;
    }
}
