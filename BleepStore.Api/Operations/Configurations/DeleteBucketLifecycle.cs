using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>DeleteBucketLifecycle: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html</summary>
internal sealed class DeleteBucketLifecycle(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeleteBucketLifecycle", "DELETE", S3Resource.Bucket)
    {
        Summary = "Removes all lifecycle rules.",
        Query = ["lifecycle"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutLifecycleConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => configurations.DeleteAsync(request, LifecycleConfiguration.Document.Name, cancellationToken);
}
