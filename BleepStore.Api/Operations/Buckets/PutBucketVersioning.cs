using BleepStore.Api.Bodies;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>PutBucketVersioning: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html</summary>
internal sealed class PutBucketVersioning(IMetadataStore metadata, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketVersioning", "PUT", S3Resource.Bucket)
    {
        Summary = "Makes a bucket keep versions of its objects from now on, or no more of them.",
        Query = ["versioning"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("VersioningConfiguration"),
        Errors =
        [
            S3Errors.IllegalVersioningConfigurationException, S3Errors.InvalidBucketState, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError,
            S3Errors.NoSuchBucket,
        ],
        Demands = request => [Demand.OnBucket("s3:PutBucketVersioning", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectHeaders.RefuseUnsupported(request);
        using var body = request.OpenBody(BodyRequirements.Document(S3Limits.MaxXmlBytes));
        var bytes = await body.ReadAllAsync(cancellationToken);
        if (bytes.Length == 0)
        {
            return S3Errors.MissingRequestBodyError;
        }

        var document = XmlNode.Parse(bytes, "VersioningConfiguration").Allow("Status", "MfaDelete");
        if (document.ChildText("MfaDelete")?.Trim() is { } mfaDelete && mfaDelete != "Disabled")
        {
            // There are no devices to ask for a code: to accept it would promise a protection that is not there.
            return mfaDelete == "Enabled" ? S3Errors.NotImplemented.With("Header", "MfaDelete") : S3Errors.MalformedXML;
        }

        if (document.ChildText("Status")?.Trim() is not { } status)
        {
            return S3Errors.IllegalVersioningConfigurationException.Because("The Versioning element must be specified");
        }

        if (status is not ("Enabled" or "Suspended"))
        {
            return S3Errors.MalformedXML;
        }

        var outcome = await metadata.ExecuteAsync(
            new Commands.SetBucketVersioning
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                IsEnabled = status == "Enabled",
            },
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error ? error : S3Response.Ok();
    }
}
