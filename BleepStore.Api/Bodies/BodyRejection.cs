using BleepStore.Api.Protocol;

namespace BleepStore.Api.Bodies;

/// <summary>Every reason for which a request body is refused.</summary>
internal enum BodyRejection
{
    LengthMissing,
    LengthDiffers,
    Terminated,
    TooSlow,
    ChunkSignatureDiffers,
    TrailerMalformed,
    TrailerUnsupported,
    ContentMd5Invalid,
    ContentMd5Differs,
    PayloadHashDiffers,
    ChecksumInvalid,
    TrailingChecksumInvalid,
    ChecksumDiffers,
    ChecksumsMultiple,
    ChecksumInHeaderAndTrailer,
    ChecksumAnnouncedNotSent,
    ChecksumContradictsAnnouncement,
    ChecksumNotThatOfUpload,
    IntegrityMissing,
}

/// <summary>The table from the reason of a refusal to what the client is told, in the words of AWS.</summary>
internal static class BodyRejections
{
    /// <summary>The error for a reason.</summary>
    /// <param name="reason">Why the body is refused.</param>
    /// <param name="subject">The header or algorithm it is about, where the sentence names one.</param>
    public static S3Error Error(this BodyRejection reason, string subject = "") => reason switch
    {
        BodyRejection.LengthMissing => S3Errors.MissingContentLength,
        BodyRejection.LengthDiffers => S3Errors.IncompleteBody,
        BodyRejection.Terminated => S3Errors.IncompleteBody.Because("The request body terminated unexpectedly"),
        BodyRejection.TooSlow => S3Errors.RequestTimeout,
        BodyRejection.ChunkSignatureDiffers => S3Errors.SignatureDoesNotMatch,
        BodyRejection.TrailerMalformed => S3Errors.MalformedTrailerError,
        BodyRejection.TrailerUnsupported
            => S3Errors.InvalidRequest.Because("The value specified in the x-amz-trailer header is not supported"),
        BodyRejection.ContentMd5Invalid => S3Errors.InvalidDigest.Because("The Content-MD5 you specified was invalid."),
        BodyRejection.ContentMd5Differs => S3Errors.BadDigest.Because("The Content-MD5 you specified did not match what we received."),
        BodyRejection.PayloadHashDiffers => S3Errors.XAmzContentSHA256Mismatch,
        BodyRejection.ChecksumInvalid => S3Errors.InvalidRequest.Because($"Value for {subject} header is invalid."),
        BodyRejection.TrailingChecksumInvalid => S3Errors.InvalidRequest.Because($"Value for {subject} trailing header is invalid."),
        BodyRejection.ChecksumDiffers
            => S3Errors.BadDigest.Because($"The {subject} you specified did not match the calculated checksum."),
        BodyRejection.ChecksumsMultiple => S3Errors.InvalidRequest.Because(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."),
        BodyRejection.ChecksumInHeaderAndTrailer => S3Errors.InvalidRequest.Because("Expecting a single x-amz-checksum- header"),
        BodyRejection.ChecksumAnnouncedNotSent => S3Errors.InvalidRequest.Because(
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found."),
        BodyRejection.ChecksumContradictsAnnouncement
            => S3Errors.InvalidRequest.Because("Value for x-amz-sdk-checksum-algorithm header is invalid."),
        BodyRejection.ChecksumNotThatOfUpload => S3Errors.InvalidRequest.Because($"Checksum Type mismatch occurred, {subject}"),
        BodyRejection.IntegrityMissing => S3Errors.InvalidRequest.Because(
            "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"),
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "No error for this reason."),
    };

    /// <summary>The same, ready to be thrown.</summary>
    public static S3Exception Exception(this BodyRejection reason, string subject = "", Exception? cause = null)
        => new(reason.Error(subject), cause);
}
