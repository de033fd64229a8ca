using System.Text;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Policies;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Access;

/// <summary>GetBucketPolicy: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html</summary>
internal sealed class GetBucketPolicy(PrincipalBinding binding) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketPolicy", "GET", S3Resource.Bucket)
    {
        Summary = "Shows the policy of a bucket as it was sent, but for principals that are gone.",
        Query = ["policy"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Json,
        Errors = [S3Errors.MethodNotAllowed, S3Errors.NoSuchBucket, S3Errors.NoSuchBucketPolicy],
        Demands = request => [Demand.OnBucket("s3:GetBucketPolicy", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        if (BucketPolicyAccess.Refusal(request) is { } refusal)
        {
            return refusal;
        }

        if (!request.Bucket.Configurations.TryGetValue(BucketAccess.PolicyName, out var policy))
        {
            return S3Errors.NoSuchBucketPolicy.With("BucketName", request.Bucket.Name);
        }

        var bytes = Encoding.UTF8.GetBytes(await binding.ShowAsync(policy, cancellationToken));
        return S3Response.OfContent(StatusCodes.Status200OK, new MemoryStream(bytes), bytes.Length).With("Content-Type", "application/json");
    }
}
