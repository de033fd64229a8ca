using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>ListBucketIntelligentTieringConfigurations: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html</summary>
internal sealed class ListBucketIntelligentTieringConfigurations : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("ListBucketIntelligentTieringConfigurations", "GET", S3Resource.Bucket)
    {
        Summary = "Lists a bucket's tiers of archive, of which there are none: none can be set.",
        Limitation = "there are none, and none can be set",
        Query = ["intelligent-tiering"],
        OptionalQuery = ["continuation-token"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("ListBucketIntelligentTieringConfigurationsOutput"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetIntelligentTieringConfiguration", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => ValueTask.FromResult(NoConfigurations.Answer("ListBucketIntelligentTieringConfigurationsOutput"));
}
