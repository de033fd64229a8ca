using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketNotificationConfiguration: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html</summary>
internal sealed class GetBucketNotificationConfiguration : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketNotificationConfiguration", "GET", S3Resource.Bucket)
    {
        Summary = "Shows who is told of events; empty for nobody.",
        Query = ["notification"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("NotificationConfiguration"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetBucketNotification", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(NotificationConfiguration.Document.Answer(NotificationConfiguration.Document.Find(request.Bucket) ?? NotificationConfiguration.Default));
}
