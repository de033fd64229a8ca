using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketRequestPayment: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html</summary>
internal sealed class GetBucketRequestPayment : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketRequestPayment", "GET", S3Resource.Bucket)
    {
        Summary = "Shows who pays for requests.",
        Query = ["requestPayment"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("RequestPaymentConfiguration"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetBucketRequestPayment", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(RequestPayment.Document.Answer(RequestPayment.Document.Find(request.Bucket) ?? RequestPayment.Default));
}
