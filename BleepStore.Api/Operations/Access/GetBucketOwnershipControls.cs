using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Access;

/// <summary>GetBucketOwnershipControls: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html</summary>
internal sealed class GetBucketOwnershipControls : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketOwnershipControls", "GET", S3Resource.Bucket)
    {
        Summary = "Shows whose the objects of a bucket are.",
        Query = ["ownershipControls"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("OwnershipControls"),
        Errors = [S3Errors.NoSuchBucket, S3Errors.OwnershipControlsNotFoundError],
        Demands = request => [Demand.OnBucket("s3:GetBucketOwnershipControls", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(OwnershipControls.Document.Find(request.Bucket) is { } found
            ? OwnershipControls.Document.Answer(found)
            : S3Errors.OwnershipControlsNotFoundError.With("BucketName", request.Bucket.Name));
}
