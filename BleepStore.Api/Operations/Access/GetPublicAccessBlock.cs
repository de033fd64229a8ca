using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Access;

/// <summary>GetPublicAccessBlock: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html</summary>
internal sealed class GetPublicAccessBlock : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetPublicAccessBlock", "GET", S3Resource.Bucket)
    {
        Summary = "Shows what a bucket does against being public.",
        Query = ["publicAccessBlock"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("PublicAccessBlockConfiguration"),
        Errors = [S3Errors.NoSuchBucket, S3Errors.NoSuchPublicAccessBlockConfiguration],
        Demands = request => [Demand.OnBucket("s3:GetBucketPublicAccessBlock", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(PublicAccessBlock.Document.Find(request.Bucket) is { } found
            ? PublicAccessBlock.Document.Answer(found)
            : S3Errors.NoSuchPublicAccessBlockConfiguration.With("BucketName", request.Bucket.Name));
}
