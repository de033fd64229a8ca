using BleepStore.Api.Conditions;
using BleepStore.Api.Locks;
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
        Summary = "Removes an object or one version of it; in a bucket with versions a delete marker hides the object. An absent one is no error.",
        OptionalQuery = ["versionId"],
        OptionalHeaders = [.. WriteConditions.OfDelete, GovernanceBypass.Header, "x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Event = EventTypes.ObjectDeleted,
        Errors = [S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.PreconditionFailed],
        Demands = request => request.Query[ObjectVersions.Parameter] is { } versionId
            ? GovernanceBypass.Demands(request, Demand.OnKeyVersion(versionId, request))
            : [Demand.OnKeyVersion(versionId: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectHeaders.RefuseUnsupported(request);
        if (GovernanceBypass.RefuseDeletion(request) is { } refusal)
        {
            return refusal;
        }

        var versionId = request.Query[ObjectVersions.Parameter];

        // To delete a version that never was is no error, as with keys; to name what no version could be called is one.
        if (versionId is not null && !ObjectVersions.IsWellFormed(versionId)
            && await metadata.FindVersionAsync(request.Bucket.BucketId, request.Key, versionId, cancellationToken) is null)
        {
            return ObjectVersions.NoSuchVersion(request.Key, versionId);
        }

        var condition = WriteConditions.ReadDelete(request);
        var outcomes = await metadata.ExecuteAsync(
            new Commands.DeleteObjects
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Keys = [new Commands.ObjectToDelete(request.Key, condition.IfMatch, versionId) { IfSize = condition.IfSize, IfLastModified = condition.IfLastModified }],
                OwnerId = request.CallerId,
                VersionSalt = ObjectVersions.NewSalt(request.Bucket),
                AddsMarkers = request.Bucket.Versioning != VersioningState.Unversioned,
                BypassesGovernance = GovernanceBypass.IsAsked(request.Incoming),
                Retry = RetryIdentities.Of(request, condition)?.WithPayload([]),
            },
            cancellationToken);
        return OutcomeErrors.Map(outcomes[0], request) is { } error ? WriteConditions.Name(error, condition) : S3Response.NoContent().WithDeleted(outcomes[0]);
    }
}
