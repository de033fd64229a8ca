using System.Collections.Immutable;
using static BleepStore.Api.OpenApi.XmlSchemas;

namespace BleepStore.Api.OpenApi;

/// <summary>The shape of the configuration documents of buckets, for the API document.</summary>
internal static class ConfigurationSchemas
{
    private static readonly XmlElementSchema Tag = Many("Tag", Text("Key"), Text("Value"));

    private static readonly XmlElementSchema EventFilter = Group("Filter", Group("S3Key", Many("FilterRule", Text("Name"), Text("Value"))));

    private static readonly XmlElementSchema Redirect = Group(
        "Redirect", Text("HostName"), Number("HttpRedirectCode"), Text("Protocol"), Text("ReplaceKeyPrefixWith"), Text("ReplaceKeyWith"));

    /// <summary>All roots, in the order of their names.</summary>
    public static readonly ImmutableArray<XmlElementSchema> All =
    [
        Group("AccelerateConfiguration", Text("Status")),
        Group(
            "BucketLoggingStatus",
            Group(
                "LoggingEnabled",
                Text("TargetBucket"),
                Group("TargetGrants", Many("Grant", Group("Grantee", Text("ID"), Text("DisplayName"), Text("URI"), Text("EmailAddress")), Text("Permission"))),
                Text("TargetPrefix"),
                Group("TargetObjectKeyFormat", Group("SimplePrefix"), Group("PartitionedPrefix", Text("PartitionDateSource"))))),
        Group(
            "CORSConfiguration",
            Many("CORSRule", Text("ID"), Texts("AllowedHeader"), Texts("AllowedMethod"), Texts("AllowedOrigin"), Texts("ExposeHeader"), Number("MaxAgeSeconds"))),
        Group(
            "LifecycleConfiguration",
            Many(
                "Rule",
                Text("ID"),
                Text("Prefix"),
                Group(
                    "Filter",
                    Text("Prefix"),
                    Tag,
                    Number("ObjectSizeGreaterThan"),
                    Number("ObjectSizeLessThan"),
                    Group("And", Text("Prefix"), Tag, Number("ObjectSizeGreaterThan"), Number("ObjectSizeLessThan"))),
                Text("Status"),
                Group("Expiration", Number("Days"), Time("Date"), Flag("ExpiredObjectDeleteMarker")),
                Group("NoncurrentVersionExpiration", Number("NoncurrentDays"), Number("NewerNoncurrentVersions")),
                Group("AbortIncompleteMultipartUpload", Number("DaysAfterInitiation")))),
        Group("ListBucketAnalyticsConfigurationResult", Flag("IsTruncated")),
        Group("ListBucketIntelligentTieringConfigurationsOutput", Flag("IsTruncated")),
        Group("ListInventoryConfigurationsResult", Flag("IsTruncated")),
        Group("ListMetricsConfigurationsResult", Flag("IsTruncated")),
        Group(
            "NotificationConfiguration",
            Many("TopicConfiguration", Text("Id"), Text("Topic"), Texts("Event"), EventFilter),
            Many("QueueConfiguration", Text("Id"), Text("Queue"), Texts("Event"), EventFilter),
            Many("CloudFunctionConfiguration", Text("Id"), Text("CloudFunction"), Texts("Event"), EventFilter),
            Group("EventBridgeConfiguration")),
        Group("RequestPaymentConfiguration", Text("Payer")),
        Group(
            "ServerSideEncryptionConfiguration",
            Many(
                "Rule",
                Group("ApplyServerSideEncryptionByDefault", Text("SSEAlgorithm"), Text("KMSMasterKeyID")),
                Flag("BucketKeyEnabled"),
                Group("BlockedEncryptionTypes", Texts("EncryptionType")))),
        Group(
            "WebsiteConfiguration",
            Group("RedirectAllRequestsTo", Text("HostName"), Text("Protocol")),
            Group("IndexDocument", Text("Suffix")),
            Group("ErrorDocument", Text("Key")),
            Group("RoutingRules", Many("RoutingRule", Group("Condition", Number("HttpErrorCodeReturnedEquals"), Text("KeyPrefixEquals")), Redirect))),
    ];
}
