using BleepStore.Api.Pipeline;

namespace BleepStore.Tests.Observability;

/// <summary>Finished requests to observe.</summary>
internal static class Summaries
{
    public static RequestSummary Of(
        string? operation = "PutObject",
        string method = "PUT",
        string path = "/{bucket}/{key}",
        int status = 200,
        string? error = null,
        string? bucket = "bucket",
        string? key = "key",
        long received = 100,
        long sent = 0,
        double milliseconds = 7,
        string? userAgent = "test/1.0")
        => new()
        {
            RequestId = "00000000000000AB",
            Method = method,
            Operation = operation,
            PathTemplate = path,
            Bucket = bucket,
            Key = key,
            Status = status,
            ErrorCode = error,
            BytesReceived = received,
            BytesSent = sent,
            Duration = TimeSpan.FromMilliseconds(milliseconds),
            AccessKey = "alice-key",
            RemoteAddress = "127.0.0.1",
            UserAgent = userAgent,
        };
}
