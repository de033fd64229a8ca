using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Objects;

/// <summary>PutObjectTagging: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html</summary>
internal sealed class PutObjectTagging(IMetadataStore metadata, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutObjectTagging", "PUT", S3Resource.Object)
    {
        Summary = "Replaces the tags of an object.",
        Query = ["tagging"],
        OptionalQuery = ["versionId"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("Tagging"),
        Errors = [S3Errors.BadRequest, S3Errors.InvalidTag, S3Errors.MalformedXML, S3Errors.MethodNotAllowed, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.NoSuchVersion, S3Errors.OperationAborted],
        Demands = request => [Demand.OnObjectVersion("s3:PutObjectTagging", "s3:PutObjectVersionTagging", permission: null, request)],
        HasConditionsOnDocument = true,
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        // Who may only list passes where there is no object, and must not reach one that is made while the body comes.
        if (request.Object is not { } record)
        {
            return ObjectVersions.Missing(request, isMarkerRefused: true);
        }

        var document = await request.ReadDocumentAsync(cancellationToken);
        if (document.IsEmpty)
        {
            return S3Errors.MissingRequestBodyError;
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
                Tags = Tags.FromXml(document),
            },
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error ? error : S3Response.Ok().WithChanged(outcome);
    }
}
