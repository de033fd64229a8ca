using BleepStore.Api.Locks;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Objects;

/// <summary>PutObjectRetention: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html</summary>
internal sealed class PutObjectRetention(IMetadataStore metadata, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutObjectRetention", "PUT", S3Resource.Object)
    {
        Summary = "Retains a version of an object until a date, or extends how long.",
        Query = ["retention"],
        OptionalQuery = ["versionId"],
        OptionalHeaders = [GovernanceBypass.Header, "x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("Retention"),
        Errors = LockedVersion.Errors.AddRange(S3Errors.AccessDenied, S3Errors.MalformedXML),
        HasConditionsOnDocument = true,
        Demands = request => GovernanceBypass.Demands(request, LockedVersion.Demand("s3:PutObjectRetention", request)),
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var document = await request.ReadDocumentAsync(cancellationToken, integrityMustBeSent: true);
        if (LockedVersion.Refusal(request) is { } refusal)
        {
            return refusal;
        }

        var now = time.GetUtcNow();
        var (mode, until) = LockXml.ReadRetention(document, now);
        var outcome = await metadata.ExecuteAsync(
            new Commands.SetObjectRetention
            {
                Time = now,
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Key = request.Key,
                VersionId = request.Object?.VersionId,
                Mode = mode,
                RetainUntil = until,
                BypassesGovernance = GovernanceBypass.IsAsked(request.Incoming),
            },
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error ? error : S3Response.Ok();
    }
}
