using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>DeleteBucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html</summary>
internal sealed class DeleteBucket(IMetadataStore metadata, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeleteBucket", "DELETE", S3Resource.Bucket)
    {
        Summary = "Removes an empty bucket; its open uploads are aborted.",
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Event = EventTypes.BucketDeleted,
        Errors = [S3Errors.BucketNotEmpty, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:DeleteBucket", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var outcome = await metadata.ExecuteAsync(
            new Commands.DeleteBucket { Time = time.GetUtcNow(), Bucket = request.Bucket.Name, BucketId = request.Bucket.BucketId }, cancellationToken);
        return OutcomeErrors.Map(outcome, request) is not { } error ? S3Response.NoContent()
            : outcome.Status == Commands.WriteStatus.BucketNotEmpty && request.Bucket.Versioning != VersioningState.Unversioned
                ? error.Because($"{error.Message}. You must delete all versions in the bucket.")
                : error;
    }
}
