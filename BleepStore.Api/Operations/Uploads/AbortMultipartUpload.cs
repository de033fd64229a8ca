using BleepStore.Api.Auth;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Uploads;

/// <summary>AbortMultipartUpload: https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html</summary>
internal sealed class AbortMultipartUpload(IMetadataStore metadata, Authorizer authorizer, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("AbortMultipartUpload", "DELETE", S3Resource.Object)
    {
        Summary = "Ends an upload without an object; its parts are freed.",
        IsMultipart = true,
        Query = ["uploadId"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        SuccessStatus = 204,
        Event = EventTypes.MultipartAborted,
        Errors = [S3Errors.NoSuchBucket, S3Errors.NoSuchUpload],
        Demands = request => [Demand.OnKey("s3:AbortMultipartUpload", AclPermission.Write, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        if (await PartParameters.FindUploadAsync(metadata, authorizer, request, cancellationToken) is not { } upload)
        {
            return PartParameters.NoSuchUpload(request);
        }

        var outcome = await metadata.ExecuteAsync(
            new Commands.AbortUpload
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Key = request.Key,
                UploadId = upload.UploadId,
            },
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error ? error : S3Response.NoContent();
    }
}
