using BleepStore.Api.Locks;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>GetObjectRetention: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html</summary>
internal sealed class GetObjectRetention : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetObjectRetention", "GET", S3Resource.Object)
    {
        Summary = "Shows until when a version of an object is retained.",
        Query = ["retention"],
        OptionalQuery = ["versionId"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("Retention"),
        Errors = LockedVersion.Errors.Add(S3Errors.NoSuchObjectLockConfiguration),
        Demands = request => [LockedVersion.Demand("s3:GetObjectRetention", request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(LockedVersion.Refusal(request)
            ?? (request.Object is { Lock: { Mode: not RetentionMode.None } locked }
                ? S3Response.OfXml(writer => LockXml.WriteRetention(writer, locked))
                : S3Errors.NoSuchObjectLockConfiguration));
}
