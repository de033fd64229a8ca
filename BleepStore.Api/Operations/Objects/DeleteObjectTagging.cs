using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Objects;

/// <summary>DeleteObjectTagging: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html</summary>
internal sealed class DeleteObjectTagging(IMetadataStore metadata, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeleteObjectTagging", "DELETE", S3Resource.Object)
    {
        Summary = "Removes all tags of an object.",
        Query = ["tagging"],
        OptionalQuery = ["versionId"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Errors = [S3Errors.MethodNotAllowed, S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.NoSuchVersion, S3Errors.OperationAborted],
        Demands = request => [Demand.OnObjectVersion("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        // Who may only list passes where there is no object, and must not reach one that is made while the body comes.
        if (request.Object is not { } record)
        {
            return ObjectVersions.Missing(request, isMarkerRefused: true);
        }

        var outcome = await metadata.ExecuteAsync(
            new Commands.SetObjectTags
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Key = request.Key,
                VersionId = request.Query[ObjectVersions.Parameter],
                ObjectOrder = record.Order,
                Tags = [],
            },
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error ? error : S3Response.NoContent().WithChanged(outcome);
    }
}
