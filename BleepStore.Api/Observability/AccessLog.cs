using System.Diagnostics;
using BleepStore.Api.Pipeline;

namespace BleepStore.Api.Observability;

/// <summary>
/// One line for every S3 request. Names access keys, never secrets or signatures; the request id and trace id are those of the client's
/// error report.
/// </summary>
internal sealed partial class AccessLog(ILoggerFactory loggers) : IRequestObserver
{
    /// <summary>Log category, for filters.</summary>
    public const string Category = "BleepStore.Access";

    private const int MaxUserAgent = 256;
    private readonly ILogger _logger = loggers.CreateLogger(Category);

    public void Completed(in RequestSummary summary)
    {
        if (!_logger.IsEnabled(LogLevel.Information))
        {
            return;
        }

        Log.Request(
            _logger,
            summary.RequestId,
            Activity.Current?.TraceId.ToHexString() ?? "-",
            LogText.Escape(summary.RemoteAddress),
            LogText.Escape(summary.AccessKey),
            LogText.Escape(summary.Method, maxLength: 16),
            summary.Operation ?? "-",
            LogText.Escape(summary.Bucket),
            LogText.Escape(summary.Key),
            summary.Status,
            summary.ErrorCode ?? "-",
            summary.BytesReceived,
            summary.BytesSent,
            Math.Round(summary.Duration.TotalMilliseconds, 3),
            LogText.Escape(summary.UserAgent, MaxUserAgent));
    }

    private static partial class Log
    {
        [LoggerMessage(
            3001,
            LogLevel.Information,
            "request_id={RequestId} trace_id={TraceId} remote={Remote} access_key=\"{AccessKey}\" method={Method} operation={Operation} bucket=\"{Bucket}\" key=\"{Key}\" "
            + "status={Status} error={Error} bytes_in={BytesIn} bytes_out={BytesOut} duration_ms={DurationMs} user_agent=\"{UserAgent}\"",
            SkipEnabledCheck = true)]
        public static partial void Request(
            ILogger logger,
            string requestId,
            string traceId,
            string remote,
            string accessKey,
            string method,
            string operation,
            string bucket,
            string key,
            int status,
            string error,
            long bytesIn,
            long bytesOut,
            double durationMs,
            string userAgent);
    }
}
