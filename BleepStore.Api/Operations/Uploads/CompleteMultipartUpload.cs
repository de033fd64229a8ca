using System.Globalization;
using BleepStore.Api.Bodies;
using BleepStore.Api.Checksums;
using BleepStore.Api.Conditions;
using BleepStore.Api.Encryption;
using BleepStore.Api.Lifecycle;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using BleepStore.Storage;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Uploads;

/// <summary>CompleteMultipartUpload: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html</summary>
internal sealed class CompleteMultipartUpload(
    IMetadataStore metadata, EncryptionRules encryptions, LateAnswers late, ICrashPoints crashPoints, TimeProvider time) : IS3Operation
{
    private const int PartsPerPage = 1000;

    public static S3OperationDefinition Definition { get; } = new("CompleteMultipartUpload", "POST", S3Resource.Object)
    {
        Summary = "Makes an object of listed parts without copying a byte.",
        IsMultipart = true,
        Query = ["uploadId"],
        OptionalHeaders =
        [
            "If-Match", "If-None-Match", "x-amz-checksum-type", "x-amz-mp-object-size", "x-amz-checksum-crc32", "x-amz-checksum-crc32c",
            "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1", "x-amz-checksum-sha256", "x-amz-expected-bucket-owner",
            .. EncryptionHeaders.OfCustomerKey,
        ],
        RequestBody = S3Body.Xml("CompleteMultipartUpload"),
        ResponseBody = S3Body.Xml("CompleteMultipartUploadResult"),
        Event = EventTypes.MultipartCompleted,
        Errors =
        [
            S3Errors.BadDigest, S3Errors.ConditionalRequestConflict, S3Errors.EntityTooSmall, S3Errors.InvalidPart, S3Errors.InvalidPartOrder, S3Errors.InvalidRequest, S3Errors.MalformedXML,
            S3Errors.NoSuchBucket, S3Errors.NoSuchUpload, S3Errors.PreconditionFailed,
        ],
        Demands = request => [Demand.OnKey("s3:PutObject", AclPermission.Write, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectHeaders.RefuseUnsupported(request);
        var condition = WriteConditions.Read(request);
        using var body = request.OpenBody(BodyRequirements.Document(S3Limits.MaxCompleteXmlBytes) with { ChecksumHeadersAreOfObject = true });
        var list = PartList.Parse(await body.ReadAllAsync(cancellationToken), request.Query["uploadId"] ?? "");
        PartList.CheckChecksumHeaders(request);
        return late.Answer(request.Incoming.RequestId, request.Bucket.Name, request.Key, () => CompleteAsync(request, list, condition, cancellationToken));
    }

    private async Task<S3Response> CompleteAsync(S3Request request, PartList list, Commands.WriteCondition condition, CancellationToken cancellationToken)
    {
        if (await PartParameters.FindUploadAsync(metadata, request, cancellationToken) is not { } upload)
        {
            return await RepeatAsync(request, list, cancellationToken);
        }

        await encryptions.CheckCompletionAsync(request, upload, cancellationToken);
        list.RequireChecksums(upload);
        var parts = list.Match(upload.UploadId, await ReadPartsAsync(upload.UploadId, cancellationToken));
        list.RequireConsecutive(upload);
        var checksum = PartList.ChecksumOf(upload, parts);
        PartList.CheckWhole(request, upload, checksum, parts);
        var size = parts.Sum(part => part.Size);
        if (RefuseSize(request, size) is { } refusal)
        {
            return refusal;
        }

        var record = new ObjectRecord
        {
            Key = request.Key,
            Size = size,
            ETag = PartList.ETagOf(parts),
            Headers = upload.Headers,
            UserMetadata = upload.UserMetadata,
            Tags = upload.Tags,
            Acl = upload.Acl,
            StorageClass = upload.StorageClass,
            WebsiteRedirect = upload.WebsiteRedirect,
            Lock = upload.Lock,
            Checksum = checksum,
            Encryption = upload.Encryption,
        };
        crashPoints.Hit("complete.before");
        var outcome = await metadata.ExecuteAsync(
            new Commands.CompleteUpload
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                UploadId = upload.UploadId,
                Object = record,
                Parts = [.. parts.Select(part => new ManifestPart(part.PartNumber, part.Size))],
                PartsDigest = Commands.CompleteUpload.DigestParts(parts),
                PartListDigest = list.Digest(),
                VersionSalt = ObjectVersions.NewSalt(request.Bucket),
                Condition = condition,
            },
            cancellationToken);
        crashPoints.Hit("complete.after");
        return OutcomeErrors.Map(outcome, request) is { } error
            ? WriteConditions.Name(error, condition)
            : Answer(request, outcome, record.ETag, checksum, parts.Length).WithEncryption(record.Encryption)
                .WithExpiration(request.Bucket, record, outcome.LastModified);
    }

    private static S3Error? RefuseSize(S3Request request, long size)
        => request.Header("x-amz-mp-object-size") is not { } header ? null
            : !S3Number.TryParse(header, out long announced) ? S3Errors.InvalidRequest.Because(
                $"Value for x-amz-mp-object-size header is {(S3Number.IsNegative(header) ? "less than zero" : "invalid")}: '{header}'")
            : announced == size ? null
            : S3Errors.InvalidRequest.Because(string.Create(
                CultureInfo.InvariantCulture, $"The provided 'x-amz-mp-object-size' header value {announced} does not match what was computed: {size}"));

    /// <summary>The same Complete again within a day gets the same answer, whatever became of the object since.</summary>
    private async ValueTask<S3Response> RepeatAsync(S3Request request, PartList list, CancellationToken cancellationToken)
    {
        var uploadId = request.Query["uploadId"] ?? "";
        return await metadata.FindCompletedUploadAsync(uploadId, cancellationToken) is { } completed
            && completed.BucketId == request.Bucket.BucketId
            && completed.Key == request.Key
            && time.GetUtcNow() - completed.CompletedAt < Commands.CompleteUpload.Memory
            && completed.PartListDigest.Span.SequenceEqual(list.Digest())
                ? Answer(request, completed.Outcome, completed.ETag, completed.Checksum, list.Parts.Length)
                : PartParameters.NoSuchUpload(request);
    }

    private async ValueTask<Dictionary<int, PartRecord>> ReadPartsAsync(string uploadId, CancellationToken cancellationToken)
    {
        var parts = new Dictionary<int, PartRecord>();
        for (var after = 0; ;)
        {
            var page = await metadata.ListPartsAsync(uploadId, after, PartsPerPage, cancellationToken);
            foreach (var part in page)
            {
                parts[part.PartNumber] = part;
                after = part.PartNumber;
            }

            if (page.Length < PartsPerPage)
            {
                return parts;
            }
        }
    }

    private static S3Response Answer(S3Request request, Commands.WriteOutcome outcome, string eTag, ChecksumRecord? checksum, int partCount)
        => S3Response.OfXml(writer =>
        {
            writer.StartS3("CompleteMultipartUploadResult");
            writer.Element("Location", $"{(request.Incoming.IsTls ? "https" : "http")}://{request.Incoming.Host}{request.Incoming.RawPath}");
            writer.Element("Bucket", request.Bucket.Name);
            writer.Element("Key", request.Key);
            writer.ETag(eTag);
            if (checksum is not null)
            {
                writer.Element("Checksum" + ((ChecksumAlgorithm)checksum.Algorithm).Info().Name, ObjectHeaders.Format(checksum, partCount));
                writer.Element("ChecksumType", ((ChecksumType)checksum.Type).Name());
            }

            writer.End();
        }).WithWritten(outcome);
}
