using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>GetBucketReplication: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html</summary>
internal sealed class GetBucketReplication : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketReplication", "GET", S3Resource.Bucket)
    {
        Summary = "Says that a bucket has no replication: none can be set.",
        Limitation = "there is none, and none can be set",
        Query = ["replication"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 404,
        Errors = [S3Errors.NoSuchBucket, S3Errors.ReplicationConfigurationNotFoundError],
        Demands = request => [Demand.OnBucket("s3:GetReplicationConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult<S3Response>(S3Errors.ReplicationConfigurationNotFoundError.With("BucketName", request.Bucket.Name));
}
