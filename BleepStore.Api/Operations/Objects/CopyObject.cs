using System.Globalization;
using System.Text;
using BleepStore.Api.Acl;
using BleepStore.Api.Checksums;
using BleepStore.Api.Conditions;
using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Api.Lifecycle;
using BleepStore.Api.Locks;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Objects;

/// <summary>CopyObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html</summary>
internal sealed class CopyObject(
    IMetadataStore metadata, ObjectCopier copier, BlobWriter blobs, EncryptionRules encryptions, AclReader acls, CopiedTags tags, LateAnswers late, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("CopyObject", "PUT", S3Resource.Object)
    {
        Summary = "Makes an object of the bytes of another.",
        Header = CopySource.Header,
        OptionalHeaders =
        [
            "x-amz-metadata-directive", "x-amz-tagging-directive", "x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match",
            "x-amz-copy-source-if-modified-since", "x-amz-copy-source-if-unmodified-since", "x-amz-checksum-algorithm", "x-amz-source-expected-bucket-owner",
            "If-Match", "If-None-Match", .. ObjectHeaders.Stored, .. EncryptionHeaders.OfWrite, .. EncryptionHeaders.OfSource,
        ],
        ResponseBody = S3Body.Xml("CopyObjectResult"),
        Event = EventTypes.ObjectCreated,
        Errors =
        [
            S3Errors.AccessDenied, S3Errors.InvalidArgument, S3Errors.InvalidEncryptionAlgorithmError, S3Errors.InvalidRequest, S3Errors.KMSNotFoundException,
            S3Errors.NoSuchBucket, S3Errors.NoSuchKey, S3Errors.NoSuchVersion, S3Errors.PreconditionFailed,
        ],
        Refuse = CopySource.RefuseBody,
        Demands = request => [CopySource.Demand(request), .. LockHeaders.Demands(request, Demand.OnKey("s3:PutObject", AclPermission.Write, request))],
        HeaderActions = HeaderAction.OfNewObject,
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectHeaders.RefuseUnsupported(request);
        var from = CopySource.Parse(request.Incoming);
        if (CopySourceRules.Refusal(request, from, time) is { } refusal)
        {
            return refusal;
        }

        var source = request.SourceObject ?? throw new InvalidOperationException("A missing source was refused before.");
        if (source.Size > S3Limits.MaxCopyBytes)
        {
            return S3Errors.InvalidRequest.Because(
                string.Create(CultureInfo.InvariantCulture, $"The specified copy source is larger than the maximum allowable size for a copy source: {S3Limits.MaxCopyBytes}"));
        }

        var replacesMetadata = Directive(request, "x-amz-metadata-directive");
        var replacesTags = Directive(request, "x-amz-tagging-directive");
        if (from.Bucket == request.Bucket.Name && from.Key == request.Key && !replacesMetadata && request.Header("x-amz-storage-class") is null
            && request.Header(WebsiteRedirectLocation.Header) is null
            && !EncryptionRules.MayDiffer(request, source)
            && await IsCurrentAsync(request, source, cancellationToken))
        {
            return S3Errors.InvalidRequest.Because(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
        }

        if (!replacesTags && !await tags.MayGoAlongAsync(request, cancellationToken))
        {
            return S3Errors.AccessDenied;
        }

        var decryption = await encryptions.ForSourceAsync(request, source, cancellationToken);
        var encryption = await encryptions.ForCopyAsync(request, source, cancellationToken);
        var condition = WriteConditions.Read(request);
        if (await RetryIdentities.RefusalAsync(metadata, request, condition, time, cancellationToken) is { } failed)
        {
            return failed;
        }

        var draft = new ObjectRecord
        {
            Key = request.Key,
            Size = source.Size,
            Headers = replacesMetadata ? ObjectHeaders.ReadContent(request) : source.Headers,
            UserMetadata = replacesMetadata ? ObjectHeaders.ReadUserMetadata(request) : source.UserMetadata,
            Tags = replacesTags ? Tags.FromHeader(request.Header("x-amz-tagging")) : source.Tags,
            StorageClass = ObjectHeaders.ReadStorageClass(request),
            WebsiteRedirect = WebsiteRedirectLocation.Read(request),
            Encryption = encryption?.Record,
            Lock = LockHeaders.Read(request, time.GetUtcNow()),
            Acl = AclLimits.OfNewObject(request, await acls.FromHeadersAsync(request, request.CallerId, request.Bucket.OwnerId, cancellationToken)),
        };
        var algorithm = request.Header("x-amz-checksum-algorithm") is { } name ? ChecksumAlgorithms.ParseName(name)
            : (ChecksumAlgorithm)(source.Checksum?.Algorithm ?? (int)ChecksumAlgorithm.Crc64Nvme);
        return late.Answer(request.Incoming.RequestId, request.SourceBucket.Name, source.Key, async ()
            => (await CopyAsync(request, source, draft, algorithm, condition, new CopyKeys(decryption?.Key, encryption?.Key), cancellationToken)).WithNewEncryption(encryption));
    }

    /// <summary>True unless an older version is to become the current one again.</summary>
    private async ValueTask<bool> IsCurrentAsync(S3Request request, ObjectRecord source, CancellationToken cancellationToken)
        => request.Bucket.Versioning == VersioningState.Unversioned
            || await metadata.FindObjectAsync(request.Bucket.BucketId, request.Key, cancellationToken) is { } current && current.Order == source.Order;

    private static bool Directive(S3Request request, string header) => request.Header(header) switch
    {
        null or "COPY" => false,
        "REPLACE" => true,
        var other => throw new S3Exception(S3Errors.Argument(header, other, $"Unknown {header[6..].Replace('-', ' ')}.")),
    };

    private async Task<S3Response> CopyAsync(
        S3Request request,
        ObjectRecord source,
        ObjectRecord draft,
        ChecksumAlgorithm algorithm,
        Commands.WriteCondition condition,
        CopyKeys keys,
        CancellationToken cancellationToken)
    {
        var copied = await copier.CopyAsync(source, 0, source.Size, request.Bucket.Name, request.Key, algorithm, isPart: false, keys, cancellationToken);
        var outcome = await blobs.CommitAsync(
            metadata,
            new Commands.PutObject
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Object = draft with { ETag = copied.ETag, Checksum = copied.Checksum, Segments = copied.Content.Segments },
                InlineBody = copied.Content.InlineBody,
                VersionSalt = ObjectVersions.NewSalt(request.Bucket),
                Condition = condition,
                Retry = RetryIdentities.Of(request, condition)?.WithPayload(Encoding.UTF8.GetBytes(copied.ETag)),
            },
            copied.Content,
            cancellationToken);
        return OutcomeErrors.Map(outcome, request) is { } error
            ? WriteConditions.Name(error, condition)
            : S3Response.OfXml(writer => CopyResult.Write(writer, copied, outcome.LastModified))
                .WithChanged(outcome)
                .WithExpiration(request.Bucket, draft, outcome.LastModified)
                .With(CopySource.VersionHeader, CopySource.VersionOf(request));
    }
}
