using BleepStore.Api.Locks;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>GetObjectLegalHold: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html</summary>
internal sealed class GetObjectLegalHold : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetObjectLegalHold", "GET", S3Resource.Object)
    {
        Summary = "Shows whether a version of an object is held.",
        Query = ["legal-hold"],
        OptionalQuery = ["versionId"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("LegalHold"),
        Errors = LockedVersion.Errors.Add(S3Errors.NoSuchObjectLockConfiguration),
        Demands = request => [LockedVersion.Demand("s3:GetObjectLegalHold", request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(LockedVersion.Refusal(request)
            ?? (request.Object is { Lock: { LegalHold: not LegalHold.Unset } locked }
                ? S3Response.OfXml(writer => LockXml.WriteLegalHold(writer, locked))
                : S3Errors.NoSuchObjectLockConfiguration));
}
