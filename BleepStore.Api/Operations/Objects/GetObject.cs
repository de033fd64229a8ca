using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>GetObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html</summary>
internal sealed class GetObject(ObjectRead read) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetObject", "GET", S3Resource.Object)
    {
        Summary = "Reads an object, one range or one part of it; every byte is verified before it is sent.",
        OptionalQuery = ObjectRead.OptionalQuery,
        OptionalHeaders = ObjectRead.OptionalHeaders,
        ResponseBody = S3Body.Bytes,
        Errors = [S3Errors.InvalidPartNumber, S3Errors.InvalidRange, S3Errors.MethodNotAllowed, S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.NoSuchVersion, S3Errors.NotModified, S3Errors.PreconditionFailed],
        Refuse = ObjectRead.RefuseOverrides,
        Demands = request => [Demand.OnObjectVersion("s3:GetObject", "s3:GetObjectVersion", AclPermission.Read, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => read.AnswerAsync(request, withContent: true, cancellationToken);
}
