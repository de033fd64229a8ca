using BleepStore.Api.Locks;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>GetObjectLockConfiguration: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html</summary>
internal sealed class GetObjectLockConfiguration : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetObjectLockConfiguration", "GET", S3Resource.Bucket)
    {
        Summary = "Shows how a bucket retains new versions of objects.",
        Query = ["object-lock"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("ObjectLockConfiguration"),
        Errors = [S3Errors.NoSuchBucket, S3Errors.ObjectLockConfigurationNotFoundError],
        Demands = request => [Demand.OnBucket("s3:GetBucketObjectLockConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult<S3Response>(request.Bucket.ObjectLockEnabled
            ? S3Response.OfXml(writer => LockXml.WriteConfiguration(writer, request.Bucket.DefaultRetention))
            : S3Errors.ObjectLockConfigurationNotFoundError.With("BucketName", request.Bucket.Name));
}
