using System.Globalization;
using BleepStore.Api.Configuration;
using BleepStore.Api.Operations.Buckets;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;

namespace BleepStore.Api.Operations.Service;

/// <summary>ListBuckets: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html</summary>
internal sealed class ListBuckets(IMetadataStore metadata, StoreRegion storeRegion) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("ListBuckets", "GET", S3Resource.Service)
    {
        Summary = "Lists the caller's own buckets.",
        OptionalQuery = ["prefix", "continuation-token", "max-buckets", "bucket-region"],
        ResponseBody = S3Body.Xml("ListAllMyBucketsResult"),
        Errors = [S3Errors.AccessDenied, S3Errors.InvalidArgument],
        Demands = _ => [Demand.OnService("s3:ListAllMyBuckets")],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var limit = ObjectListing.ReadNumber(request.Query, "max-buckets") ?? S3Limits.MaxBuckets;
        if (limit is < 1 or > S3Limits.MaxBuckets)
        {
            return S3Errors.Argument(
                "max-buckets", limit.ToString(CultureInfo.InvariantCulture), "Argument max-buckets must be an integer between 1 and 10000");
        }

        if (request.Query["bucket-region"] is { } asked && !asked.Equals(storeRegion.Name, StringComparison.OrdinalIgnoreCase))
        {
            return S3Errors.InvalidArgument.With("ArgumentName", "bucket-region").Because(StoreRegion.IsRegion(asked)
                ? "Requests with bucket-region specified must be made to the corresponding regional endpoint"
                : $"Argument value {asked} is not a valid AWS Region");
        }

        var prefix = request.Query["prefix"];
        var after = request.Query["continuation-token"] is { Length: > 0 } token ? ContinuationToken.Decode(token) : null;
        var buckets = await metadata.ListBucketsAsync(request.CallerId, prefix ?? "", after, limit + 1, cancellationToken);
        var isTruncated = buckets.Length > limit;
        var page = isTruncated ? buckets[..limit] : buckets;

        // As S3 has it: the region is told to those who page or filter, and left out of the answer that all clients have always known.
        var withRegion = Definition.OptionalQuery.Any(parameter => request.Query[parameter] is not null);
        var owner = (await metadata.FindAccountAsync(request.CallerId, cancellationToken))?.DisplayName ?? request.CallerId;
        return S3Response.OfXml(writer =>
        {
            writer.StartS3("ListAllMyBucketsResult");
            writer.Principal("Owner", request.CallerId, owner);
            writer.Start("Buckets");
            foreach (var bucket in page)
            {
                writer.Start("Bucket");
                writer.Element("Name", bucket.Name);
                writer.Element("CreationDate", bucket.CreatedAt);
                writer.Optional("BucketRegion", withRegion ? bucket.Region : null);
                writer.Element("BucketArn", BucketName.ToArn(bucket.Name));
                writer.End();
            }

            writer.End();
            writer.Optional("Prefix", prefix);
            writer.Optional("ContinuationToken", isTruncated ? ContinuationToken.Encode(page[^1].Name) : null);
            writer.End();
        });
    }
}
