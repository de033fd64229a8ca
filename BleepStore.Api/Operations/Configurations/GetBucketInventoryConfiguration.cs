using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketInventoryConfiguration: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketInventoryConfiguration.html</summary>
internal sealed class GetBucketInventoryConfiguration : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketInventoryConfiguration", "GET", S3Resource.Bucket)
    {
        Summary = "Says that there is no such configuration: none can be set.",
        Limitation = "there are none, and none can be set",
        Query = ["inventory", "id"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 404,
        Errors = [S3Errors.NoSuchBucket, S3Errors.NoSuchConfiguration],
        Demands = request => [Demand.OnBucket("s3:GetInventoryConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult<S3Response>(S3Errors.NoSuchConfiguration);
}
