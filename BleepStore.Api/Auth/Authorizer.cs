using BleepStore.Api.Bodies;
using BleepStore.Api.Identities;
using BleepStore.Api.Operations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Policies;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Auth;

/// <summary>
/// Looks up what an operation's demands are about and has each of them decided by <see cref="AccessRules"/>. What it looked up goes to the handler,
/// so that both decide on the same records.
/// </summary>
internal sealed class Authorizer(IMetadataStore metadata, AccessRules rules)
{
    /// <summary>The records decided on; with a refusal only what its answer may name, the bucket.</summary>
    public async ValueTask<(Authorization Authorization, S3Error? Refusal)> AuthorizeAsync(
        VerifiedRequest request, S3OperationDefinition definition, CancellationToken cancellationToken)
    {
        var authorization = Authorization.None;
        foreach (var demand in definition.Demands(request.Incoming))
        {
            var question = new AccessQuestion(request, definition, demand, Bucket: null, Object: null);
            if (demand.Resource == S3Resource.Service)
            {
                if (NeedsDocument(question, BucketAccess.Plain))
                {
                    (question, authorization) = await WithDocumentAsync(question, authorization, cancellationToken);
                }

                if (!await IsAllowedAsync(question, cancellationToken))
                {
                    return (Authorization.None, S3Errors.AccessDenied);
                }

                continue;
            }

            if (await FindBucketAsync(demand, authorization, cancellationToken) is not { } bucket)
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
            var marker = found is { Object.IsDeleteMarker: true } hidden ? hidden.Object : null;
            var record = marker is null ? found?.Object : null;
            question = question with { Bucket = bucket, Object = record };
            if (NeedsDocument(question, BucketAccess.Of(bucket)))
            {
                (question, authorization) = await WithDocumentAsync(question, authorization, cancellationToken);
            }

            if (!await IsAllowedAsync(question, cancellationToken))
            {
                return (authorization, S3Errors.AccessDenied);
            }

            authorization = demand.IsCopySource
                ? authorization with { SourceBucket = bucket, SourceObject = record, SourceDeleteMarker = marker }
                : authorization with
                {
                    Object = record ?? authorization.Object,
                    InlineBody = found?.InlineBody,
                    DeleteMarker = marker ?? authorization.DeleteMarker,
                };
        }

        return (authorization, null);
    }

    /// <summary>Whether the caller has one more right on the bucket that a request was authorised against: for an operation on many keys.</summary>
    public ValueTask<bool> IsAllowedAsync(
        VerifiedRequest request, S3OperationDefinition definition, Demand demand, BucketRecord bucket, CancellationToken cancellationToken)
        => rules.IsAllowedAsync(new AccessQuestion(request, definition, demand, bucket, Object: null), cancellationToken);

    /// <summary>Whether the caller has one more right on the object that the request was authorised against.</summary>
    public ValueTask<bool> IsAllowedOnObjectAsync(S3Request request, Demand demand, CancellationToken cancellationToken)
        => rules.IsAllowedAsync(new AccessQuestion(request.Verified, request.Definition, demand, request.Bucket, request.Object), cancellationToken);

    /// <summary>Whether the caller has one more right on the bucket that the request makes.</summary>
    public ValueTask<bool> IsAllowedOnNewBucketAsync(S3Request request, string action, ReadOnlyMemory<byte> document, CancellationToken cancellationToken)
        => rules.IsAllowedAsync(
            new AccessQuestion(request.Verified, request.Definition, Demand.OnService(action, request.Incoming.Bucket), Bucket: null, Object: null)
            {
                Document = document,
            },
            cancellationToken);

    /// <summary>Whether the caller has one more right on the source of a copy.</summary>
    public ValueTask<bool> IsAllowedOnSourceAsync(S3Request request, Demand demand, CancellationToken cancellationToken)
        => rules.IsAllowedAsync(new AccessQuestion(request.Verified, request.Definition, demand, request.SourceBucket, request.SourceObject), cancellationToken);

    /// <summary>NoSuchBucket, or InvalidBucketName for what no bucket could ever have been named.</summary>
    public static S3Error MissingBucket(string bucket)
        => (BucketName.CouldExist(bucket) ? S3Errors.NoSuchBucket : S3Errors.InvalidBucketName).With("BucketName", bucket);

    /// <summary>The demand itself, and whatever rights the request's headers need beside it.</summary>
    private async ValueTask<bool> IsAllowedAsync(AccessQuestion question, CancellationToken cancellationToken)
    {
        // Each key of such an operation is asked about on its own, by its handler.
        if (question.Demand.IsPerKey)
        {
            return true;
        }

        if (!await rules.IsAllowedAsync(question, cancellationToken))
        {
            return false;
        }

        if (question.Demand.IsCopySource || question.Definition.HeaderActions.IsEmpty
            || AccessRules.HasNoPolicy(question.Caller, question.Bucket is { } bucket ? BucketAccess.Of(bucket) : BucketAccess.Plain))
        {
            return true;
        }

        foreach (var (header, action, neutral) in question.Definition.HeaderActions)
        {
            if (question.Request.Header(header) is { } value && !value.Equals(neutral, StringComparison.OrdinalIgnoreCase)
                && !await rules.IsAllowedAsync(question.About(question.Demand with { Action = action, IsOfNewObject = true }), cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsOtherOwnerExpected(VerifiedRequest request, Demand demand, BucketRecord bucket)
        => request.Header(demand.IsCopySource ? "x-amz-source-expected-bucket-owner" : "x-amz-expected-bucket-owner") is { } expected
            && expected != bucket.OwnerId
            && expected != AccountNumber.Of(bucket.OwnerId);

    /// <summary>True where the conditions of some policy could speak of the request's document.</summary>
    private static bool NeedsDocument(in AccessQuestion question, BucketAccess access)
        => question.Definition.HasConditionsOnDocument && !AccessRules.HasNoPolicy(question.Caller, access);

    /// <summary>The question with the request's document, which is read once.</summary>
    private static async ValueTask<(AccessQuestion Question, Authorization Authorization)> WithDocumentAsync(
        AccessQuestion question, Authorization authorization, CancellationToken cancellationToken)
    {
        if (authorization.Document is null)
        {
            using var body = RequestBody.Open(question.Request.Incoming, question.Request.Payload, BodyRequirements.Document(S3Limits.MaxXmlBytes));
            authorization = authorization with { Document = await body.ReadAllAsync(cancellationToken) };
        }

        return (question with { Document = authorization.Document.Value }, authorization);
    }

    // Whoever sends the object's bytes gets them with the record where the metadata has them: one look answers a small read.
    private async ValueTask<ObjectWithBody?> FindObjectAsync(
        Demand demand, BucketRecord bucket, S3OperationDefinition definition, CancellationToken cancellationToken)
    {
        var key = demand.Key ?? "";
        var withBody = definition.ResponseBody.Kind == S3BodyKind.Bytes;
        if (demand.VersionId is { } versionId)
        {
            return withBody ? await metadata.FindVersionWithBodyAsync(bucket.BucketId, key, versionId, cancellationToken)
                : Found(await metadata.FindVersionAsync(bucket.BucketId, key, versionId, cancellationToken));
        }

        var found = withBody
            ? await metadata.FindObjectWithBodyAsync(bucket.BucketId, key, cancellationToken)
            : Found(await metadata.FindObjectAsync(bucket.BucketId, key, cancellationToken));

        // Only where there are versions can a delete marker stand in the object's place.
        return found is not null || bucket.Versioning == VersioningState.Unversioned
            ? found
            : Found(await metadata.FindLatestVersionAsync(bucket.BucketId, key, cancellationToken));
    }

    private static ObjectWithBody? Found(ObjectRecord? record) => record is null ? null : new ObjectWithBody(record, InlineBody: null);

    private ValueTask<BucketRecord?> FindBucketAsync(Demand demand, Authorization known, CancellationToken cancellationToken)
        => known.Bucket is { } bucket && bucket.Name == demand.Bucket
            ? ValueTask.FromResult<BucketRecord?>(bucket)
            : metadata.FindBucketAsync(demand.Bucket ?? "", cancellationToken);
}
