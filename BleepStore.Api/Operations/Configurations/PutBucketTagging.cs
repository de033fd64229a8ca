using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>PutBucketTagging: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html</summary>
internal sealed class PutBucketTagging(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketTagging", "PUT", S3Resource.Bucket)
    {
        Summary = "Replaces the tags of a bucket; none leave it without a set.",
        Query = ["tagging"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("Tagging"),
        SuccessStatus = 204,
        Errors = [S3Errors.BadRequest, S3Errors.InvalidTag, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketTagging", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var body = await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: true, cancellationToken);
        var tagging = BucketTagging.Document.Parse(body);
        return tagging.Tags.IsEmpty
            ? await configurations.DeleteAsync(request, BucketTagging.Document.Name, cancellationToken)
            : await configurations.PutAsync(request, BucketTagging.Document, tagging, cancellationToken);
    }
}
