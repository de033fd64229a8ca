using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>PutBucketLifecycleConfiguration: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html</summary>
internal sealed class PutBucketLifecycleConfiguration(BucketConfigurations configurations) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutBucketLifecycleConfiguration", "PUT", S3Resource.Bucket)
    {
        Summary = "Replaces the rules by which objects expire and uploads are aborted; transitions are 501.",
        Limitation = "all but transitions, which are 501",
        Query = ["lifecycle"],
        OptionalHeaders = ["x-amz-expected-bucket-owner", LifecycleConfiguration.MinimumSizeHeader, .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Xml("LifecycleConfiguration"),
        Errors = [S3Errors.InvalidArgument, S3Errors.InvalidRequest, S3Errors.InvalidTag, S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket, S3Errors.NotImplemented],
        Demands = request => [Demand.OnBucket("s3:PutLifecycleConfiguration", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var body = await BucketConfigurations.ReadBodyAsync(request, integrityMustBeSent: true, cancellationToken, S3Limits.MaxLifecycleXmlBytes);
        var lifecycle = LifecycleConfiguration.Document.Parse(body).WithMinimumSize(request.Header(LifecycleConfiguration.MinimumSizeHeader));
        var answer = await configurations.PutAsync(request, LifecycleConfiguration.Document, lifecycle, cancellationToken);
        return answer.With(LifecycleConfiguration.MinimumSizeHeader, answer.Error is null ? lifecycle.MinimumSize : null);
    }
}
