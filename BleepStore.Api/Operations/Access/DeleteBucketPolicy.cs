using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Policies;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Access;

/// <summary>DeleteBucketPolicy: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html</summary>
internal sealed class DeleteBucketPolicy(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeleteBucketPolicy", "DELETE", S3Resource.Bucket)
    {
        Summary = "Removes the policy of a bucket; an absent one is no error.",
        Query = ["policy"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Errors = [S3Errors.MethodNotAllowed, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:DeleteBucketPolicy", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => BucketPolicyAccess.Refusal(request) is { } refusal ? refusal : await configurations.DeleteAsync(request, BucketAccess.PolicyName, cancellationToken);
}
