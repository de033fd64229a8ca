using System.Collections.Immutable;

namespace BleepStore.Api.OpenApi;

/// <summary>An element of an XML body.</summary>
/// <param name="Name">Element name.</param>
/// <param name="Type">JSON Schema type: string, integer, boolean, object.</param>
/// <param name="Format">JSON Schema format; null for none.</param>
/// <param name="IsRepeated">True when it may occur several times, without a wrapper.</param>
/// <param name="Children">Elements inside an object.</param>
internal sealed record XmlElementSchema(
    string Name, string Type, string? Format, bool IsRepeated, ImmutableArray<XmlElementSchema> Children);

/// <summary>The shape of the XML bodies, by root element, for the API document.</summary>
internal static class XmlSchemas
{
    private static readonly XmlElementSchema[] Checksums =
    [
        Text("ChecksumCRC32"), Text("ChecksumCRC32C"), Text("ChecksumCRC64NVME"), Text("ChecksumSHA1"), Text("ChecksumSHA256"), Text("ChecksumType"),
    ];

    private static readonly XmlElementSchema Owner = Group("Owner", Text("ID"), Text("DisplayName"));
    private static readonly XmlElementSchema Initiator = Group("Initiator", Text("ID"), Text("DisplayName"));
    private static readonly XmlElementSchema CommonPrefixes = Many("CommonPrefixes", Text("Prefix"));

    /// <summary>All roots: those of listings and objects, then those of configurations.</summary>
    public static readonly ImmutableArray<XmlElementSchema> All =
    [
        Group(
            "AccessControlPolicy",
            Owner,
            Group("AccessControlList", Many("Grant", Group("Grantee", Text("ID"), Text("DisplayName"), Text("URI"), Text("EmailAddress")), Text("Permission")))),
        Group("CompleteMultipartUpload", Many("Part", [Number("PartNumber"), Text("ETag"), .. Checksums[..5]])),
        Group("CompleteMultipartUploadResult", [Text("Location"), Text("Bucket"), Text("Key"), Text("ETag"), .. Checksums]),
        Group("CopyObjectResult", [Text("ETag"), Time("LastModified"), .. Checksums]),
        Group("CopyPartResult", [Text("ETag"), Time("LastModified"), .. Checksums]),
        Group("CreateBucketConfiguration", Text("LocationConstraint")),
        Group("Delete", Flag("Quiet"), Many("Object", Text("Key"), Text("VersionId"), Text("ETag"))),
        Group(
            "DeleteResult",
            Many("Deleted", Text("Key"), Text("VersionId"), Flag("DeleteMarker"), Text("DeleteMarkerVersionId")),
            Many("Error", Text("Key"), Text("VersionId"), Text("Code"), Text("Message"))),
        Group("Error", Text("Code"), Text("Message"), Text("Resource"), Text("RequestId"), Text("HostId")),
        Group("InitiateMultipartUploadResult", Text("Bucket"), Text("Key"), Text("UploadId")),
        Group(
            "ListAllMyBucketsResult",
            Group("Buckets", Many("Bucket", Text("Name"), Time("CreationDate"), Text("BucketRegion"), Text("BucketArn"))),
            Owner,
            Text("Prefix"),
            Text("ContinuationToken")),
        Group(
            "ListBucketResult",
            Text("Name"),
            Text("Prefix"),
            Text("Marker"),
            Text("NextMarker"),
            Text("StartAfter"),
            Text("ContinuationToken"),
            Text("NextContinuationToken"),
            Number("KeyCount"),
            Number("MaxKeys"),
            Text("Delimiter"),
            Text("EncodingType"),
            Flag("IsTruncated"),
            Many("Contents", Text("Key"), Time("LastModified"), Text("ETag"), Text("ChecksumAlgorithm"), Text("ChecksumType"), Number("Size"), Text("StorageClass"), Owner),
            CommonPrefixes),
        Group(
            "ListMultipartUploadsResult",
            Text("Bucket"),
            Text("KeyMarker"),
            Text("UploadIdMarker"),
            Text("NextKeyMarker"),
            Text("NextUploadIdMarker"),
            Text("Prefix"),
            Text("Delimiter"),
            Text("EncodingType"),
            Number("MaxUploads"),
            Flag("IsTruncated"),
            Many("Upload", Text("Key"), Text("UploadId"), Initiator, Owner, Text("StorageClass"), Time("Initiated"), Text("ChecksumAlgorithm"), Text("ChecksumType")),
            CommonPrefixes),
        Group(
            "ListPartsResult",
            Text("Bucket"),
            Text("Key"),
            Text("UploadId"),
            Initiator,
            Owner,
            Text("StorageClass"),
            Text("ChecksumAlgorithm"),
            Text("ChecksumType"),
            Number("PartNumberMarker"),
            Number("NextPartNumberMarker"),
            Number("MaxParts"),
            Flag("IsTruncated"),
            Text("EncodingType"),
            Many("Part", [Number("PartNumber"), Time("LastModified"), Text("ETag"), Number("Size"), .. Checksums[..5]])),
        Group(
            "GetObjectAttributesResponse",
            Text("ETag"),
            Group("Checksum", [.. Checksums]),
            Group(
                "ObjectParts",
                Number("PartsCount"),
                Number("PartNumberMarker"),
                Number("NextPartNumberMarker"),
                Number("MaxParts"),
                Flag("IsTruncated"),
                Many("Part", [Number("PartNumber"), Number("Size"), .. Checksums[..5]])),
            Text("StorageClass"),
            Number("ObjectSize")),
        Group(
            "ListVersionsResult",
            Text("Name"),
            Text("Prefix"),
            Text("KeyMarker"),
            Text("VersionIdMarker"),
            Text("NextKeyMarker"),
            Text("NextVersionIdMarker"),
            Number("MaxKeys"),
            Text("Delimiter"),
            Text("EncodingType"),
            Flag("IsTruncated"),
            Many(
                "Version",
                Text("Key"),
                Text("VersionId"),
                Flag("IsLatest"),
                Time("LastModified"),
                Text("ETag"),
                Text("ChecksumAlgorithm"),
                Text("ChecksumType"),
                Number("Size"),
                Owner,
                Text("StorageClass")),
            Many("DeleteMarker", Text("Key"), Text("VersionId"), Flag("IsLatest"), Time("LastModified"), Owner),
            CommonPrefixes),
        Group("LegalHold", Text("Status")),
        Text("LocationConstraint"),
        Group("ObjectLockConfiguration", Text("ObjectLockEnabled"), Group("Rule", Group("DefaultRetention", Text("Mode"), Number("Days"), Number("Years")))),
        Group("Retention", Text("Mode"), Time("RetainUntilDate")),
        Group("VersioningConfiguration", Text("Status"), Text("MfaDelete")),
        Group("OwnershipControls", Many("Rule", Text("ObjectOwnership"))),
        Group("PolicyStatus", Flag("IsPublic")),
        Group(
            "PublicAccessBlockConfiguration", Flag("BlockPublicAcls"), Flag("IgnorePublicAcls"), Flag("BlockPublicPolicy"), Flag("RestrictPublicBuckets")),
        Group("Tagging", Group("TagSet", Many("Tag", Text("Key"), Text("Value")))),
        .. ConfigurationSchemas.All,
    ];

    internal static XmlElementSchema Text(string name) => new(name, "string", Format: null, IsRepeated: false, []);

    /// <summary>A text that may occur several times.</summary>
    internal static XmlElementSchema Texts(string name) => new(name, "string", Format: null, IsRepeated: true, []);

    internal static XmlElementSchema Time(string name) => new(name, "string", "date-time", IsRepeated: false, []);

    internal static XmlElementSchema Number(string name) => new(name, "integer", "int64", IsRepeated: false, []);

    internal static XmlElementSchema Flag(string name) => new(name, "boolean", Format: null, IsRepeated: false, []);

    internal static XmlElementSchema Group(string name, params ImmutableArray<XmlElementSchema> children)
        => new(name, "object", Format: null, IsRepeated: false, children);

    internal static XmlElementSchema Many(string name, params ImmutableArray<XmlElementSchema> children)
        => new(name, "object", Format: null, IsRepeated: true, children);
}
