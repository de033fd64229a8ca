using System.Diagnostics;
using BleepStore.Api.Pipeline;

namespace BleepStore.Api.Observability.Tracing;

/// <summary>Makes the spans of a request: one named for its operation, and below it one for each thing it asks metadata or storage.</summary>
internal static class RequestTracing
{
    /// <summary>Name of the source, for exporters.</summary>
    public const string SourceName = "BleepStore";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>False when nobody collects spans: then none is made.</summary>
    public static bool IsEnabled => Source.HasListeners();

    /// <summary>Begins the span of a request; null when nobody listens.</summary>
    public static Activity? Start(string operation, string requestId, string? bucket)
    {
        // Below the web server's span this one is a part of it; alone it is the server's.
        var activity = Source.StartActivity(operation, Activity.Current is null ? ActivityKind.Server : ActivityKind.Internal);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("s3.operation", operation);
            activity.SetTag("s3.request_id", requestId);
            if (bucket is not null)
            {
                activity.SetTag("s3.bucket", bucket);
            }
        }

        return activity;
    }

    /// <summary>Ends the span of a request with its outcome: <c>ok</c> or the S3 error code.</summary>
    public static void Finish(Activity? activity, in RequestSummary summary)
    {
        if (activity is null)
        {
            return;
        }

        if (activity.IsAllDataRequested)
        {
            activity.SetTag("outcome", summary.ErrorCode ?? (summary.Status < 400 ? "ok" : "error"));
            activity.SetTag("http.response.status_code", summary.Status);
            activity.SetTag("s3.bytes_received", summary.BytesReceived);
            activity.SetTag("s3.bytes_sent", summary.BytesSent);
        }

        // What the client did wrong is no error of the server's.
        if (summary.Status >= 500)
        {
            activity.SetStatus(ActivityStatusCode.Error, summary.ErrorCode);
        }

        activity.Dispose();
    }

    /// <summary>Span of one query or command of a request; disposed when it is answered. Work without a request has none.</summary>
    public static Activity? StartMetadata(string name)
        => Activity.Current is null || !IsEnabled ? null : Source.StartActivity("metadata " + name, ActivityKind.Internal);

    /// <summary>Span of one thing a request asks of a storage backend; disposed when it is done.</summary>
    public static Activity? StartStorage(string backend, string name)
    {
        var activity = Activity.Current is null || !IsEnabled ? null : Source.StartActivity("storage " + name, ActivityKind.Internal);
        activity?.SetTag("storage.backend", backend);
        return activity;
    }

    /// <summary>Marks a child span as failed.</summary>
    public static void Fail(Activity? activity, Exception exception)
    {
        if (activity is { IsAllDataRequested: true } && exception is not OperationCanceledException)
        {
            activity.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
        }
    }
}
