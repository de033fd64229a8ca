using BleepStore.Api.Checksums;
using BleepStore.Api.Conditions;
using BleepStore.Api.Content;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Operations.Objects;

/// <summary>What CopyObject and UploadPartCopy demand of their source.</summary>
internal static class CopySourceRules
{
    /// <summary>Null when the source is there, in the wanted version, and its conditions hold.</summary>
    public static S3Error? Refusal(S3Request request, CopySource from)
        => request.SourceObject is { } source ? ReadConditions.DecideCopy(request.Header, source)
            : from.VersionId is null ? S3Errors.NoSuchKey.With("Key", from.Key)
            : request.SourceDeleteMarker is null ? ObjectVersions.NoSuchVersion(from.Key, from.VersionId)
            : S3Errors.InvalidRequest.Because("The source of a copy request may not specifically refer to a delete marker by version id.");
}

/// <summary>The document that CopyObject and UploadPartCopy answer with.</summary>
internal static class CopyResult
{
    public static void Write(S3XmlWriter writer, string root, CopiedContent content, DateTimeOffset lastModified)
    {
        writer.StartS3(root);
        writer.ETag(content.ETag);
        writer.Element("LastModified", lastModified);
        var info = ((ChecksumAlgorithm)content.Checksum.Algorithm).Info();
        writer.Element("Checksum" + info.Name, Convert.ToBase64String(content.Checksum.Value.Span));
        writer.Element("ChecksumType", ChecksumType.FullObject.Name());
        writer.End();
    }
}
