using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>ListObjectsV2: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html</summary>
internal sealed class ListObjectsV2(IMetadataStore metadata, ListingTurns turns) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("ListObjectsV2", "GET", S3Resource.Bucket)
    {
        Summary = "Lists objects in the order of their keys; continued by an opaque token.",
        Query = ["list-type=2"],
        OptionalQuery = ["prefix", "delimiter", "start-after", "continuation-token", "fetch-owner", "max-keys", "encoding-type"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", "x-amz-optional-object-attributes"],
        ResponseBody = S3Body.Xml("ListBucketResult"),
        Errors = [S3Errors.InvalidArgument, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:ListBucket", AclPermission.Read, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        if (request.Query["marker"] is not null)
        {
            return S3Errors.InvalidArgument.Because("Marker unsupported with REST.GET.BUCKET in list-type=2").With("ArgumentName", "marker");
        }

        var listing = ObjectListing.Read(request.Query, "max-keys");
        var token = request.Query["continuation-token"];
        var startAfter = request.Query["start-after"];
        var after = token is not null ? ContinuationToken.Decode(token) : string.IsNullOrEmpty(startAfter) ? null : startAfter;
        using var turn = await turns.TakeAsync(cancellationToken);
        var page = await listing.ReadPageAsync(metadata, request, after, cancellationToken);
        var owners = request.Verified.IsSigned && request.Query["fetch-owner"] == "true"
            ? await ObjectListing.FindOwnersAsync(metadata, page.Objects.Select(record => record.Acl.OwnerId), cancellationToken)
            : null;
        return S3Response.OfXml(writer =>
        {
            writer.StartS3("ListBucketResult");
            writer.Element("Name", request.Bucket.Name);
            writer.Element("Prefix", listing.Encode(listing.Prefix));
            writer.Optional("StartAfter", startAfter is null || token is not null ? null : listing.Encode(startAfter));
            writer.Optional("ContinuationToken", token);
            writer.Element("KeyCount", page.Objects.Length + page.CommonPrefixes.Length);
            writer.Element("MaxKeys", listing.Limit);
            listing.WriteParameters(writer);
            writer.Element("IsTruncated", page.NextAfter is not null);
            writer.Optional("NextContinuationToken", page.NextAfter is { } next ? ContinuationToken.Encode(next) : null);
            listing.WriteObjects(writer, page.Objects, owners);
            listing.WriteCommonPrefixes(writer, page.CommonPrefixes);
            writer.End();
        });
    }
}
