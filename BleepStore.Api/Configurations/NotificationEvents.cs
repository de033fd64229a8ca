using System.Collections.Frozen;

namespace BleepStore.Api.Configurations;

/// <summary>The event types of S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html</summary>
internal static class NotificationEvents
{
    private static readonly FrozenSet<string> Supported = FrozenSet.ToFrozenSet(
        [
            "s3:ObjectCreated:*", "s3:ObjectCreated:Put", "s3:ObjectCreated:Post", "s3:ObjectCreated:Copy", "s3:ObjectCreated:CompleteMultipartUpload",
            "s3:ObjectRemoved:*", "s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated", "s3:ObjectRestore:*", "s3:ObjectRestore:Post",
            "s3:ObjectRestore:Completed", "s3:ObjectRestore:Delete", "s3:ReducedRedundancyLostObject", "s3:Replication:*",
            "s3:Replication:OperationFailedReplication", "s3:Replication:OperationMissedThreshold", "s3:Replication:OperationReplicatedAfterThreshold",
            "s3:Replication:OperationNotTracked", "s3:LifecycleExpiration:*", "s3:LifecycleExpiration:Delete",
            "s3:LifecycleExpiration:DeleteMarkerCreated", "s3:LifecycleTransition", "s3:IntelligentTiering", "s3:ObjectTagging:*",
            "s3:ObjectTagging:Put", "s3:ObjectTagging:Delete", "s3:ObjectAcl:Put",
        ],
        StringComparer.Ordinal);

    /// <summary>True for an event type or mask that a configuration may name.</summary>
    public static bool IsSupported(string name) => Supported.Contains(name);

    /// <summary>True when a configured mask is of that event type.</summary>
    public static bool Covers(string mask, string name)
        => mask == name || (mask.EndsWith(":*", StringComparison.Ordinal) && name.AsSpan().StartsWith(mask.AsSpan(0, mask.Length - 1), StringComparison.Ordinal));
}
