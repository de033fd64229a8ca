using BleepStore.Api.Locks;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Objects;

/// <summary>PutObjectLegalHold: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html</summary>
internal sealed class PutObjectLegalHold(IMetadataStore metadata, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutObjectLegalHold", "PUT", S3Resource.Object)
    {
        Summary = "Holds a version of an object without a date, or lets it go.",
        Query = ["legal-hold"],
        OptionalQuery = ["versionId"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("LegalHold"),
        Errors = LockedVersion.Errors.AddRange(S3Errors.MalformedXML),
        HasConditionsOnDocument = true,
        Demands = request => [LockedVersion.Demand("s3:PutObjectLegalHold", request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var document = await request.ReadDocumentAsync(cancellationToken, integrityMustBeSent: true);
        if (LockedVersion.Refusal(request) is { } refusal)
        {
            return refusal;
        }

        var outcome = await metadata.ExecuteAsync(
            new Commands.SetObjectLegalHold
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Key = request.Key,
                VersionId = request.Object?.VersionId,
                IsOn = LockXml.ReadLegalHold(document),
            },
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error ? error : S3Response.Ok();
    }
}
