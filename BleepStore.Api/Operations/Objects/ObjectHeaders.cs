using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BleepStore.Api.Checksums;
using BleepStore.Api.Conditions;
using BleepStore.Api.Lifecycle;
using BleepStore.Api.Locks;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>The headers that describe an object: read from a write, given back on a read.</summary>
internal static class ObjectHeaders
{
    private const string MetadataPrefix = "x-amz-meta-";

    /// <summary>Headers a write stores with the object, for the API document.</summary>
    public static readonly ImmutableArray<string> Stored =
    [
        "Content-Type", "Content-Encoding", "Content-Language", "Content-Disposition", "Cache-Control", "Expires", "x-amz-acl", "x-amz-grant-read",
        "x-amz-grant-read-acp", "x-amz-grant-write-acp", "x-amz-grant-full-control", "x-amz-storage-class", "x-amz-tagging", "x-amz-website-redirect-location", "x-amz-meta-*",
        "x-amz-expected-bucket-owner", .. LockHeaders.All,
    ];

    /// <summary>Headers that carry or announce integrity values, for the API document.</summary>
    public static readonly ImmutableArray<string> Integrity =
    [
        "Content-MD5", "x-amz-content-sha256", "x-amz-decoded-content-length", "x-amz-trailer", "x-amz-sdk-checksum-algorithm", "x-amz-checksum-crc32",
        "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1", "x-amz-checksum-sha256",
    ];

    /// <summary>Classes whose objects S3 serves at once; archive classes would promise a restore that does not exist.</summary>
    private static readonly ImmutableArray<string> StorageClasses =
        ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"];

    /// <summary>Headers that ask for what is not there yet. Ignoring one would break a promise: plaintext where encryption was asked for.</summary>
    private static readonly ImmutableArray<string> NotImplemented =
    [
        "x-amz-write-offset-bytes", "x-amz-mfa",
    ];

    /// <summary>Refuses headers whose meaning does not exist here.</summary>
    /// <exception cref="S3Exception">NotImplemented.</exception>
    public static void RefuseUnsupported(S3Request request)
    {
        foreach (var name in NotImplemented)
        {
            if (request.Header(name) is not null)
            {
                throw new S3Exception(S3Errors.NotImplemented.With("Header", name));
            }
        }
    }

    /// <summary>The headers that say what the bytes are.</summary>
    /// <exception cref="S3Exception">InvalidArgument: a value that no answer could carry.</exception>
    public static ContentHeaders ReadContent(S3Request request) => new(
        HeaderText.Read(request, "Content-Type"),
        WithoutAwsChunked(HeaderText.Read(request, "Content-Encoding")),
        HeaderText.Read(request, "Content-Language"),
        HeaderText.Read(request, "Content-Disposition"),
        HeaderText.Read(request, "Cache-Control"),
        HeaderText.Read(request, "Expires"));

    /// <summary>User metadata by lower-case name.</summary>
    /// <exception cref="S3Exception">MetadataTooLarge, or InvalidArgument for a name or value that no answer could carry.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> ReadUserMetadata(S3Request request)
    {
        var metadata = request.Verified.HeadersStartingWith(MetadataPrefix)
            .Select(header => KeyValuePair.Create(
                header.Key[MetadataPrefix.Length..],
                EncodedWords.Decode(HeaderText.Check(header.Key[MetadataPrefix.Length..], header.Value).Trim())))
            .ToImmutableArray();
        var size = metadata.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
        return size <= S3Limits.MaxUserMetadataBytes
            ? metadata
            : throw new S3Exception(S3Errors.MetadataTooLarge
                .With("Size", size.ToString(CultureInfo.InvariantCulture))
                .With("MaxSizeAllowed", S3Limits.MaxUserMetadataBytes.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The storage class asked for, STANDARD where none is.</summary>
    /// <exception cref="S3Exception">InvalidStorageClass.</exception>
    public static string ReadStorageClass(S3Request request)
        => request.Header("x-amz-storage-class") is not { } name ? "STANDARD"
            : StorageClasses.Contains(name) ? name
            : throw new S3Exception(S3Errors.InvalidStorageClass.With("StorageClassRequested", name));

    /// <summary>Adds everything a GET or HEAD tells about an object but length and range.</summary>
    public static S3Response WithObject(this S3Response response, S3Request request, ObjectRecord record, bool wholeObject)
    {
        response
            .With("Last-Modified", HttpDate.Format(record.LastModified))
            .With("ETag", S3Xml.Quote(record.ETag))
            .WithVersion(request.Bucket, record)
            .With("Accept-Ranges", "bytes")
            .With("Content-Type", HeaderText.ReadQuery(request, "response-content-type") ?? record.Headers.ContentType ?? "binary/octet-stream")
            .With("Content-Encoding", HeaderText.ReadQuery(request, "response-content-encoding") ?? record.Headers.ContentEncoding)
            .With("Content-Language", HeaderText.ReadQuery(request, "response-content-language") ?? record.Headers.ContentLanguage)
            .With("Content-Disposition", HeaderText.ReadQuery(request, "response-content-disposition") ?? record.Headers.ContentDisposition)
            .With("Cache-Control", HeaderText.ReadQuery(request, "response-cache-control") ?? record.Headers.CacheControl)
            .With("Expires", HeaderText.ReadQuery(request, "response-expires") ?? record.Headers.Expires)
            .With(WebsiteRedirectLocation.Header, record.WebsiteRedirect)
            .With("x-amz-storage-class", record.StorageClass == "STANDARD" ? null : record.StorageClass);
        foreach (var (name, value) in record.UserMetadata)
        {
            response.WithEmptyToo(MetadataPrefix + name, EncodedWords.Encode(value));
        }

        if (request.Query["versionId"] is null)
        {
            response.WithExpiration(request.Bucket, record, record.LastModified);
        }

        // A checksum of the whole says nothing about a part of it.
        return wholeObject && WantsChecksum(request)
            ? response.WithChecksum(record.Checksum, record.PartCount)
            : response;
    }

    /// <summary>True when the reader asks for stored checksums.</summary>
    public static bool WantsChecksum(S3Request request)
        => string.Equals(request.Header("x-amz-checksum-mode"), "ENABLED", StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds the checksum of one part, and the type of that of the whole object.</summary>
    public static S3Response WithPartChecksum(this S3Response response, ChecksumRecord? part, ChecksumRecord? whole)
        => part is null || whole is null
            ? response
            : response
                .With(((ChecksumAlgorithm)part.Algorithm).Info().HeaderName, Convert.ToBase64String(part.Value.Span))
                .With("x-amz-checksum-type", ((ChecksumType)whole.Type).Name());

    /// <summary>Adds a stored checksum and its type.</summary>
    public static S3Response WithChecksum(this S3Response response, ChecksumRecord? checksum, int partCount)
        => checksum is null
            ? response
            : response
                .With(((ChecksumAlgorithm)checksum.Algorithm).Info().HeaderName, Format(checksum, partCount))
                .With("x-amz-checksum-type", ((ChecksumType)checksum.Type).Name());

    /// <summary>A stored checksum as clients see it.</summary>
    public static string Format(ChecksumRecord checksum, int partCount)
        => MultipartChecksum.Format(checksum.Value.Span, (ChecksumType)checksum.Type, partCount);

    /// <summary><c>aws-chunked</c> is how the body travelled, not what it is.</summary>
    private static string? WithoutAwsChunked(string? encoding)
    {
        if (encoding is null || !encoding.Contains("aws-chunked", StringComparison.OrdinalIgnoreCase))
        {
            return encoding;
        }

        var rest = string.Join(',', encoding.Split(',').Where(item => !item.AsSpan().Trim().Equals("aws-chunked", StringComparison.OrdinalIgnoreCase))).Trim();
        return rest.Length == 0 ? null : rest;
    }
}
