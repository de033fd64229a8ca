using BleepStore.Api.Operations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Locks;

/// <summary>
/// The header by which a caller asks to pass over governance. It counts only as a header that was sent, which is where the demand looks that comes
/// with it: nobody bypasses without having been asked for the right.
/// </summary>
internal static class GovernanceBypass
{
    public const string Header = "x-amz-bypass-governance-retention";
    public const string Action = "s3:BypassGovernanceRetention";

    /// <summary>True when the request asks for it.</summary>
    public static bool IsAsked(IncomingRequest request) => request.Header(Header) is { } value && value.Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>InvalidArgument where the header, whatever it says, comes with a deletion from a bucket that locks nothing; null elsewhere.</summary>
    public static S3Error? RefuseDeletion(S3Request request)
        => request.Header(Header) is null || request.Bucket.ObjectLockEnabled ? null
            : S3Errors.InvalidArgument.Because($"{Header} is only applicable to Object Lock enabled buckets.").With("ArgumentName", Header);

    /// <summary>The demand, and where the request asks for it the right to bypass; no access control list grants that.</summary>
    public static System.Collections.Immutable.ImmutableArray<Demand> Demands(IncomingRequest request, Demand demand)
        => IsAsked(request) ? [demand, Demand.OnKey(Action, permission: null, request)] : [demand];
}
