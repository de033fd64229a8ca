using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>DeleteBucketWebsite: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketWebsite.html</summary>
internal sealed class DeleteBucketWebsite(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeleteBucketWebsite", "DELETE", S3Resource.Bucket)
    {
        Summary = "Ends the website of a bucket.",
        Query = ["website"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:DeleteBucketWebsite", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => configurations.DeleteAsync(request, WebsiteConfiguration.Document.Name, cancellationToken);
}
