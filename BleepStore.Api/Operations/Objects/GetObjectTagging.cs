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
        Errors = [S3Errors.NoSuchBucket, S3Errors.NoSuchKey],
        Demands = request => [Demand.OnObject("s3:GetObjectTagging", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(VersionParameter.Refusal(request.Query["versionId"], request.Key) is { } noVersion
            ? noVersion
            : request.Object is { } record
                ? S3Response.OfXml(writer => Tags.Write(writer, record.Tags))
                : S3Errors.NoSuchKey.With("Key", request.Key));
}
