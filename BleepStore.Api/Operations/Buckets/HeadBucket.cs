using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>HeadBucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html</summary>
internal sealed class HeadBucket : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("HeadBucket", "HEAD", S3Resource.Bucket)
    {
        Summary = "Tells whether a bucket exists and the caller may use it.",
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:ListBucket", AclPermission.Read, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(S3Response.Ok()
            .With("Content-Type", "application/xml")
            .With("x-amz-access-point-alias", "false")
            .With("x-amz-bucket-arn", BucketName.ToArn(request.Bucket.Name)));
}
