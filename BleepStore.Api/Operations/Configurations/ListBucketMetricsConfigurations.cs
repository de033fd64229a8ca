using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>ListBucketMetricsConfigurations: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketMetricsConfigurations.html</summary>
internal sealed class ListBucketMetricsConfigurations : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("ListBucketMetricsConfigurations", "GET", S3Resource.Bucket)
    {
        Summary = "Lists a bucket's metrics of requests, of which there are none: none can be set.",
        Limitation = "there are none, and none can be set",
        Query = ["metrics"],
        OptionalQuery = ["continuation-token"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("ListMetricsConfigurationsResult"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetMetricsConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(NoConfigurations.Answer("ListMetricsConfigurationsResult"));
}
