using BleepStore.Api.Acl;
using BleepStore.Api.Bodies;
using BleepStore.Api.Conditions;
using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Api.Lifecycle;
using BleepStore.Api.Locks;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Objects;

/// <summary>PutObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html</summary>
internal sealed class PutObject(
    IMetadataStore metadata, BlobWriter blobs, EncryptionRules encryptions, AclReader acls, UploadLimits limits, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PutObject", "PUT", S3Resource.Object)
    {
        Summary = "Stores an object; readers see all of it or nothing.",
        OptionalHeaders = [.. ObjectHeaders.Stored, .. ObjectHeaders.Integrity, .. EncryptionHeaders.OfWrite, "If-Match", "If-None-Match"],
        RequestBody = S3Body.Bytes,
        Event = EventTypes.ObjectCreated,
        Errors =
        [
            S3Errors.AccessControlListNotSupported, S3Errors.BadDigest, S3Errors.EntityTooLarge, S3Errors.IncompleteBody, S3Errors.InsufficientStorage, S3Errors.InvalidDigest,
            S3Errors.InvalidEncryptionAlgorithmError, S3Errors.InvalidRedirectLocation, S3Errors.InvalidStorageClass, S3Errors.InvalidTag,
            S3Errors.KMSNotFoundException, S3Errors.MetadataTooLarge, S3Errors.MissingContentLength, S3Errors.NoSuchBucket, S3Errors.PreconditionFailed,
            S3Errors.XAmzContentSHA256Mismatch,
        ],
        Demands = request => LockHeaders.Demands(request, Demand.OnKey("s3:PutObject", AclPermission.Write, request)),
        HeaderActions = HeaderAction.OfNewObject,
    };

    public ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
        => StoreAsync(request, new BodyRequirements(limits.MaxObjectBytes), cancellationToken);

    /// <summary>Stores the body under the request's key; the answer tells what was stored.</summary>
    public async ValueTask<S3Response> StoreAsync(S3Request request, BodyRequirements requirements, CancellationToken cancellationToken)
    {
        ObjectHeaders.RefuseUnsupported(request);
        var condition = WriteConditions.Read(request);
        var draft = new ObjectRecord
        {
            Key = request.Key,
            Headers = ObjectHeaders.ReadContent(request),
            UserMetadata = ObjectHeaders.ReadUserMetadata(request),
            Tags = Tags.FromHeader(request.Header("x-amz-tagging")),
            StorageClass = ObjectHeaders.ReadStorageClass(request),
            WebsiteRedirect = WebsiteRedirectLocation.Read(request),
            Lock = LockHeaders.Read(request, time.GetUtcNow()),
            Acl = AclLimits.OfNewObject(request, await acls.FromHeadersAsync(request, request.CallerId, request.Bucket.OwnerId, cancellationToken)),
        };
        var encryption = await encryptions.ForWriteAsync(request, cancellationToken);
        using var body = request.OpenBody(requirements with { IntegrityMustBeSent = LockHeaders.AreSent(request) });
        if (await RetryIdentities.RefusalAsync(metadata, request, condition, time, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var content = await blobs.WriteAsync(request.Bucket.Name, request.Key, body.Content, body.AnnouncedBytes, isPart: false, encryption?.Key, cancellationToken);
        var checksum = new ChecksumRecord((int)body.Checksum.Algorithm, (int)Checksums.ChecksumType.FullObject, body.Checksum.Value);
        var record = draft with
        {
            Size = body.LengthBytes,
            ETag = encryption?.Key.ETagOf(body.Md5) ?? Convert.ToHexStringLower(body.Md5),
            Checksum = checksum,
            Segments = content.Segments,
            Encryption = encryption?.Record,
        };
        var outcome = await blobs.CommitAsync(
            metadata,
            new Commands.PutObject
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Object = record,
                InlineBody = content.InlineBody,
                VersionSalt = ObjectVersions.NewSalt(request.Bucket),
                Condition = condition,
                Retry = RetryIdentities.Of(request, condition)?.WithPayload(body.Md5),
            },
            content,
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error
            ? WriteConditions.Name(error, condition)
            : S3Response.Ok().With("ETag", S3Xml.Quote(record.ETag)).WithWritten(outcome).WithChecksum(checksum, partCount: 0).WithNewEncryption(encryption)
                .WithExpiration(request.Bucket, record, outcome.LastModified);
    }
}
