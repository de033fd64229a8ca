using BleepStore.Api.Checksums;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>ListObjectVersions: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html</summary>
internal sealed class ListObjectVersions(IMetadataStore metadata, ListingTurns turns) : IS3Operation
{
    private const string VersionIdMarker = "version-id-marker";

    public static S3OperationDefinition Definition { get; } = new("ListObjectVersions", "GET", S3Resource.Bucket)
    {
        Summary = "Lists all versions and delete markers in the order of their keys, newest first within a key.",
        Query = ["versions"],
        OptionalQuery = ["prefix", "delimiter", "key-marker", VersionIdMarker, "max-keys", "encoding-type"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", "x-amz-optional-object-attributes"],
        ResponseBody = S3Body.Xml("ListVersionsResult"),
        Errors = [S3Errors.InvalidArgument, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:ListBucketVersions", AclPermission.Read, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var listing = ObjectListing.Read(request.Query, "max-keys");
        var keyMarker = request.Query["key-marker"] ?? "";
        var versionIdMarker = request.Query[VersionIdMarker];
        if (await RefusalAsync(request, keyMarker, versionIdMarker, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var query = new VersionListQuery(listing.Prefix, listing.Delimiter, keyMarker.Length == 0 ? null : keyMarker, versionIdMarker, listing.Limit);
        using var turn = await turns.TakeAsync(cancellationToken);
        var page = await metadata.ListVersionsAsync(request.Bucket.BucketId, query, cancellationToken);
        var owners = await ObjectListing.FindOwnersAsync(metadata, page.Versions.Select(row => row.Version.Acl.OwnerId), cancellationToken);
        return S3Response.OfXml(writer =>
        {
            writer.StartS3("ListVersionsResult");
            writer.Element("Name", request.Bucket.Name);
            writer.Element("Prefix", listing.Encode(listing.Prefix));
            writer.Element("KeyMarker", listing.Encode(keyMarker));
            writer.Element("VersionIdMarker", versionIdMarker ?? "");
            writer.Optional("NextKeyMarker", page.NextKeyMarker is { } next ? listing.Encode(next) : null);
            writer.Optional("NextVersionIdMarker", page.NextVersionIdMarker);
            writer.Element("MaxKeys", listing.Limit);
            listing.WriteParameters(writer, withEmptyDelimiter: true);
            writer.Element("IsTruncated", page.IsTruncated);
            foreach (var row in page.Versions)
            {
                WriteVersion(writer, listing, row, owners[row.Version.Acl.OwnerId]);
            }

            listing.WriteCommonPrefixes(writer, page.CommonPrefixes);
            writer.End();
        });
    }

    private static void WriteVersion(S3XmlWriter writer, ObjectListing listing, ListedVersion row, string ownerName)
    {
        var version = row.Version;
        writer.Start(version.IsDeleteMarker ? "DeleteMarker" : "Version");
        writer.Element("Key", listing.Encode(version.Key));
        writer.Element("VersionId", version.VersionId);
        writer.Element("IsLatest", row.IsLatest);
        writer.Element("LastModified", version.LastModified);
        if (!version.IsDeleteMarker)
        {
            writer.ETag(version.ETag);
            if (version.Checksum is { } checksum)
            {
                writer.Element("ChecksumAlgorithm", ((ChecksumAlgorithm)checksum.Algorithm).Info().Name);
                writer.Element("ChecksumType", ((ChecksumType)checksum.Type).Name());
            }

            writer.Element("Size", version.Size);
        }

        writer.Principal("Owner", version.Acl.OwnerId, ownerName);
        writer.Optional("StorageClass", version.IsDeleteMarker ? null : version.StorageClass);
        writer.End();
    }

    private async ValueTask<S3Error?> RefusalAsync(S3Request request, string keyMarker, string? versionIdMarker, CancellationToken cancellationToken)
    {
        if (versionIdMarker is null)
        {
            return null;
        }

        if (keyMarker.Length == 0)
        {
            return S3Errors.Argument(VersionIdMarker, versionIdMarker, "A version-id marker cannot be specified without a key marker.");
        }

        if (versionIdMarker.Length == 0)
        {
            return S3Errors.Argument(VersionIdMarker, versionIdMarker, "A version-id marker cannot be empty.");
        }

        return ObjectVersions.IsWellFormed(versionIdMarker)
            || await metadata.FindVersionAsync(request.Bucket.BucketId, keyMarker, versionIdMarker, cancellationToken) is not null
                ? null
                : ObjectVersions.NoSuchVersion(keyMarker, versionIdMarker, VersionIdMarker);
    }
}
