using System.Diagnostics.Metrics;

namespace BleepStore.Api.Observability.Metrics;

/// <summary>The server's own instruments. An instrument bears the very name that /metrics shows: the names are an interface.</summary>
internal sealed class StoreInstruments
{
    /// <summary>Name of the meter, for exporters of every kind.</summary>
    public const string MeterName = "BleepStore";

    // What Prometheus' own client libraries use for durations in seconds.
    private static readonly double[] DurationBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    // Powers of four from 256 bytes to 1 GiB, then S3's limit of a single PUT.
    private static readonly long[] SizeBoundaries =
        [.. Enumerable.Range(4, 12).Select(exponent => 1L << (2 * exponent)), 5L << 30];

    public StoreInstruments(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        HttpRequests = Meter.CreateCounter<long>("bleepstore_http_requests_total", description: "HTTP requests answered on the S3 listener.");
        HttpDuration = Meter.CreateHistogram(
            "bleepstore_http_request_duration_seconds",
            "s",
            "Time from the head of a request to the end of its answer.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBoundaries });
        HttpRequestSize = Meter.CreateHistogram(
            "bleepstore_http_request_size_bytes",
            "By",
            "Bytes of request bodies.",
            tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = SizeBoundaries });
        HttpResponseSize = Meter.CreateHistogram(
            "bleepstore_http_response_size_bytes",
            "By",
            "Bytes of response bodies.",
            tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = SizeBoundaries });
        S3Operations = Meter.CreateCounter<long>("bleepstore_s3_operations_total", description: "S3 operations carried out or refused.");
        BytesReceived = Meter.CreateCounter<long>("bleepstore_bytes_received_total", "By", "Bytes of request bodies received.");
        BytesSent = Meter.CreateCounter<long>("bleepstore_bytes_sent_total", "By", "Bytes of response bodies sent.");
    }

    public Meter Meter { get; }

    public Counter<long> HttpRequests { get; }

    public Histogram<double> HttpDuration { get; }

    public Histogram<long> HttpRequestSize { get; }

    public Histogram<long> HttpResponseSize { get; }

    public Counter<long> S3Operations { get; }

    public Counter<long> BytesReceived { get; }

    public Counter<long> BytesSent { get; }
}
