using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Storage;

namespace BleepStore.Api.Pipeline;

/// <summary>Which S3 error an exception becomes: one line each.</summary>
internal static class ExceptionErrors
{
    public static S3Error Map(Exception exception) => exception switch
    {
        S3Exception e => e.Error,
        StorageFullException or MetadataFullException => S3Errors.InsufficientStorage,
        MetadataBusyException => S3Errors.SlowDown,
        MetadataUnavailableException { OutcomeUnknown: true }
            => S3Errors.ServiceUnavailable.Because("The outcome of this request is unknown: it may have been carried out."),
        MetadataUnavailableException or TimeoutException => S3Errors.ServiceUnavailable,
        BlobCorruptException => S3Errors.InternalError.Because("The stored bytes are damaged; the error was logged."),
        BadHttpRequestException { StatusCode: 408 } => S3Errors.RequestTimeout,
        BadHttpRequestException => S3Errors.IncompleteBody,
        _ => S3Errors.InternalError,
    };
}
