using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>PutBucketWebsite: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html</summary>
internal sealed class PutBucketWebsite(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketWebsite", "PUT", S3Resource.Bucket)
    {
        Summary = "Replaces how a bucket is served to browsers.",
        Query = ["website"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("WebsiteConfiguration"),
        Errors = [S3Errors.InvalidArgument, S3Errors.InvalidRequest, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketWebsite", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var body = await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: false, cancellationToken);
        return await configurations.PutAsync(request, WebsiteConfiguration.Document, WebsiteConfiguration.Document.Parse(body), cancellationToken);
    }
}
