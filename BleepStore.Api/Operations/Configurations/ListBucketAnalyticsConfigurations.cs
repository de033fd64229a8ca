using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>ListBucketAnalyticsConfigurations: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketAnalyticsConfigurations.html</summary>
internal sealed class ListBucketAnalyticsConfigurations : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("ListBucketAnalyticsConfigurations", "GET", S3Resource.Bucket)
    {
        Summary = "Lists a bucket's analyses of storage classes, of which there are none: none can be set.",
        Limitation = "there are none, and none can be set",
        Query = ["analytics"],
        OptionalQuery = ["continuation-token"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("ListBucketAnalyticsConfigurationResult"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetAnalyticsConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(NoConfigurations.Answer("ListBucketAnalyticsConfigurationResult"));
}
