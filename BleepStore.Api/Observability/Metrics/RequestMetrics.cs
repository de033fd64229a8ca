using System.Globalization;
using BleepStore.Api.Pipeline;

namespace BleepStore.Api.Observability.Metrics;

/// <summary>Counts every finished S3 request. Allocates nothing, whatever is recorded.</summary>
internal sealed class RequestMetrics(StoreInstruments instruments) : IRequestObserver
{
    private static readonly string[] Statuses =
        [.. Enumerable.Range(0, 600).Select(status => status.ToString(CultureInfo.InvariantCulture))];

    public void Completed(in RequestSummary summary)
    {
        var method = MethodLabel(summary.Method);
        var status = StatusLabel(summary.Status);
        var path = summary.PathTemplate;
        instruments.HttpRequests.Add(1, new("method", method), new("path", path), new("status", status));
        instruments.HttpDuration.Record(summary.Duration.TotalSeconds, new("method", method), new("path", path));
        instruments.HttpRequestSize.Record(summary.BytesReceived);
        instruments.HttpResponseSize.Record(summary.BytesSent);
        instruments.BytesReceived.Add(summary.BytesReceived);
        instruments.BytesSent.Add(summary.BytesSent);
        if (summary.Operation is { } operation)
        {
            instruments.S3Operations.Add(1, new("operation", operation), new("status", status));
        }
    }

    // A client may send any token as its method; only these become labels.
    private static string MethodLabel(string method) => method switch
    {
        "GET" or "PUT" or "POST" or "DELETE" or "HEAD" or "OPTIONS" => method,
        _ => "OTHER",
    };

    private static string StatusLabel(int status) => (uint)status < (uint)Statuses.Length ? Statuses[status] : "0";
}
