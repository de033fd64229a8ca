using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>The <c>versionId</c> parameter: objects of buckets without versions have the version <c>null</c> alone.</summary>
internal static class VersionParameter
{
    /// <summary>Null when the parameter names the current object or is absent, else why it does not.</summary>
    public static S3Error? Refusal(string? versionId, string key) => versionId switch
    {
        null or ObjectRecord.NullVersion => null,
        "" => S3Errors.Argument("versionId", "", "Version id cannot be the empty string"),
        _ when versionId.Length is < 16 or > 1024 => S3Errors.Argument("versionId", versionId, "Invalid version id specified"),
        _ => S3Errors.NoSuchVersion.With("Key", key).With("VersionId", versionId),
    };
}
