using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>PutBucketRequestPayment: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html</summary>
internal sealed class PutBucketRequestPayment(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketRequestPayment", "PUT", S3Resource.Bucket)
    {
        Summary = "Sets who pays for requests: what others ask of a bucket whose requesters pay must say that they do.",
        Query = ["requestPayment"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("RequestPaymentConfiguration"),
        Errors = [S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketRequestPayment", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var body = await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: false, cancellationToken);
        return await configurations.PutAsync(request, RequestPayment.Document, RequestPayment.Document.Parse(body), cancellationToken);
    }
}
