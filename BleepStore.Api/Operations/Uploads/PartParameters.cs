using BleepStore.Api.Auth;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Uploads;

/// <summary>The parameters that name an upload and a part of it.</summary>
internal static class PartParameters
{
    /// <summary>The part number of UploadPart and UploadPartCopy.</summary>
    /// <exception cref="S3Exception">InvalidArgument: not from 1 to 10,000.</exception>
    public static int ReadNumber(S3Request request)
    {
        var text = request.Query["partNumber"] ?? "";
        return S3Number.TryParse(text, out int number) && number is >= 1 and <= S3Limits.MaxPartNumber
            ? number
            : throw new S3Exception(S3Errors.Argument("partNumber", text, "Part number must be an integer between 1 and 10000, inclusive"));
    }

    /// <summary>
    /// The open upload that the request names for this bucket and key; null when there is none. Who may write to the bucket may still not touch
    /// the uploads of others: they are their initiator's and the bucket owner's.
    /// </summary>
    /// <exception cref="S3Exception">AccessDenied: somebody else's upload.</exception>
    public static async ValueTask<UploadRecord?> FindUploadAsync(IMetadataStore metadata, S3Request request, CancellationToken cancellationToken)
    {
        var upload = await metadata.FindUploadAsync(request.Bucket.BucketId, request.Key, request.Query["uploadId"] ?? "", cancellationToken);
        return upload is null || request.CallerId == upload.InitiatorId || request.CallerId == request.Bucket.OwnerId
            ? upload
            : throw new S3Exception(S3Errors.AccessDenied);
    }

    /// <summary>The upload as above, also for those whom a policy lets end or look at the uploads of others; a list of access control lets nobody.</summary>
    /// <exception cref="S3Exception">AccessDenied: somebody else's upload.</exception>
    public static async ValueTask<UploadRecord?> FindUploadAsync(
        IMetadataStore metadata, Authorizer authorizer, S3Request request, CancellationToken cancellationToken)
    {
        var upload = await metadata.FindUploadAsync(request.Bucket.BucketId, request.Key, request.Query["uploadId"] ?? "", cancellationToken);
        if (upload is null || request.CallerId == upload.InitiatorId || request.CallerId == request.Bucket.OwnerId)
        {
            return upload;
        }

        var demand = request.Definition.Demands(request.Incoming)[0] with { Permission = null };
        return await authorizer.IsAllowedAsync(request.Verified, request.Definition, demand, request.Bucket, cancellationToken)
            ? upload
            : throw new S3Exception(S3Errors.AccessDenied);
    }

    /// <summary>The command that stores a part for the upload of a request.</summary>
    public static Commands.PutPart Put(S3Request request, PartRecord part, ReadOnlyMemory<byte> inlineBody, TimeProvider time) => new()
    {
        Time = time.GetUtcNow(),
        Bucket = request.Bucket.Name,
        BucketId = request.Bucket.BucketId,
        Key = request.Key,
        Part = part,
        InlineBody = inlineBody,
    };

    public static S3Error NoSuchUpload(S3Request request) => S3Errors.NoSuchUpload.With("UploadId", request.Query["uploadId"] ?? "");
}
