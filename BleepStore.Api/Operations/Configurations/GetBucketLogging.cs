using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketLogging: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html</summary>
internal sealed class GetBucketLogging : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketLogging", "GET", S3Resource.Bucket)
    {
        Summary = "Shows where the access log of a bucket goes; empty for nowhere.",
        Query = ["logging"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("BucketLoggingStatus"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetBucketLogging", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(LoggingConfiguration.Document.Answer(LoggingConfiguration.Document.Find(request.Bucket) ?? LoggingConfiguration.Default));
}
