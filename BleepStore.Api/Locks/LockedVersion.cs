using System.Collections.Immutable;
using BleepStore.Api.Operations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Locks;

/// <summary>What the requests about the lock of a version share: the right on it, and what is said where there is nothing to lock.</summary>
internal static class LockedVersion
{
    /// <summary>What <see cref="Refusal"/> can be.</summary>
    public static readonly ImmutableArray<S3Error> Errors =
        [S3Errors.InvalidArgument, S3Errors.InvalidRequest, S3Errors.MethodNotAllowed, S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.NoSuchVersion];

    /// <summary>The right on the object, or on the version of it that the request names: one and the same action.</summary>
    public static Demand Demand(string action, IncomingRequest request)
        => Operations.Demand.OnObject(action, permission: null, request) with { VersionId = request.Query[ObjectVersions.Parameter] };

    /// <summary>Null where the request names a version in a bucket with object lock.</summary>
    public static S3Response? Refusal(S3Request request)
        => !request.Bucket.ObjectLockEnabled ? S3Errors.InvalidRequest.Because("Bucket is missing Object Lock Configuration")
            : request.Object is null ? ObjectVersions.Missing(request, isMarkerRefused: true)
            : null;
}
