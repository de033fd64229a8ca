using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketWebsite: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html</summary>
internal sealed class GetBucketWebsite : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketWebsite", "GET", S3Resource.Bucket)
    {
        Summary = "Shows how a bucket is served to browsers.",
        Query = ["website"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("WebsiteConfiguration"),
        Errors = [S3Errors.NoSuchBucket, S3Errors.NoSuchWebsiteConfiguration],
        Demands = request => [Demand.OnBucket("s3:GetBucketWebsite", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(WebsiteConfiguration.Document.Find(request.Bucket) is { } found
            ? WebsiteConfiguration.Document.Answer(found)
            : S3Errors.NoSuchWebsiteConfiguration.With("BucketName", request.Bucket.Name));
}
