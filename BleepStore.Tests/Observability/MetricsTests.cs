using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using BleepStore.Api.Integrity;
using BleepStore.Api.Observability.Metrics;
using BleepStore.Metadata;
using BleepStore.Metadata.Memory;
using BleepStore.Tests.Golden;
using BleepStore.Tests.Integrity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BleepStore.Tests.Observability;

/// <summary>Numbers, names and text formats of /metrics.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MetricsRegistry _registry;
    private readonly StoreInstruments _instruments;
    private readonly RequestMetrics _metrics;

    public MetricsTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _registry = new MetricsRegistry(meters);
        _instruments = new StoreInstruments(meters);
        _metrics = new RequestMetrics(_instruments);
    }

    public void Dispose()
    {
        _registry.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void A_finished_request_is_counted_under_its_operation_and_its_path_template()
    {
        _metrics.Completed(Summaries.Of(received: 100, sent: 5));
        _metrics.Completed(Summaries.Of(received: 100, sent: 5));
        _metrics.Completed(Summaries.Of(status: 412, error: "PreconditionFailed", received: 0, sent: 300));
        var lines = Lines();
        lines.ShouldContain("""bleepstore_http_requests_total{method="PUT",path="/{bucket}/{key}",status="200"} 2""");
        lines.ShouldContain("""bleepstore_http_requests_total{method="PUT",path="/{bucket}/{key}",status="412"} 1""");
        lines.ShouldContain("""bleepstore_s3_operations_total{operation="PutObject",status="200"} 2""");
        lines.ShouldContain("""bleepstore_s3_operations_total{operation="PutObject",status="412"} 1""");
        lines.ShouldContain("bleepstore_bytes_received_total 200");
        lines.ShouldContain("bleepstore_bytes_sent_total 310");
    }

    [Fact]
    public void Durations_fall_into_the_buckets_that_Prometheus_has_by_default()
    {
        _metrics.Completed(Summaries.Of(milliseconds: 5));
        _metrics.Completed(Summaries.Of(milliseconds: 5.1));
        _metrics.Completed(Summaries.Of(milliseconds: 20_000));
        var buckets = Lines().Where(line => line.StartsWith("bleepstore_http_request_duration_seconds_bucket", StringComparison.Ordinal)).ToArray();
        buckets.Select(line => Regex.Match(line, "le=\"(?<le>.*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["le"].Value)
            .ShouldBe(["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"]);
        buckets.Select(line => line.Split(' ')[^1]).ShouldBe(["1", "2", "2", "2", "2", "2", "2", "2", "2", "2", "2", "3"]);
        Lines().ShouldContain("""bleepstore_http_request_duration_seconds_count{method="PUT",path="/{bucket}/{key}"} 3""");
        Lines().ShouldContain("""bleepstore_http_request_duration_seconds_sum{method="PUT",path="/{bucket}/{key}"} 20.0101""");
    }

    [Fact]
    public void A_request_that_was_never_routed_counts_as_HTTP_but_as_no_operation()
    {
        _metrics.Completed(Summaries.Of(operation: null, method: "BREW", path: "/", status: 501, error: "NotImplemented"));
        Lines().ShouldContain("""bleepstore_http_requests_total{method="OTHER",path="/",status="501"} 1""");
        Lines().ShouldNotContain(line => line.StartsWith("bleepstore_s3_operations_total{", StringComparison.Ordinal));
    }

    [Fact]
    public void Recording_allocates_nothing_once_the_tags_are_known()
    {
        var summary = Summaries.Of();
        _metrics.Completed(summary);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _metrics.Completed(summary);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public async Task No_count_is_lost_between_threads()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < 10_000; i++)
                {
                    _metrics.Completed(Summaries.Of(received: 1, milliseconds: 1000));
                }
            },
            TestContext.Current.CancellationToken)));
        Lines().ShouldContain("bleepstore_bytes_received_total 80000");
        Lines().ShouldContain("""bleepstore_http_request_duration_seconds_sum{method="PUT",path="/{bucket}/{key}"} 80000""");
        Lines().ShouldContain("""bleepstore_http_request_duration_seconds_count{method="PUT",path="/{bucket}/{key}"} 80000""");
    }

    [Fact]
    public void A_label_without_bounds_ends_in_one_overflow_series()
    {
        for (var i = 0; i < MetricFamily.MaxSeries + 10; i++)
        {
            _metrics.Completed(Summaries.Of(path: $"/{i}"));
        }

        Lines().Count(line => line.StartsWith("bleepstore_http_requests_total{", StringComparison.Ordinal)).ShouldBe(MetricFamily.MaxSeries + 1);
        Lines().ShouldContain("""bleepstore_http_requests_total{otel_metric_overflow="true"} 10""");
    }

    [Fact]
    public void Label_values_are_escaped()
    {
        _instruments.Meter.CreateCounter<long>("bleepstore_test_total").Add(1, new KeyValuePair<string, object?>("a.b", "x\"y\\z\nw"));
        Lines().ShouldContain("""bleepstore_test_total{a_b="x\"y\\z\nw"} 1""");
    }

    [Fact]
    public async Task The_store_is_counted_when_somebody_scrapes()
    {
        var counters = new StoreCounters(Buckets: 3, Objects: 42, Bytes: 1000);
        var gauges = new StoreGauges(
            _instruments,
            StoreDouble.Metadata((nameof(IMetadataStore.CountAllAsync), _ => ValueTask.FromResult(counters))),
            TimeProvider.System,
            NullLogger<StoreGauges>.Instance);
        await gauges.RefreshAsync(TestContext.Current.CancellationToken);
        Lines().ShouldContain("bleepstore_buckets_total 3");
        Lines().ShouldContain("bleepstore_objects_total 42");
    }

    [Fact]
    public async Task A_store_that_cannot_count_shows_no_number()
    {
        var gauges = new StoreGauges(
            _instruments,
            StoreDouble.Metadata((nameof(IMetadataStore.CountAllAsync), _ => ValueTask.FromException<StoreCounters>(new MetadataUnavailableException("gone", outcomeUnknown: false)))),
            TimeProvider.System,
            NullLogger<StoreGauges>.Instance);
        await gauges.RefreshAsync(TestContext.Current.CancellationToken);
        Lines().ShouldNotContain(line => line.Contains("bleepstore_objects_total", StringComparison.Ordinal));
    }

    [Fact]
    public void The_runtime_and_the_process_are_shown()
    {
        _ = new ProcessInstruments(_services.GetRequiredService<IMeterFactory>());
        var lines = Lines();
        lines.ShouldContain("# TYPE process_cpu_seconds_total counter");
        lines.ShouldContain("# TYPE process_resident_memory_bytes gauge");
        lines.ShouldContain("# TYPE dotnet_gc_heap_total_allocated_bytes_total counter");
        lines.ShouldContain("# TYPE dotnet_thread_pool_thread_count gauge");
    }

    [Fact]
    public void Metrics_of_another_host_in_the_process_are_not_ours()
    {
        using var others = new ServiceCollection().AddMetrics().BuildServiceProvider();
        new RequestMetrics(new StoreInstruments(others.GetRequiredService<IMeterFactory>())).Completed(Summaries.Of());
        Lines().ShouldNotContain(line => line.StartsWith("bleepstore_http_requests_total{", StringComparison.Ordinal));
    }

    [Fact]
    public void OpenMetrics_names_a_counter_without_its_suffix_and_has_an_end()
    {
        _metrics.Completed(Summaries.Of());
        var lines = Lines(isOpenMetrics: true);
        lines.ShouldContain("# TYPE bleepstore_http_requests counter");
        lines.ShouldContain("""bleepstore_http_requests_total{method="PUT",path="/{bucket}/{key}",status="200"} 1""");
        lines.ShouldContain("""bleepstore_http_request_duration_seconds_bucket{method="PUT",path="/{bucket}/{key}",le="1.0"} 1""");
        lines[^1].ShouldBe("# EOF");
        Lines().ShouldNotContain("# EOF");
    }

    [Theory]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;version=2.0.0", false)]
    [InlineData("text/plain;q=0.9,application/openmetrics-text;version=1.0.0;q=0.5", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("text/html,*/*;q=0.8", false)]
    [InlineData("", false)]
    [InlineData(";;;", false)]
    public void The_format_is_what_the_scraper_likes_best(string accept, bool isOpenMetrics)
        => MetricsEndpoint.PrefersOpenMetrics(accept).ShouldBe(isOpenMetrics);

    [Fact]
    public async Task Names_types_and_labels_are_an_interface()
    {
        _ = new ProcessInstruments(_services.GetRequiredService<IMeterFactory>());
        var gauges = new StoreGauges(
            _instruments,
            StoreDouble.Metadata((nameof(IMetadataStore.CountAllAsync), _ => ValueTask.FromResult(default(StoreCounters)))),
            TimeProvider.System,
            NullLogger<StoreGauges>.Instance);
        await gauges.RefreshAsync(TestContext.Current.CancellationToken);
        var checks = IntegrityParts.Checks(new MemoryMetadataStore(), TimeProvider.System);
        _ = new IntegrityGauges(_instruments, new DamageCounts(), checks);
        _ = new LifecycleGauges(_instruments, new BleepStore.Api.Lifecycle.LifecycleCounts());
        _ = checks.TryStartScrub(bytesPerSecond: 0, withChecksums: false, fromStart: true).ShouldNotBeNull();
        await checks.Scrub.Ended;
        _metrics.Completed(Summaries.Of());
        var names = new StringBuilder();
        _registry.Collect(family =>
        {
            if (!family.Name.StartsWith("dotnet_", StringComparison.Ordinal) && family.Series().FirstOrDefault() is { } series)
            {
                var labels = string.Join(',', Regex.Matches(series.Labels, "(?<name>\\w+)=\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(match => match.Groups["name"].Value));
                names.Append($"{family.Name} {family.Kind} {{{labels}}}\n");
            }
        });
        GoldenFile.ShouldMatch("metrics.txt", names.ToString());
    }

    private string[] Lines(bool isOpenMetrics = false)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var text = new PrometheusText(bytes, isOpenMetrics);
        _registry.Collect(text.Write);
        text.End();
        return Encoding.UTF8.GetString(bytes.WrittenSpan).TrimEnd('\n').Split('\n');
    }
}
