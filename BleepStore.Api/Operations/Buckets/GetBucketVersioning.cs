using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>GetBucketVersioning: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html</summary>
internal sealed class GetBucketVersioning : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketVersioning", "GET", S3Resource.Bucket)
    {
        Summary = "Tells whether a bucket keeps versions of its objects; empty where it never did.",
        Query = ["versioning"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("VersioningConfiguration"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetBucketVersioning", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var state = request.Bucket.Versioning;
        return ValueTask.FromResult(S3Response.OfXml(writer =>
        {
            writer.StartS3("VersioningConfiguration");
            writer.Optional("Status", state == VersioningState.Unversioned ? null : state.ToString());
            writer.End();
        }));
    }
}
