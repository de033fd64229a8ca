using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>PutBucketAccelerateConfiguration: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html</summary>
internal sealed class PutBucketAccelerateConfiguration(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketAccelerateConfiguration", "PUT", S3Resource.Bucket)
    {
        Summary = "Sets the state of transfer acceleration, which is kept and shown and changes nothing here.",
        Limitation = "kept and shown; there is one way to the server",
        Query = ["accelerate"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("AccelerateConfiguration"),
        Errors = [S3Errors.InvalidRequest, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutAccelerateConfiguration", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var acceleration = TransferAcceleration.Document.Parse(await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: false, cancellationToken));
        return request.Bucket.Name.Contains('.', StringComparison.Ordinal)
            ? S3Errors.InvalidRequest.Because("S3 Transfer Acceleration is not supported for buckets with periods (.) in their names")
            : await configurations.PutAsync(request, TransferAcceleration.Document, acceleration, cancellationToken);
    }
}
