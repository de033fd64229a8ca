using BleepStore.Api.Acl;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Policies;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Access;

/// <summary>GetBucketPolicyStatus: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html</summary>
internal sealed class GetBucketPolicyStatus : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("GetBucketPolicyStatus", "GET", S3Resource.Bucket)
    {
        Summary = "Tells whether a bucket is public by its policy or its access control list.",
        Query = ["policyStatus"],
        OptionalHeaders = ["x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("PolicyStatus"),
        Errors = [S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:GetBucketPolicyStatus", permission: null, request)],
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var isPublic = IsPublic(request.Bucket);
        return ValueTask.FromResult(S3Response.OfXml(writer =>
        {
            writer.StartS3("PolicyStatus");
            writer.Element("IsPublic", isPublic);
            writer.End();
        }));
    }

    private static bool IsPublic(BucketRecord bucket)
    {
        var access = BucketAccess.Of(bucket);
        return (access.Policy is { } policy && PublicPolicy.IsPublic(policy))
            || (AclRules.IsPublic(bucket.Acl) && !access.AreAclsDisabled && !access.Block.IgnorePublicAcls);
    }
}
