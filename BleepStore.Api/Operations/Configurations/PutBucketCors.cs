using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>PutBucketCors: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html</summary>
internal sealed class PutBucketCors(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketCors", "PUT", S3Resource.Bucket)
    {
        Summary = "Replaces the rules for pages of other origins.",
        Query = ["cors"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("CORSConfiguration"),
        Errors = [S3Errors.InvalidArgument, S3Errors.InvalidRequest, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketCORS", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var body = await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: true, cancellationToken);
        return await configurations.PutAsync(request, CorsConfiguration.Document, CorsConfiguration.Document.Parse(body), cancellationToken);
    }
}
