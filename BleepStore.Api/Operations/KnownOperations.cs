using System.Collections.Immutable;

namespace BleepStore.Api.Operations;

/// <summary>An operation that AWS documents.</summary>
/// <param name="Name">The AWS name.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Resource">What the path names.</param>
/// <param name="Query">Query parameters that select it.</param>
internal sealed record KnownOperation(string Name, string Method, S3Resource Resource, params ImmutableArray<string> Query);

/// <summary>
/// The operations of S3's general purpose buckets, so that the support table says what is missing too and each of them is answered with 501.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
/// </summary>
internal static class KnownOperations
{
    private const S3Resource Bucket = S3Resource.Bucket;
    private const S3Resource Object = S3Resource.Object;

    /// <summary>Those that may not be in <see cref="S3Operations"/> yet, in the order of the table.</summary>
    public static readonly ImmutableArray<KnownOperation> All =
    [
        new("PutBucketReplication", "PUT", Bucket, "replication"),
        new("DeleteBucketReplication", "DELETE", Bucket, "replication"),
        new("GetBucketAbac", "GET", Bucket, "abac"),
        new("PutBucketAbac", "PUT", Bucket, "abac"),
        new("PutBucketAnalyticsConfiguration", "PUT", Bucket, "analytics", "id"),
        new("DeleteBucketAnalyticsConfiguration", "DELETE", Bucket, "analytics", "id"),
        new("PutBucketIntelligentTieringConfiguration", "PUT", Bucket, "intelligent-tiering", "id"),
        new("DeleteBucketIntelligentTieringConfiguration", "DELETE", Bucket, "intelligent-tiering", "id"),
        new("PutBucketInventoryConfiguration", "PUT", Bucket, "inventory", "id"),
        new("DeleteBucketInventoryConfiguration", "DELETE", Bucket, "inventory", "id"),
        new("PutBucketMetricsConfiguration", "PUT", Bucket, "metrics", "id"),
        new("DeleteBucketMetricsConfiguration", "DELETE", Bucket, "metrics", "id"),
        new("CreateBucketMetadataConfiguration", "POST", Bucket, "metadataConfiguration"),
        new("GetBucketMetadataConfiguration", "GET", Bucket, "metadataConfiguration"),
        new("DeleteBucketMetadataConfiguration", "DELETE", Bucket, "metadataConfiguration"),
        new("CreateBucketMetadataTableConfiguration", "POST", Bucket, "metadataTable"),
        new("GetBucketMetadataTableConfiguration", "GET", Bucket, "metadataTable"),
        new("DeleteBucketMetadataTableConfiguration", "DELETE", Bucket, "metadataTable"),
        new("UpdateBucketMetadataInventoryTableConfiguration", "PUT", Bucket, "metadataInventoryTable"),
        new("UpdateBucketMetadataJournalTableConfiguration", "PUT", Bucket, "metadataJournalTable"),
        new("CreateSession", "GET", Bucket, "session"),
        new("GetObjectTorrent", "GET", Object, "torrent"),
        new("RestoreObject", "POST", Object, "restore"),
        new("SelectObjectContent", "POST", Object, "select", "select-type=2"),
        new("RenameObject", "PUT", Object, "renameObject"),
        new("UpdateObjectEncryption", "PUT", Object, "encryption"),
    ];

    /// <summary>True for what no subresource tells apart: such a request is of an operation that AWS has, not of a method it refuses.</summary>
    public static bool IsWithoutSubresource(string method, S3Resource resource)
        => All.Any(operation => operation.Query.IsEmpty && operation.Method == method && operation.Resource == resource);
}
