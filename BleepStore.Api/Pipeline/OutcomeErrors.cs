using BleepStore.Api.Protocol;
using BleepStore.Metadata.Commands;

namespace BleepStore.Api.Pipeline;

/// <summary>Which S3 error the outcome of a command becomes: one line each.</summary>
internal static class OutcomeErrors
{
    /// <summary>Null for success.</summary>
    public static S3Error? Map(WriteStatus status, string name) => status switch
    {
        WriteStatus.Done => null,
        WriteStatus.BucketMissing => S3Errors.NoSuchBucket.With("BucketName", name),
        WriteStatus.KeyMissing => S3Errors.NoSuchKey.With("Key", name),
        WriteStatus.PreconditionFailed => S3Errors.PreconditionFailed,
        WriteStatus.UploadMissing => S3Errors.NoSuchUpload,
        WriteStatus.PartChanged => S3Errors.InvalidPart,
        WriteStatus.BucketNotEmpty => S3Errors.BucketNotEmpty.With("BucketName", name),
        WriteStatus.BucketExists => S3Errors.BucketAlreadyExists.With("BucketName", name),
        WriteStatus.VersionMissing => S3Errors.NoSuchVersion.With("Key", name),
        WriteStatus.IsDeleteMarker => S3Errors.MethodNotAllowed,
        WriteStatus.VersioningLocked => S3Errors.InvalidBucketState,
        WriteStatus.ObjectLocked => S3Errors.AccessDenied.Because("Access Denied because object protected by object lock."),
        WriteStatus.BucketNotLocked => S3Errors.InvalidRequest.Because("Bucket is missing Object Lock Configuration"),
        WriteStatus.VersioningRequired => S3Errors.InvalidBucketState.Because("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"),
        WriteStatus.ObjectChanged => S3Errors.OperationAborted,
        WriteStatus.ChangedDuringUpload => S3Errors.ConditionalRequestConflict.With("Key", name),
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "An outcome without an error."),
    };

    /// <summary>Null for success; names the request's key or bucket.</summary>
    public static S3Error? Map(WriteOutcome outcome, S3Request request)
        => Map(outcome.Status, outcome.Status is WriteStatus.KeyMissing or WriteStatus.VersionMissing or WriteStatus.ChangedDuringUpload ? request.Key : request.Incoming.Bucket ?? "");
}
