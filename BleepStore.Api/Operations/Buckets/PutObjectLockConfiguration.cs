using BleepStore.Api.Configurations;
using BleepStore.Api.Locks;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>PutObjectLockConfiguration: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html</summary>
internal sealed class PutObjectLockConfiguration(IMetadataStore metadata, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutObjectLockConfiguration", "PUT", S3Resource.Bucket)
    {
        Summary = "Enables object lock on a bucket with versions, for ever, and says how it retains new versions.",
        Query = ["object-lock"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("ObjectLockConfiguration"),
        Errors = [S3Errors.InvalidArgument, S3Errors.InvalidBucketState, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketObjectLockConfiguration", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var body = await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: true, cancellationToken);
        var outcome = await metadata.ExecuteAsync(
            new Commands.SetObjectLockConfiguration
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                DefaultRetention = LockXml.ReadConfiguration(body),
            },
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error ? error : S3Response.Ok();
    }
}
