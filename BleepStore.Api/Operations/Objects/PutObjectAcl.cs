using BleepStore.Api.Acl;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Objects;

/// <summary>PutObjectAcl: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html</summary>
internal sealed class PutObjectAcl(IMetadataStore metadata, AclReader acls, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutObjectAcl", "PUT", S3Resource.Object)
    {
        Summary = "Replaces who may do what with an object.",
        Query = ["acl"],
        OptionalQuery = ["versionId"],
        OptionalHeaders =
        [
            "x-amz-acl", "x-amz-grant-read", "x-amz-grant-write", "x-amz-grant-read-acp", "x-amz-grant-write-acp", "x-amz-grant-full-control",
            "x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity,
        ],
        RequestBody = S3Body.Xml("AccessControlPolicy"),
        Event = EventTypes.ObjectAclUpdated,
        Errors =
        [
            S3Errors.AccessControlListNotSupported, S3Errors.MalformedACLError, S3Errors.MethodNotAllowed, S3Errors.MissingSecurityHeader, S3Errors.NoSuchBucket, S3Errors.NoSuchKey,
            S3Errors.NoSuchVersion, S3Errors.OperationAborted, S3Errors.UnexpectedContent, S3Errors.UnresolvableGrantByEmailAddress,
        ],
        Demands = request => [Demand.OnObjectVersion("s3:PutObjectAcl", "s3:PutObjectVersionAcl", AclPermission.WriteAcp, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        if (request.Object is not { } record)
        {
            return ObjectVersions.Missing(request, isMarkerRefused: true);
        }

        var outcome = await metadata.ExecuteAsync(
            new Commands.SetObjectAcl
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Key = request.Key,
                VersionId = request.Query[ObjectVersions.Parameter],
                ObjectOrder = record.Order,
                Acl = await AclRequest.ReadAsync(acls, request, record.Acl.OwnerId, request.Bucket.OwnerId, cancellationToken),
            },
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error ? error : S3Response.Ok().WithChanged(outcome);
    }
}
