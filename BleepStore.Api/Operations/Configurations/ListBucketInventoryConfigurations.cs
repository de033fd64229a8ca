using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>ListBucketInventoryConfigurations: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketInventoryConfigurations.html</summary>
internal sealed class ListBucketInventoryConfigurations : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("ListBucketInventoryConfigurations", "GET", S3Resource.Bucket)
    {
        Summary = "Lists a bucket's inventories, of which there are none: none can be set.",
        Limitation = "there are none, and none can be set",
        Query = ["inventory"],
        OptionalQuery = ["continuation-token"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("ListInventoryConfigurationsResult"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetInventoryConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(NoConfigurations.Answer("ListInventoryConfigurationsResult"));
}
