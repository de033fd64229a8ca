using BleepStore.Api.Checksums;
using BleepStore.Api.Conditions;
using BleepStore.Api.Content;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>What CopyObject and UploadPartCopy demand of their source.</summary>
internal static class CopySourceRules
{
    /// <summary>Null when the source is there, in the wanted version, and its conditions hold.</summary>
    public static S3Error? Refusal(S3Request request, CopySource from, TimeProvider time)
        => request.SourceObject is { } source ? ReadConditions.DecideCopy(request.Header, source, time)
            : from.VersionId is null ? S3Errors.NoSuchKey.With("Key", from.Key)
            : request.SourceDeleteMarker is null ? ObjectVersions.NoSuchVersion(from.Key, from.VersionId)
            : S3Errors.InvalidRequest.Because("The source of a copy request may not specifically refer to a delete marker by version id.");
}

/// <summary>The document that CopyObject and UploadPartCopy answer with.</summary>
internal static class CopyResult
{
    public static void Write(S3XmlWriter writer, CopiedContent content, DateTimeOffset lastModified)
    {
        Start(writer, "CopyObjectResult", content.ETag, lastModified);
        WriteChecksum(writer, content.Checksum);
        writer.Element("ChecksumType", ChecksumType.FullObject.Name());
        writer.End();
    }

    /// <summary>Of a part clients are told the checksum that its upload names, which has no type of its own.</summary>
    public static void WritePart(S3XmlWriter writer, PartRecord part, DateTimeOffset lastModified)
    {
        Start(writer, "CopyPartResult", part.ETag, lastModified);
        if (part.Checksum is { } checksum)
        {
            WriteChecksum(writer, checksum);
        }

        writer.End();
    }

    private static void Start(S3XmlWriter writer, string root, string eTag, DateTimeOffset lastModified)
    {
        writer.StartS3(root);
        writer.ETag(eTag);
        writer.Element("LastModified", lastModified);
    }

    private static void WriteChecksum(S3XmlWriter writer, ChecksumRecord checksum)
        => writer.Element("Checksum" + ((ChecksumAlgorithm)checksum.Algorithm).Info().Name, Convert.ToBase64String(checksum.Value.Span));
}
