using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>GetBucketLocation: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html</summary>
internal sealed class GetBucketLocation : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketLocation", "GET", S3Resource.Bucket)
    {
        Summary = "Names the bucket's region; empty for us-east-1.",
        Query = ["location"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("LocationConstraint"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetBucketLocation", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(S3Response.OfXml(writer =>
        {
            writer.StartS3("LocationConstraint");
            writer.Text(request.Bucket.Region == "us-east-1" ? "" : request.Bucket.Region);
            writer.End();
        }));
}
