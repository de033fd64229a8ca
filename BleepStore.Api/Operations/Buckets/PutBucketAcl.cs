using BleepStore.Api.Acl;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>PutBucketAcl: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html</summary>
internal sealed class PutBucketAcl(IMetadataStore metadata, AclReader acls, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketAcl", "PUT", S3Resource.Bucket)
    {
        Summary = "Replaces who may do what with a bucket.",
        Query = ["acl"],
        OptionalHeaders =
        [
            "x-amz-acl", "x-amz-grant-read", "x-amz-grant-write", "x-amz-grant-read-acp", "x-amz-grant-write-acp", "x-amz-grant-full-control",
            "x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity,
        ],
        RequestBody = S3Body.Xml("AccessControlPolicy"),
        Event = EventTypes.BucketAclUpdated,
        Errors = [S3Errors.AccessControlListNotSupported, S3Errors.MalformedACLError, S3Errors.MissingSecurityHeader, S3Errors.NoSuchBucket, S3Errors.UnexpectedContent, S3Errors.UnresolvableGrantByEmailAddress],
        Demands = request => [Demand.OnBucket("s3:PutBucketAcl", AclPermission.WriteAcp, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var outcome = await metadata.ExecuteAsync(
            new Commands.SetBucketAcl
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Acl = await AclRequest.ReadAsync(acls, request, request.Bucket.OwnerId, bucketOwnerId: null, cancellationToken),
            },
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error ? error : S3Response.Ok();
    }
}
