using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Access;

/// <summary>PutPublicAccessBlock: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html</summary>
internal sealed class PutPublicAccessBlock(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutPublicAccessBlock", "PUT", S3Resource.Bucket)
    {
        Summary = "Replaces what a bucket does against being public.",
        Query = ["publicAccessBlock"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("PublicAccessBlockConfiguration"),
        Errors = [S3Errors.InvalidRequest, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketPublicAccessBlock", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var body = await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: false, cancellationToken);
        return await configurations.PutAsync(request, PublicAccessBlock.Document, PublicAccessBlock.Document.Parse(body), cancellationToken);
    }
}
