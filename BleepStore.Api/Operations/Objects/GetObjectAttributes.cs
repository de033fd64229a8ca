using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Api.Checksums;
using BleepStore.Api.Conditions;
using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>GetObjectAttributes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html</summary>
internal sealed class GetObjectAttributes(PartReader parts, EncryptionRules encryptions) : IS3Operation
{
    private const string AttributesHeader = "x-amz-object-attributes";
    private const string MaxPartsHeader = "x-amz-max-parts";
    private const string MarkerHeader = "x-amz-part-number-marker";

    private static readonly ImmutableArray<string> Attributes = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

    public static S3OperationDefinition Definition { get; } = new("GetObjectAttributes", "GET", S3Resource.Object)
    {
        Summary = "Tells those attributes of an object, and of its parts, that are asked for.",
        Query = ["attributes"],
        OptionalQuery = ["versionId"],
        OptionalHeaders = [AttributesHeader, MaxPartsHeader, MarkerHeader, .. EncryptionHeaders.OfCustomerKey, "x-amz-expected-bucket-owner"],
        ResponseBody = S3Body.Xml("GetObjectAttributesResponse"),
        Errors = [S3Errors.InvalidArgument, S3Errors.InvalidRequest, S3Errors.MethodNotAllowed, S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.NoSuchVersion],
        Demands = request =>
        [
            Demand.OnObjectVersion("s3:GetObject", "s3:GetObjectVersion", AclPermission.Read, request),
            Demand.OnObjectVersion("s3:GetObjectAttributes", "s3:GetObjectVersionAttributes", AclPermission.Read, request),
        ],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var wanted = ReadAttributes(request);
        // AWS takes no notice of a limit that it cannot read.
        var limit = S3Number.TryParse(request.Header(MaxPartsHeader), out int asked) ? Math.Min(asked, S3Limits.MaxListKeys) : S3Limits.MaxListKeys;
        var marker = ReadNumber(request, MarkerHeader, absent: 0);
        if (request.Object is not { } record)
        {
            return ObjectVersions.Missing(request);
        }

        await encryptions.ForReadAsync(request, record, cancellationToken);

        var page = wanted.Contains("ObjectParts") && record.UploadId is not null
            ? await parts.ListAsync(record.UploadId, marker, limit + 1, cancellationToken)
            : [];
        return S3Response.OfXml(writer =>
        {
            writer.StartS3("GetObjectAttributesResponse");
            if (wanted.Contains("ETag"))
            {
                // Without quotes, unlike everywhere else.
                writer.Element("ETag", record.ETag);
            }

            if (wanted.Contains("Checksum") && record.Checksum is { } checksum)
            {
                writer.Start("Checksum");
                // Without the number of parts, which other answers put behind a composite one.
                writer.Element("Checksum" + Name(checksum), Convert.ToBase64String(checksum.Value.Span));
                writer.Element("ChecksumType", ((ChecksumType)checksum.Type).Name());
                writer.End();
            }

            if (wanted.Contains("ObjectParts") && record.PartCount > 0)
            {
                WriteParts(writer, record, marker, limit, page);
            }

            if (wanted.Contains("StorageClass"))
            {
                writer.Element("StorageClass", record.StorageClass);
            }

            if (wanted.Contains("ObjectSize"))
            {
                writer.Element("ObjectSize", record.Size);
            }

            writer.End();
        }).With("Last-Modified", HttpDate.Format(record.LastModified)).WithVersion(request.Bucket, record);
    }

    private static void WriteParts(S3XmlWriter writer, ObjectRecord record, int marker, int limit, ImmutableArray<PartRecord> page)
    {
        var isTruncated = page.Length > limit;
        var shown = isTruncated ? page[..limit] : page;
        writer.Start("ObjectParts");
        writer.Element("PartsCount", record.PartCount);
        writer.Element("PartNumberMarker", marker);
        writer.Element("NextPartNumberMarker", shown.IsEmpty ? marker : shown[^1].PartNumber);
        writer.Element("MaxParts", limit);
        writer.Element("IsTruncated", isTruncated);
        foreach (var part in shown)
        {
            writer.Start("Part");
            writer.Element("PartNumber", part.PartNumber);
            writer.Element("Size", part.Size);
            if (part.Checksum is { } checksum)
            {
                writer.Element("Checksum" + Name(checksum), Convert.ToBase64String(checksum.Value.Span));
            }

            writer.End();
        }

        writer.End();
    }

    private static string Name(ChecksumRecord checksum) => ((ChecksumAlgorithm)checksum.Algorithm).Info().Name;

    private static HashSet<string> ReadAttributes(S3Request request)
    {
        var names = (request.Header(AttributesHeader) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
        {
            throw new S3Exception(S3Errors.InvalidRequest.Because(
                "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty"));
        }

        foreach (var name in names)
        {
            if (!Attributes.Contains(name))
            {
                throw new S3Exception(S3Errors.Argument(AttributesHeader, name, "Invalid attribute name specified."));
            }
        }

        return names.ToHashSet(StringComparer.Ordinal);
    }

    private static int ReadNumber(S3Request request, string header, int absent)
        => request.Header(header) is not { } text ? absent
            : S3Number.TryParse(text, out int number) ? number
            : throw new S3Exception(S3Errors.Argument(
                header, text, string.Create(CultureInfo.InvariantCulture, $"Argument {header[6..]} must be an integer between 0 and 2147483647")));
}
