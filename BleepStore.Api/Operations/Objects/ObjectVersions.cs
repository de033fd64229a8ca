using System.Security.Cryptography;
using BleepStore.Api.Conditions;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>How requests name versions, how answers tell of them, and what is said where there is none to work on.</summary>
internal static class ObjectVersions
{
    /// <summary>The query parameter that names a version.</summary>
    public const string Parameter = "versionId";

    private const string IdHeader = "x-amz-version-id";
    private const string MarkerHeader = "x-amz-delete-marker";

    /// <summary>True for what a version could be named by: <c>null</c>, or an id that is like those given. AWS, too, knows its own from made-up ones.</summary>
    public static bool IsWellFormed(string versionId) => versionId == ObjectRecord.NullVersion || VersionIds.CouldBeGiven(versionId);

    /// <summary>The error for a version id that no version has or could have.</summary>
    public static S3Error NoSuchVersion(string key, string versionId, string parameter = Parameter)
        => versionId.Length == 0 ? S3Errors.Argument(parameter, versionId, "Version id cannot be the empty string")
            : IsWellFormed(versionId) ? S3Errors.NoSuchVersion.With("Key", key).With("VersionId", versionId)
            : S3Errors.Argument(parameter, versionId, "Invalid version id specified");

    /// <summary>The answer where the object or version that a request names is not there, or is a delete marker.</summary>
    /// <param name="request">A request whose object is null.</param>
    /// <param name="isMarkerRefused">True for operations that take a delete marker without its version id for the wrong thing, not for an absent one.</param>
    public static S3Response Missing(S3Request request, bool isMarkerRefused = false)
    {
        var versionId = request.Query[Parameter];
        if (request.DeleteMarker is not { } marker)
        {
            return versionId is null ? S3Errors.NoSuchKey.With("Key", request.Key) : NoSuchVersion(request.Key, versionId);
        }

        if (versionId is null && !isMarkerRefused)
        {
            return S3Response.Refuse(S3Errors.NoSuchKey.With("Key", request.Key)).With(MarkerHeader, "true").With(IdHeader, marker.VersionId);
        }

        return S3Response.Refuse(S3Errors.MethodNotAllowed.With("Method", request.Incoming.Method).With("ResourceType", "DeleteMarker"))
            .With("Allow", "DELETE")
            .With("Last-Modified", HttpDate.Format(marker.LastModified))
            .With(MarkerHeader, "true")
            .With(IdHeader, marker.VersionId);
    }

    /// <summary>Tells which version was read or changed; nothing in a bucket that never had any.</summary>
    public static S3Response WithVersion(this S3Response response, BucketRecord bucket, ObjectRecord version)
        => bucket.Versioning == VersioningState.Unversioned ? response : response.With(IdHeader, version.VersionId);

    /// <summary>Tells which version an existing object has that was changed; nothing in a bucket that never had any.</summary>
    public static S3Response WithChanged(this S3Response response, WriteOutcome outcome) => response.With(IdHeader, outcome.VersionId);

    /// <summary>Tells the version that was written. As on AWS, one without an id of its own is not told.</summary>
    public static S3Response WithWritten(this S3Response response, WriteOutcome outcome)
        => outcome.VersionId is null or ObjectRecord.NullVersion ? response : response.With(IdHeader, outcome.VersionId);

    /// <summary>Tells the version or delete marker that a delete removed or made.</summary>
    public static S3Response WithDeleted(this S3Response response, WriteOutcome outcome)
        => response.With(IdHeader, outcome.VersionId).With(MarkerHeader, outcome.IsDeleteMarker ? "true" : null);

    /// <summary>What a command gives to the ids of the versions it writes into a bucket: random where they get one.</summary>
    public static long NewSalt(BucketRecord bucket)
    {
        if (bucket.Versioning != VersioningState.Enabled)
        {
            return 0;
        }

        Span<byte> random = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(random);
        return BitConverter.ToInt64(random);
    }
}
