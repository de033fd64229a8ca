using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketCors: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html</summary>
internal sealed class GetBucketCors : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketCors", "GET", S3Resource.Bucket)
    {
        Summary = "Shows which pages of other origins may use a bucket.",
        Query = ["cors"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("CORSConfiguration"),
        Errors = [S3Errors.NoSuchBucket, S3Errors.NoSuchCORSConfiguration],
        Demands = request => [Demand.OnBucket("s3:GetBucketCORS", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(CorsConfiguration.Document.Find(request.Bucket) is { } found
            ? CorsConfiguration.Document.Answer(found)
            : S3Errors.NoSuchCORSConfiguration.With("BucketName", request.Bucket.Name));
}
