using BleepStore.Api.Configurations;
using BleepStore.Api.Encryption;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketEncryption: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html</summary>
internal sealed class GetBucketEncryption(EncryptionSettings settings) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketEncryption", "GET", S3Resource.Bucket)
    {
        Summary = "Shows how objects are encrypted by default; a bucket without a default answers the store's, or 404.",
        Query = ["encryption"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("ServerSideEncryptionConfiguration"),
        Errors = [S3Errors.NoSuchBucket, S3Errors.ServerSideEncryptionConfigurationNotFoundError],
        Demands = request => [Demand.OnBucket("s3:GetEncryptionConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(EncryptionConfiguration.Document.Find(request.Bucket) is { } found
            ? EncryptionConfiguration.Document.Answer(found)
            : settings.EncryptsByDefault ? EncryptionConfiguration.Document.Answer(new EncryptionConfiguration(EncryptionConfiguration.Aes256, KeyId: null, BucketKeyEnabled: false))
            : S3Errors.ServerSideEncryptionConfigurationNotFoundError.With("BucketName", request.Bucket.Name));
}
