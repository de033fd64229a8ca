using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Access;

/// <summary>DeleteBucketOwnershipControls: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html</summary>
internal sealed class DeleteBucketOwnershipControls(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeleteBucketOwnershipControls", "DELETE", S3Resource.Bucket)
    {
        Summary = "Makes the objects of a bucket their writers' again.",
        Query = ["ownershipControls"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketOwnershipControls", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => configurations.DeleteAsync(request, OwnershipControls.Document.Name, cancellationToken);
}
