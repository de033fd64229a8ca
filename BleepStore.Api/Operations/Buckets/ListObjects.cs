using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>ListObjects: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html</summary>
internal sealed class ListObjects(IMetadataStore metadata, ListingTurns turns) : IS3Operation
{
    // Ignored, they would let a client page forever. What else list-type says than 2 is this version, as on S3.
    private static readonly (string Parameter, string Name)[] OfVersion2 = [("continuation-token", "continuation-token"), ("start-after", "startAfter")];

    public static S3OperationDefinition Definition { get; } = new("ListObjects", "GET", S3Resource.Bucket)
    {
        Summary = "Lists objects in the order of their keys; version 1, continued by a marker.",
        OptionalQuery = ["prefix", "delimiter", "marker", "max-keys", "encoding-type", "list-type"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", "x-amz-optional-object-attributes"],
        ResponseBody = S3Body.Xml("ListBucketResult"),
        Errors = [S3Errors.InvalidArgument, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:ListBucket", AclPermission.Read, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        foreach (var (parameter, name) in OfVersion2)
        {
            if (request.Query[parameter] is not null)
            {
                return S3Errors.InvalidArgument.Because($"{name} only supported in REST.GET.BUCKET with list-type=2").With("ArgumentName", parameter);
            }
        }

        var listing = ObjectListing.Read(request.Query, "max-keys");
        var marker = request.Query["marker"] ?? "";
        using var turn = await turns.TakeAsync(cancellationToken);
        var page = await listing.ReadPageAsync(metadata, request, marker.Length == 0 ? null : marker, cancellationToken);

        // Whoever is nobody learns of keys, and of no account.
        var owners = request.Verified.IsSigned
            ? await ObjectListing.FindOwnersAsync(metadata, page.Objects.Select(record => record.Acl.OwnerId), cancellationToken)
            : null;
        return S3Response.OfXml(writer =>
        {
            writer.StartS3("ListBucketResult");
            writer.Element("Name", request.Bucket.Name);
            writer.Element("Prefix", listing.Encode(listing.Prefix));
            writer.Element("Marker", listing.Encode(marker));
            writer.Element("MaxKeys", listing.Limit);
            listing.WriteParameters(writer);
            writer.Element("IsTruncated", page.NextAfter is not null);

            // Without a delimiter S3 leaves it to the client to take the last key.
            writer.Optional("NextMarker", page.NextAfter is { } next && listing.Delimiter.Length > 0 ? listing.Encode(next) : null);
            listing.WriteObjects(writer, page.Objects, owners);
            listing.WriteCommonPrefixes(writer, page.CommonPrefixes);
            writer.End();
        });
    }
}
