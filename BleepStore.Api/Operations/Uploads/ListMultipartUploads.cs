using BleepStore.Api.Checksums;
using BleepStore.Api.Operations.Buckets;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Uploads;

/// <summary>ListMultipartUploads: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html</summary>
internal sealed class ListMultipartUploads(IMetadataStore metadata) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("ListMultipartUploads", "GET", S3Resource.Bucket)
    {
        Summary = "Lists the open uploads of a bucket.",
        IsMultipart = true,
        Query = ["uploads"],
        OptionalQuery = ["prefix", "delimiter", "key-marker", "upload-id-marker", "max-uploads", "encoding-type"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("ListMultipartUploadsResult"),
        Errors = [S3Errors.InvalidArgument, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:ListBucketMultipartUploads", AclPermission.Read, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var listing = ObjectListing.Read(request.Query, "max-uploads");
        var keyMarker = request.Query["key-marker"] ?? "";

        // Without a key marker S3 ignores the upload id marker.
        var uploadIdMarker = keyMarker.Length == 0 ? "" : request.Query["upload-id-marker"] ?? "";
        if (uploadIdMarker.Length > 0 && !CreateMultipartUpload.CouldBeGiven(uploadIdMarker))
        {
            return S3Errors.Argument("upload-id-marker", uploadIdMarker, "Invalid uploadId marker");
        }

        var page = await metadata.ListUploadsAsync(
            request.Bucket.BucketId,
            new UploadListQuery(listing.Prefix, listing.Delimiter, NullIfEmpty(keyMarker), NullIfEmpty(uploadIdMarker), listing.Limit),
            cancellationToken);
        var names = await ObjectListing.FindOwnersAsync(
            metadata, page.Uploads.SelectMany(upload => (string[])[upload.InitiatorId, upload.Acl.OwnerId]), cancellationToken);
        return S3Response.OfXml(writer =>
        {
            writer.StartS3("ListMultipartUploadsResult");
            writer.Element("Bucket", request.Bucket.Name);
            writer.Element("KeyMarker", listing.Encode(keyMarker));
            writer.Element("UploadIdMarker", uploadIdMarker);

            // The markers are those of the last upload also where no page follows, as the examples of AWS show.
            var last = page.IsTruncated || page.Uploads.IsEmpty ? null : page.Uploads[^1];
            writer.Element("NextKeyMarker", listing.Encode(page.NextKeyMarker ?? last?.Key ?? ""));
            writer.Element("NextUploadIdMarker", page.NextUploadIdMarker ?? last?.UploadId ?? "");
            writer.Optional("Prefix", listing.Prefix.Length + listing.Delimiter.Length == 0 ? null : listing.Encode(listing.Prefix));
            writer.Element("MaxUploads", listing.Limit);
            listing.WriteParameters(writer);
            writer.Element("IsTruncated", page.IsTruncated);
            foreach (var upload in page.Uploads)
            {
                writer.Start("Upload");
                writer.Element("Key", listing.Encode(upload.Key));
                writer.Element("UploadId", upload.UploadId);
                writer.Principal("Initiator", upload.InitiatorId, names[upload.InitiatorId]);
                writer.Principal("Owner", upload.Acl.OwnerId, names[upload.Acl.OwnerId]);
                writer.Element("StorageClass", upload.StorageClass);
                writer.Element("Initiated", upload.InitiatedAt);
                if (upload.ChecksumAlgorithm != 0)
                {
                    writer.Element("ChecksumAlgorithm", ((ChecksumAlgorithm)upload.ChecksumAlgorithm).Info().Name);
                    writer.Element("ChecksumType", ((ChecksumType)upload.ChecksumType).Name());
                }

                writer.End();
            }

            listing.WriteCommonPrefixes(writer, page.CommonPrefixes);
            writer.End();
        });
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
