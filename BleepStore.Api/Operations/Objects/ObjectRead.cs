using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Api.Checksums;
using BleepStore.Api.Conditions;
using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Api.Locks;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Objects;

/// <summary>What GetObject and HeadObject share: everything but whether the bytes are sent.</summary>
internal sealed class ObjectRead(
    IMetadataStore metadata,
    ObjectReader reader,
    PartReader parts,
    EncryptionRules encryptions,
    LockVisibility locks,
    Authorizer authorizer,
    TimeProvider time)
{
    /// <summary>Query parameters of both, for the API document.</summary>
    public static readonly ImmutableArray<string> OptionalQuery =
    [
        "versionId", "partNumber", "response-content-type", "response-content-encoding", "response-content-language", "response-content-disposition",
        "response-cache-control", "response-expires",
    ];

    /// <summary>Headers of both, for the API document.</summary>
    public static readonly ImmutableArray<string> OptionalHeaders =
    [
        "Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "x-amz-checksum-mode", "x-amz-expected-bucket-owner",
        .. EncryptionHeaders.OfCustomerKey,
    ];

    /// <summary>Refuses headers of the answer that no request may ask for, and all that nobody signed for: AWS tells so also whoever may not read.</summary>
    public static S3Error? RefuseOverrides(VerifiedRequest request)
    {
        foreach (var parameter in request.Incoming.Query.Parameters)
        {
            if (!parameter.Name.StartsWith("response-", StringComparison.Ordinal))
            {
                continue;
            }

            if (!OptionalQuery.Contains(parameter.Name, StringComparer.Ordinal))
            {
                return S3Errors.Argument(
                    parameter.Name,
                    parameter.Value,
                    $"{parameter.Name} is not in the set of overridable response headers. Please refer to the S3 API documentation for a complete list of overridable response headers.");
            }

            if (!request.IsSigned)
            {
                return S3Errors.InvalidRequest.Because("Request specific response headers cannot be used for anonymous GET requests.");
            }
        }

        return null;
    }

    public async ValueTask<S3Response> AnswerAsync(S3Request request, bool withContent, CancellationToken cancellationToken)
    {
        if (request.Header("x-amz-checksum-mode") is not null && !ObjectHeaders.WantsChecksum(request))
        {
            return S3Errors.InvalidRequest.Because("Value for x-amz-checksum-mode header is invalid.");
        }

        var part = 0;
        if (request.Query["partNumber"] is { } asked && (!S3Number.TryParse(asked, out part) || part is < 1 or > S3Limits.MaxPartNumber))
        {
            return S3Errors.Argument("partNumber", asked, "Part number must be an integer between 1 and 10000, inclusive");
        }

        if (request.Object is not { } record)
        {
            return ObjectVersions.Missing(request);
        }

        var encryption = await encryptions.ForReadAsync(request, record, cancellationToken);
        if (ReadConditions.Decide(request.Header, record, time) is { } condition)
        {
            return S3Response.Refuse(condition).With("ETag", S3Xml.Quote(record.ETag)).With("Last-Modified", HttpDate.Format(record.LastModified))
                .WithVersion(request.Bucket, record);
        }

        var locked = record.Lock == ObjectLock.None ? ObjectLock.None : await locks.OfAsync(request, record, cancellationToken);
        var response = part > 0
            ? await PartAsync(request, record, part, encryption, withContent, cancellationToken)
            : await RangeAsync(request, record, encryption, withContent, cancellationToken);
        if (response.Error is not null)
        {
            return response;
        }

        // How many tags there are is told to those who may read them.
        return !record.Tags.IsEmpty && await authorizer.IsAllowedOnObjectAsync(request, GetObjectTagging.Demand(request.Incoming), cancellationToken)
            ? response.WithLock(locked).With("x-amz-tagging-count", record.Tags.Length.ToString(CultureInfo.InvariantCulture))
            : response.WithLock(locked);
    }

    private async ValueTask<S3Response> RangeAsync(
        S3Request request, ObjectRecord record, ObjectEncryption? encryption, bool withContent, CancellationToken cancellationToken)
    {
        var header = ReadConditions.HoldsIfRange(request.Header("If-Range"), record) ? request.Header("Range") : null;
        var range = ByteRange.Parse(header, record.Size, out var isSatisfiable);
        if (!isSatisfiable)
        {
            return S3Errors.InvalidRange
                .With("RangeRequested", header ?? "")
                .With("ActualObjectSize", record.Size.ToString(CultureInfo.InvariantCulture));
        }

        var response = await ContentAsync(
            request, record, range ?? new ByteRange(0, record.Size), range is null ? 200 : 206, encryption, withContent, cancellationToken);
        return response
            .With("Content-Range", range?.ToContentRange(record.Size))
            .WithObject(request, record, wholeObject: range is null || range.Value.Length == record.Size);
    }

    private async ValueTask<S3Response> PartAsync(
        S3Request request, ObjectRecord record, int number, ObjectEncryption? encryption, bool withContent, CancellationToken cancellationToken)
    {
        if (request.Header("Range") is not null)
        {
            return S3Errors.InvalidRequest.Because("Cannot specify both Range header and partNumber query parameter");
        }

        if (await FindPartAsync(record, number, cancellationToken) is not { } range)
        {
            return S3Errors.InvalidPartNumber
                .With("ActualPartCount", Math.Max(1, record.PartCount).ToString(CultureInfo.InvariantCulture))
                .With("PartNumberRequested", number.ToString(CultureInfo.InvariantCulture));
        }

        // A part is told its own checksum where that of the whole is made of them; another says nothing about one part of several.
        var isComposite = record.Checksum?.Type == (int)ChecksumType.Composite;
        var part = isComposite && record.UploadId is { } uploadId && ObjectHeaders.WantsChecksum(request)
            ? await parts.FindAsync(uploadId, number, cancellationToken)
            : null;
        var response = await ContentAsync(request, record, range, status: record.Size == 0 ? 200 : 206, encryption, withContent, cancellationToken);
        return response
            .With("Content-Range", record.Size == 0 ? null : range.ToContentRange(record.Size))
            .With("x-amz-mp-parts-count", record.PartCount == 0 ? null : record.PartCount.ToString(CultureInfo.InvariantCulture))
            .WithObject(request, record, wholeObject: record.PartCount <= 1 && !isComposite)
            .WithPartChecksum(part?.Checksum, record.Checksum);
    }

    /// <summary>Where the bytes of the n-th part are; an object that was put whole is its own first part.</summary>
    private async ValueTask<ByteRange?> FindPartAsync(ObjectRecord record, int number, CancellationToken cancellationToken)
    {
        if (record.UploadId is null)
        {
            return number == 1 ? new ByteRange(0, record.Size) : null;
        }

        for (var index = 0; ; index++)
        {
            if (await metadata.FindManifestChunkAsync(record.UploadId, chunk: index, cancellationToken) is not { } chunk)
            {
                return null;
            }

            var offset = chunk.Offset;
            foreach (var part in chunk.Parts)
            {
                if (part.PartNumber == number)
                {
                    return new ByteRange(offset, part.Size);
                }

                offset += part.Size;
            }
        }
    }

    private async ValueTask<S3Response> ContentAsync(
        S3Request request, ObjectRecord record, ByteRange range, int status, ObjectEncryption? encryption, bool withContent, CancellationToken cancellationToken)
        => S3Response.OfContent(
            status,
            withContent
                ? await reader.OpenAsync(new ObjectWithBody(record, request.InlineBody), range.Offset, range.Length, encryption?.Key, cancellationToken)
                : null,
            range.Length).WithEncryption(encryption);
}
