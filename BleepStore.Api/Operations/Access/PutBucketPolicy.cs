using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Bodies;
using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Policies;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Access;

/// <summary>PutBucketPolicy: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html</summary>
internal sealed class PutBucketPolicy(BucketConfigurations configurations, PrincipalBinding binding) : IS3Operation
{
    private const string ConfirmHeader = "x-amz-confirm-remove-self-bucket-access";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static S3OperationDefinition Definition { get; } = new("PutBucketPolicy", "PUT", S3Resource.Bucket)
    {
        Summary = "Replaces the policy of a bucket.",
        Query = ["policy"],
        OptionalHeaders = [ConfirmHeader, "x-amz-expected-bucket-owner", .. ObjectHeaders.Integrity],
        RequestBody = S3Body.Json,
        SuccessStatus = 204,
        Errors = [S3Errors.MalformedPolicy, S3Errors.MethodNotAllowed, S3Errors.NoSuchBucket],
        Demands = request => [Demand.OnBucket("s3:PutBucketPolicy", permission: null, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        if (BucketPolicyAccess.Refusal(request) is { } refusal)
        {
            return refusal;
        }

        using var body = request.OpenBody(BodyRequirements.Document(S3Limits.MaxXmlBytes));
        var bytes = await body.ReadAllAsync(cancellationToken);
        PolicyDocument policy;
        string kept;
        try
        {
            var text = StrictUtf8.GetString(bytes);
            BucketPolicyRules.CheckSize(text);
            policy = PolicyDocument.Parse(text, PolicyKind.Bucket, request.Bucket.Name);
            kept = await binding.BindAsync(text, policy, cancellationToken);
        }
        catch (PolicyException e)
        {
            var error = S3Errors.MalformedPolicy.Because(e.Message);
            return e.Detail is null ? error : error.With("Detail", e.Detail);
        }
        catch (DecoderFallbackException)
        {
            return S3Errors.MalformedPolicy.Because("This policy contains invalid Json");
        }

        if (BucketAccess.Of(request.Bucket).Block.BlockPublicPolicy && PublicPolicy.IsPublic(policy))
        {
            return S3Errors.AccessDenied.Because("Public policies are prevented by the BlockPublicPolicy setting of the bucket's public access block.");
        }

        if (ShutsOut(request, policy))
        {
            return S3Errors.AccessDenied.Because($"The policy denies the caller any further change of it; {ConfirmHeader} would confirm that.");
        }

        return await configurations.SetAsync(request, BucketAccess.PolicyName, kept, cancellationToken) is { } failed ? failed : S3Response.NoContent();
    }

    // The root of the account is never shut out.
    private static bool ShutsOut(S3Request request, PolicyDocument policy)
    {
        if (request.Caller is Caller.Account { HasAccountRights: true } || string.Equals(request.Header(ConfirmHeader), "true", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var question = new PolicyQuestion(
            "s3:PutBucketPolicy", BucketPolicyRules.Arn(request.Bucket.Name, key: null), PolicyCallers.Of(request.Caller), NoConditionKeys.Instance);
        return policy.Decide(question) == PolicyDecision.Deny;
    }
}
