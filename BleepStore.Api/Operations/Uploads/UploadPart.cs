using BleepStore.Api.Bodies;
using BleepStore.Api.Checksums;
using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Uploads;

/// <summary>UploadPart: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html</summary>
internal sealed class UploadPart(IMetadataStore metadata, BlobWriter blobs, EncryptionRules encryptions, UploadLimits limits, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("UploadPart", "PUT", S3Resource.Object)
    {
        Summary = "Stores one part of an upload, in place of an earlier one of that number.",
        IsMultipart = true,
        Query = ["partNumber", "uploadId"],
        OptionalHeaders = [.. ObjectHeaders.Integrity, .. EncryptionHeaders.OfCustomerKey, "x-amz-expected-bucket-owner"],
        RequestBody = S3Body.Bytes,
        Event = EventTypes.PartUploaded,
        Errors = [S3Errors.BadDigest, S3Errors.EntityTooLarge, S3Errors.IncompleteBody, S3Errors.InvalidArgument, S3Errors.InvalidDigest, S3Errors.NoSuchBucket, S3Errors.NoSuchUpload],
        Demands = request => [Demand.OnKey("s3:PutObject", AclPermission.Write, request)],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectHeaders.RefuseUnsupported(request);
        var number = PartParameters.ReadNumber(request);
        if (await PartParameters.FindUploadAsync(metadata, request, cancellationToken) is not { } upload)
        {
            return PartParameters.NoSuchUpload(request);
        }

        var encryption = await encryptions.ForPartAsync(request, upload, cancellationToken);
        using var body = request.OpenBody(new BodyRequirements(limits.MaxObjectBytes)
        {
            Algorithm = upload.ChecksumAlgorithm == 0 ? null : (ChecksumAlgorithm)upload.ChecksumAlgorithm,
            WantsCrc64Nvme = upload.ChecksumAlgorithm == 0,
            AlgorithmMustBeSent = upload.ChecksumType == (int)ChecksumType.Composite,
        });
        var content = await blobs.WriteAsync(request.Bucket.Name, request.Key, body.Content, body.LengthBytes, isPart: true, encryption?.Key, cancellationToken);
        var part = new PartRecord
        {
            UploadId = upload.UploadId,
            PartNumber = number,
            Size = body.LengthBytes,
            ETag = encryption?.Key.ETagOf(body.Md5) ?? Convert.ToHexStringLower(body.Md5),
            Checksum = upload.ChecksumAlgorithm != 0 || body.Checksum.SentByClient
                ? new ChecksumRecord((int)body.Checksum.Algorithm, (int)ChecksumType.FullObject, body.Checksum.Value)
                : null,
            WholeChecksum = body.Checksum.Crc64Nvme is { } whole
                ? new ChecksumRecord((int)ChecksumAlgorithm.Crc64Nvme, (int)ChecksumType.FullObject, whole)
                : null,
            Segments = content.Segments,
            Encryption = encryption?.Record,
        };
        var outcome = await blobs.CommitAsync(
            metadata,
            PartParameters.Put(request, part, content.InlineBody, time),
            content,
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error
            ? error
            : S3Response.Ok().With("ETag", S3Xml.Quote(part.ETag))
                .With(body.Checksum.Algorithm.Info().HeaderName, Convert.ToBase64String(body.Checksum.Value))
                .WithEncryption(encryption);
    }
}
