using System.Globalization;
using BleepStore.Api.Checksums;
using BleepStore.Api.Conditions;
using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Uploads;

/// <summary>UploadPartCopy: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html</summary>
internal sealed class UploadPartCopy(
    IMetadataStore metadata, ObjectCopier copier, BlobWriter blobs, EncryptionRules encryptions, LateAnswers late, TimeProvider time) : IS3Operation
{
    private const string RangeHeader = "x-amz-copy-source-range";

    public static S3OperationDefinition Definition { get; } = new("UploadPartCopy", "PUT", S3Resource.Object)
    {
        Summary = "Makes a part of an upload of the bytes of an object, or of one range of them.",
        IsMultipart = true,
        Query = ["partNumber", "uploadId"],
        Header = CopySource.Header,
        OptionalHeaders =
        [
            RangeHeader, "x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match", "x-amz-copy-source-if-modified-since",
            "x-amz-copy-source-if-unmodified-since", "x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner",
            .. EncryptionHeaders.OfCustomerKey, .. EncryptionHeaders.OfSource,
        ],
        ResponseBody = S3Body.Xml("CopyPartResult"),
        Event = EventTypes.PartUploaded,
        Errors = [S3Errors.AccessDenied, S3Errors.InvalidArgument, S3Errors.InvalidRequest, S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.NoSuchUpload, S3Errors.NoSuchVersion, S3Errors.PreconditionFailed],
        Refuse = CopySource.RefuseBody,
        Demands = request => [CopySource.Demand(request), Demand.OnKey("s3:PutObject", AclPermission.Write, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectHeaders.RefuseUnsupported(request);
        var number = PartParameters.ReadNumber(request);
        if (CopySourceRules.Refusal(request, CopySource.Parse(request.Incoming), time) is { } refusal)
        {
            return refusal;
        }

        var source = request.SourceObject ?? throw new InvalidOperationException("A missing source was refused before.");
        var range = ReadRange(request, source.Size);
        if (range.Length > S3Limits.MaxCopyBytes)
        {
            return S3Errors.InvalidRequest.Because("The specified copy source is larger than the maximum allowable size for a copy source: 5368709120");
        }

        if (await PartParameters.FindUploadAsync(metadata, request, cancellationToken) is not { } upload)
        {
            return PartParameters.NoSuchUpload(request);
        }

        var decryption = await encryptions.ForSourceAsync(request, source, cancellationToken);
        var encryption = await encryptions.ForPartAsync(request, upload, cancellationToken);
        return late.Answer(request.Incoming.RequestId, request.SourceBucket.Name, source.Key, async ()
            => (await CopyAsync(request, source, range, upload, number, decryption?.Key, encryption, cancellationToken)).WithEncryption(encryption));
    }

    /// <summary>The range to copy: strict, unlike that of a read.</summary>
    /// <exception cref="S3Exception">InvalidArgument: not <c>bytes=first-last</c>, or longer than the source; InvalidRequest: behind its end.</exception>
    private static ByteRange ReadRange(S3Request request, long size)
    {
        if (request.Header(RangeHeader) is not { } header)
        {
            return new ByteRange(0, size);
        }

        var dash = header.IndexOf('-', StringComparison.Ordinal);
        if (!header.StartsWith("bytes=", StringComparison.Ordinal) || dash < 7
            || !S3Number.TryParse(header.AsSpan(6, dash - 6), out long first)
            || !S3Number.TryParse(header.AsSpan(dash + 1), out long last)
            || last < first)
        {
            throw new S3Exception(S3Errors.Argument(
                RangeHeader, header, "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy"));
        }

        if (first >= size)
        {
            throw new S3Exception(S3Errors.InvalidRequest.Because("The specified copy range is invalid for the source object size"));
        }

        return last < size
            ? new ByteRange(first, last - first + 1)
            : throw new S3Exception(S3Errors.Argument(
                RangeHeader, header, string.Create(CultureInfo.InvariantCulture, $"Range specified is not valid for source object of size: {size}")));
    }

    private async Task<S3Response> CopyAsync(
        S3Request request,
        ObjectRecord source,
        ByteRange range,
        UploadRecord upload,
        int number,
        DataKey? sourceKey,
        ObjectEncryption? encryption,
        CancellationToken cancellationToken)
    {
        var algorithm = upload.ChecksumAlgorithm == 0 ? ChecksumAlgorithm.Crc64Nvme : (ChecksumAlgorithm)upload.ChecksumAlgorithm;
        var keys = new CopyKeys(sourceKey, encryption?.Key);
        var copied = await copier.CopyAsync(
            source, range.Offset, range.Length, request.Bucket.Name, request.Key, algorithm, isPart: true, keys, cancellationToken);
        var part = new PartRecord
        {
            UploadId = upload.UploadId,
            PartNumber = number,
            Size = range.Length,
            ETag = copied.ETag,
            Checksum = upload.ChecksumAlgorithm == 0 ? null : copied.Checksum,
            WholeChecksum = upload.ChecksumAlgorithm == 0 ? copied.Checksum : null,
            Segments = copied.Content.Segments,
            Encryption = encryption?.Record,
        };
        var outcome = await blobs.CommitAsync(
            metadata,
            PartParameters.Put(request, part, copied.Content.InlineBody, time),
            copied.Content,
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error
            ? error
            : S3Response.OfXml(writer => CopyResult.WritePart(writer, part, outcome.LastModified))
                .With(CopySource.VersionHeader, CopySource.VersionOf(request));
    }
}
