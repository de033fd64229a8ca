using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Api.Checksums;
using BleepStore.Api.Lifecycle;
using BleepStore.Api.Operations.Buckets;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Uploads;

/// <summary>ListParts: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html</summary>
internal sealed class ListParts(IMetadataStore metadata, Authorizer authorizer) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("ListParts", "GET", S3Resource.Object)
    {
        Summary = "Lists the parts that an open upload has.",
        IsMultipart = true,
        Query = ["uploadId"],
        OptionalQuery = ["max-parts", "part-number-marker", "encoding-type"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("ListPartsResult"),
        Errors = [S3Errors.InvalidArgument, S3Errors.NoSuchBucket, S3Errors.NoSuchUpload],
        Demands = request => [Demand.OnKey("s3:ListMultipartUploadParts", AclPermission.Write, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var limit = ObjectListing.ReadLimit(request.Query, "max-parts");
        var marker = ObjectListing.ReadNumber(request.Query, "part-number-marker") ?? 0;
        if (marker < 0)
        {
            return S3Errors.Argument(
                "part-number-marker",
                marker.ToString(CultureInfo.InvariantCulture),
                "Argument part-number-marker must be an integer between 0 and 2147483647");
        }

        if (await PartParameters.FindUploadAsync(metadata, authorizer, request, cancellationToken) is not { } upload)
        {
            return PartParameters.NoSuchUpload(request);
        }

        var listing = ObjectListing.Read(request.Query, "max-parts");
        var parts = await metadata.ListPartsAsync(upload.UploadId, marker, limit + 1, cancellationToken);
        var isTruncated = limit > 0 && parts.Length > limit;
        var page = parts.Length > limit ? parts[..limit] : parts;
        var names = await ObjectListing.FindOwnersAsync(metadata, [upload.InitiatorId, upload.Acl.OwnerId], cancellationToken);
        return S3Response.OfXml(writer =>
        {
            writer.StartS3("ListPartsResult");
            writer.Element("Bucket", request.Bucket.Name);
            writer.Element("Key", listing.Encode(request.Key));
            writer.Element("UploadId", upload.UploadId);
            writer.Principal("Initiator", upload.InitiatorId, names[upload.InitiatorId]);
            writer.Principal("Owner", upload.Acl.OwnerId, names[upload.Acl.OwnerId]);
            writer.Element("StorageClass", upload.StorageClass);
            if (upload.ChecksumAlgorithm != 0)
            {
                writer.Element("ChecksumAlgorithm", ((ChecksumAlgorithm)upload.ChecksumAlgorithm).Info().Name);
                writer.Element("ChecksumType", ((ChecksumType)upload.ChecksumType).Name());
            }

            writer.Element("PartNumberMarker", marker);
            writer.Optional("NextPartNumberMarker", page.IsEmpty ? "0" : page[^1].PartNumber.ToString(CultureInfo.InvariantCulture));
            writer.Element("MaxParts", limit);
            writer.Element("IsTruncated", isTruncated);
            foreach (var part in page)
            {
                writer.Start("Part");
                writer.Element("PartNumber", part.PartNumber);
                writer.Element("LastModified", part.LastModified);
                writer.ETag(part.ETag);
                writer.Element("Size", part.Size);
                if (part.Checksum is { } checksum)
                {
                    writer.Element("Checksum" + ((ChecksumAlgorithm)checksum.Algorithm).Info().Name, Convert.ToBase64String(checksum.Value.Span));
                }

                writer.End();
            }

            writer.End();
        }).WithAbort(request.Bucket, request.Key, upload.InitiatedAt);
    }
}
