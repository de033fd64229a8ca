using System.Globalization;
using System.Security.Cryptography;
using BleepStore.Api.Acl;
using BleepStore.Api.Checksums;
using BleepStore.Api.Encryption;
using BleepStore.Api.Lifecycle;
using BleepStore.Api.Locks;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Uploads;

/// <summary>CreateMultipartUpload: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html</summary>
internal sealed class CreateMultipartUpload(IMetadataStore metadata, EncryptionRules encryptions, AclReader acls, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("CreateMultipartUpload", "POST", S3Resource.Object)
    {
        Summary = "Opens an upload whose parts can come in any order and again.",
        IsMultipart = true,
        Query = ["uploads"],
        OptionalHeaders = [.. ObjectHeaders.Stored, .. EncryptionHeaders.OfWrite, "x-amz-checksum-algorithm", "x-amz-checksum-type"],
        ResponseBody = S3Body.Xml("InitiateMultipartUploadResult"),
        Event = EventTypes.MultipartCreated,
        Errors =
        [
            S3Errors.InvalidEncryptionAlgorithmError, S3Errors.InvalidRequest, S3Errors.InvalidStorageClass, S3Errors.KMSNotFoundException, S3Errors.MetadataTooLarge,
            S3Errors.NoSuchBucket,
        ],
        Demands = request => LockHeaders.Demands(request, Demand.OnKey("s3:PutObject", AclPermission.Write, request)),
        HeaderActions = HeaderAction.OfNewObject,
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        if (!request.Verified.IsSigned)
        {
            return S3Errors.AccessDenied.Because("Anonymous users cannot initiate multipart uploads. Please authenticate.");
        }

        ObjectHeaders.RefuseUnsupported(request);
        var algorithm = request.Header("x-amz-checksum-algorithm") is { } name ? ChecksumAlgorithms.ParseName(name) : (ChecksumAlgorithm?)null;
        var typeHeader = request.Header("x-amz-checksum-type");
        if (algorithm is null && typeHeader is not null)
        {
            ChecksumAlgorithms.ParseType(typeHeader);
            return S3Errors.InvalidRequest.Because("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
        }

        var type = algorithm is { } named ? ChecksumAlgorithms.ResolveMultipartType(named, typeHeader) : (ChecksumType?)null;
        var encryption = await encryptions.ForWriteAsync(request, cancellationToken);
        var now = time.GetUtcNow();
        var upload = new UploadRecord
        {
            UploadId = NewUploadId(now),
            BucketId = request.Bucket.BucketId,
            Key = request.Key,
            InitiatorId = request.CallerId,
            Headers = ObjectHeaders.ReadContent(request),
            UserMetadata = ObjectHeaders.ReadUserMetadata(request),
            Tags = Tags.FromHeader(request.Header("x-amz-tagging")),
            StorageClass = ObjectHeaders.ReadStorageClass(request),
            WebsiteRedirect = WebsiteRedirectLocation.Read(request),
            Lock = LockHeaders.Read(request, now),
            Acl = AclLimits.OfNewObject(request, await acls.FromHeadersAsync(request, request.CallerId, request.Bucket.OwnerId, cancellationToken)),
            ChecksumAlgorithm = algorithm is { } a ? (int)a : 0,
            ChecksumType = type is { } t ? (int)t : 0,
            Encryption = encryption?.Record,
        };
        var outcome = await metadata.ExecuteAsync(new Commands.CreateUpload { Time = now, Bucket = request.Bucket.Name, Upload = upload }, cancellationToken);
        if (OutcomeErrors.Map(outcome, request) is { } error)
        {
            return error;
        }

        return S3Response.OfXml(writer =>
        {
            writer.StartS3("InitiateMultipartUploadResult");
            writer.Element("Bucket", request.Bucket.Name);
            writer.Element("Key", request.Key);
            writer.Element("UploadId", upload.UploadId);
            writer.End();
        }).With("x-amz-checksum-algorithm", algorithm?.Info().Name).With("x-amz-checksum-type", type?.Name()).WithNewEncryption(encryption)
            .WithAbort(request.Bucket, request.Key, now);
    }

    /// <summary>True for what an upload could have been named by.</summary>
    public static bool CouldBeGiven(string uploadId) => uploadId.Length == 48 && uploadId.All(char.IsAsciiHexDigitLower);

    /// <summary>Sorts by initiation; the rest cannot be guessed.</summary>
    private static string NewUploadId(DateTimeOffset now)
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        return string.Create(CultureInfo.InvariantCulture, $"{now.UtcTicks:x16}{Convert.ToHexStringLower(random)}");
    }
}
