using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Objects;

/// <summary>GetObjectTagging: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html</summary>
internal sealed class GetObjectTagging : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetObjectTagging", "GET", S3Resource.Object)
    {
        Summary = "Shows the tags of an object; none is an empty set.",
        Query = ["tagging"],
        OptionalQuery = ["versionId"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("Tagging"),
        Errors = [S3Errors.MethodNotAllowed, S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.NoSuchVersion],
        Demands = request => [Demand(request)],
    };

    /// <summary>The right to read the tags of the object, or of the version, that a request names.</summary>
    public static Demand Demand(IncomingRequest request)
        => Operations.Demand.OnObjectVersion("s3:GetObjectTagging", "s3:GetObjectVersionTagging", permission: null, request);

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(request.Object is { } record
            ? S3Response.OfXml(writer => Tags.Write(writer, record.Tags)).WithVersion(request.Bucket, record)
            : ObjectVersions.Missing(request, isMarkerRefused: true));
}
