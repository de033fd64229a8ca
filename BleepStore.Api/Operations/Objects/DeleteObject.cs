using BleepStore.Api.Conditions;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Objects;

/// <summary>DeleteObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html</summary>
internal sealed class DeleteObject(IMetadataStore metadata, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeleteObject", "DELETE", S3Resource.Object)
    {
        Summary = "Removes an object; an absent one is no error.",
        OptionalQuery = ["versionId"],
        OptionalHeaders = ["If-Match", "x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Event = EventTypes.ObjectDeleted,
        Errors = [S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.PreconditionFailed],
        Demands = request => [Demand.OnKey("s3:DeleteObject", AclPermission.Write, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectHeaders.RefuseUnsupported(request);
        if (VersionParameter.Refusal(request.Query["versionId"], request.Key) is { } noVersion)
        {
            // To delete a version that never was is no error, as with keys.
            return noVersion.Code == S3Errors.NoSuchVersion.Code ? S3Response.NoContent() : noVersion;
        }

        var condition = WriteConditions.Read(request);
        if (condition.IfNoneMatch)
        {
            return S3Errors.NotImplemented.With("Header", "If-None-Match");
        }

        var outcomes = await metadata.ExecuteAsync(
            new Commands.DeleteObjects
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Keys = [new Commands.ObjectToDelete(request.Key, condition.IfMatch)],
                Retry = RetryIdentities.Of(request, condition)?.WithPayload([]),
            },
            cancellationToken);
        return OutcomeErrors.Map(outcomes[0], request) is { } error ? WriteConditions.Name(error, condition) : S3Response.NoContent();
    }
}
