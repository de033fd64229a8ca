using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>PutBucketNotificationConfiguration: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html</summary>
internal sealed class PutBucketNotificationConfiguration(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketNotificationConfiguration", "PUT", S3Resource.Bucket)
    {
        Summary = "Sets who is told of events: checked, kept and shown; events are not delivered yet.",
        Limitation = "kept and shown; events are not delivered yet",
        Query = ["notification"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", "x-amz-skip-destination-validation", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("NotificationConfiguration"),
        Errors = [S3Errors.InvalidArgument, S3Errors.InvalidRequest, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketNotification", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var notification = NotificationConfiguration.Document.Parse(await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: false, cancellationToken));
        if (!notification.IsEmpty)
        {
            return await configurations.PutAsync(request, NotificationConfiguration.Document, notification, cancellationToken);
        }

        // An empty document is how S3 switches notifications off.
        return await configurations.SetAsync(request, NotificationConfiguration.Document.Name, document: null, cancellationToken) is { } error ? error : S3Response.Ok();
    }
}
