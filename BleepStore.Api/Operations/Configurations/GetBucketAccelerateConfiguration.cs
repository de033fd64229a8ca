using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketAccelerateConfiguration: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html</summary>
internal sealed class GetBucketAccelerateConfiguration : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketAccelerateConfiguration", "GET", S3Resource.Bucket)
    {
        Summary = "Shows the state of transfer acceleration; empty where it was never set.",
        Query = ["accelerate"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("AccelerateConfiguration"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetAccelerateConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(TransferAcceleration.Document.Answer(TransferAcceleration.Document.Find(request.Bucket) ?? TransferAcceleration.Default));
}
