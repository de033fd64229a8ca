using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>DeleteBucketEncryption: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html</summary>
internal sealed class DeleteBucketEncryption(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeleteBucketEncryption", "DELETE", S3Resource.Bucket)
    {
        Summary = "Removes the default encryption.",
        Query = ["encryption"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutEncryptionConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => configurations.DeleteAsync(request, EncryptionConfiguration.Document.Name, cancellationToken);
}
