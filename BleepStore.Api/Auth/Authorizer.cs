using BleepStore.Api.Acl;
using BleepStore.Api.Operations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Auth;

/// <summary>
/// Decides whether a caller may do what an operation demands: owners may everything on their own, ACLs grant the rest, all else is denied.
/// What it looked up goes to the handler, so that both decide on the same records.
/// </summary>
internal sealed class Authorizer(IMetadataStore metadata)
{
    /// <summary>The records decided on; with a refusal only what its answer may name, the bucket.</summary>
    public async ValueTask<(Authorization Authorization, S3Error? Refusal)> AuthorizeAsync(
        VerifiedRequest request, S3OperationDefinition definition, CancellationToken cancellationToken)
    {
        var authorization = Authorization.None;
        foreach (var demand in definition.Demands(request.Incoming))
        {
            if (demand.Resource == S3Resource.Service)
            {
                if (request.Caller is not Caller.Account { HasAccountRights: true })
                {
                    return (Authorization.None, S3Errors.AccessDenied);
                }

                continue;
            }

            var bucket = await FindBucketAsync(demand, authorization, cancellationToken);
            if (bucket is null)
            {
                return (Authorization.None, MissingBucket(demand.Bucket ?? ""));
            }

            if (!demand.IsCopySource)
            {
                authorization = authorization with { Bucket = bucket };
            }

            if (IsOtherOwnerExpected(request, demand, bucket))
            {
                return (authorization, S3Errors.AccessDenied);
            }

            var found = demand.Resource == S3Resource.Object ? await FindObjectAsync(demand, bucket, definition, cancellationToken) : null;
            var record = found?.Object;
            if (!IsAllowed(request.Caller, demand, bucket, record))
            {
                return (authorization, S3Errors.AccessDenied);
            }

            authorization = demand.IsCopySource
                ? authorization with { SourceBucket = bucket, SourceObject = record }
                : authorization with { Object = record ?? authorization.Object, InlineBody = found?.InlineBody };
        }

        return (authorization, null);
    }

    /// <summary>NoSuchBucket, or InvalidBucketName for what no bucket could ever have been named.</summary>
    public static S3Error MissingBucket(string bucket)
        => (BucketName.CouldExist(bucket) ? S3Errors.NoSuchBucket : S3Errors.InvalidBucketName).With("BucketName", bucket);

    private static bool IsAllowed(Caller caller, Demand demand, BucketRecord bucket, ObjectRecord? record)
    {
        if (demand.Resource == S3Resource.Bucket)
        {
            return AclRules.IsAccount(caller, bucket.OwnerId)
                || (demand.Permission is { } onBucket && AclRules.Grants(bucket.Acl, caller, onBucket));
        }

        if (record is null)
        {
            // Whether a key exists is told only to those who may list.
            return AclRules.IsAccount(caller, bucket.OwnerId) || AclRules.Grants(bucket.Acl, caller, AclPermission.Read);
        }

        return AclRules.IsAccount(caller, record.Acl.OwnerId)
            || (demand.Permission is { } onObject ? AclRules.Grants(record.Acl, caller, onObject) : AclRules.IsAccount(caller, bucket.OwnerId));
    }

    private static bool IsOtherOwnerExpected(VerifiedRequest request, Demand demand, BucketRecord bucket)
        => request.Header(demand.IsCopySource ? "x-amz-source-expected-bucket-owner" : "x-amz-expected-bucket-owner") is { } expected
            && expected != bucket.OwnerId;

    // Whoever sends the object's bytes gets them with the record where the metadata has them: one look answers a small read.
    private async ValueTask<ObjectWithBody?> FindObjectAsync(
        Demand demand, BucketRecord bucket, S3OperationDefinition definition, CancellationToken cancellationToken)
    {
        var key = demand.Key ?? "";
        if (definition.ResponseBody.Kind == S3BodyKind.Bytes)
        {
            return await metadata.FindObjectWithBodyAsync(bucket.BucketId, key, cancellationToken);
        }

        return await metadata.FindObjectAsync(bucket.BucketId, key, cancellationToken) is { } record
            ? new ObjectWithBody(record, InlineBody: null)
            : null;
    }

    private ValueTask<BucketRecord?> FindBucketAsync(Demand demand, Authorization known, CancellationToken cancellationToken)
        => known.Bucket is { } bucket && bucket.Name == demand.Bucket
            ? ValueTask.FromResult<BucketRecord?>(bucket)
            : metadata.FindBucketAsync(demand.Bucket ?? "", cancellationToken);
}
