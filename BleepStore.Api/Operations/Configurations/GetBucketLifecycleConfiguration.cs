using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketLifecycleConfiguration: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html</summary>
internal sealed class GetBucketLifecycleConfiguration : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketLifecycleConfiguration", "GET", S3Resource.Bucket)
    {
        Summary = "Shows what becomes of objects by themselves.",
        Query = ["lifecycle"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("LifecycleConfiguration"),
        Errors = [S3Errors.NoSuchBucket, S3Errors.NoSuchLifecycleConfiguration],
        Demands = request => [Demand.OnBucket("s3:GetLifecycleConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(LifecycleConfiguration.Document.Find(request.Bucket) is { } found
            ? LifecycleConfiguration.Document.Answer(found).With(LifecycleConfiguration.MinimumSizeHeader, found.MinimumSize)
            : S3Errors.NoSuchLifecycleConfiguration.With("BucketName", request.Bucket.Name));
}
