using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>DeleteBucketCors: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html</summary>
internal sealed class DeleteBucketCors(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeleteBucketCors", "DELETE", S3Resource.Bucket)
    {
        Summary = "Removes the rules for pages of other origins.",
        Query = ["cors"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketCORS", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => configurations.DeleteAsync(request, CorsConfiguration.Document.Name, cancellationToken);
}
