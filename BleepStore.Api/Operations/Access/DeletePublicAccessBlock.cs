using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Access;

/// <summary>DeletePublicAccessBlock: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html</summary>
internal sealed class DeletePublicAccessBlock(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeletePublicAccessBlock", "DELETE", S3Resource.Bucket)
    {
        Summary = "Lifts what a bucket does against being public.",
        Query = ["publicAccessBlock"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketPublicAccessBlock", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => configurations.DeleteAsync(request, PublicAccessBlock.Document.Name, cancellationToken);
}
