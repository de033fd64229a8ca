using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketTagging: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html</summary>
internal sealed class GetBucketTagging : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketTagging", "GET", S3Resource.Bucket)
    {
        Summary = "Shows the tags of a bucket.",
        Query = ["tagging"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("Tagging"),
        Errors = [S3Errors.NoSuchBucket, S3Errors.NoSuchTagSet],
        Demands = request => [Demand.OnBucket("s3:GetBucketTagging", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(BucketTagging.Document.Find(request.Bucket) is { } found
            ? BucketTagging.Document.Answer(found)
            : S3Errors.NoSuchTagSet.With("BucketName", request.Bucket.Name));
}
