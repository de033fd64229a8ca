using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>PutBucketEncryption: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html</summary>
internal sealed class PutBucketEncryption(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketEncryption", "PUT", S3Resource.Bucket)
    {
        Summary = "Replaces how objects are encrypted by default.",
        Query = ["encryption"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("ServerSideEncryptionConfiguration"),
        Errors = [S3Errors.InvalidArgument, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket, S3Errors.NotImplemented],
        Demands = request => [Demand.OnBucket("s3:PutEncryptionConfiguration", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var body = await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: false, cancellationToken);
        return await configurations.PutAsync(request, EncryptionConfiguration.Document, EncryptionConfiguration.Document.Parse(body), cancellationToken);
    }
}
