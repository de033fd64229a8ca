using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Access;

/// <summary>What the operations on a bucket's policy share.</summary>
internal static class BucketPolicyAccess
{
    /// <summary>Only the owner's account touches a policy: whom the policy itself let in from elsewhere is told that this is no way.</summary>
    public static S3Error? Refusal(S3Request request) => request.CallerId == request.Bucket.OwnerId ? null : S3Errors.MethodNotAllowed;
}
