using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using BleepStore.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BleepStore.Tests.ServiceDefaults;

/// <summary>That telemetry leaves the process when a collector is named, and costs nothing when none is or when it is ill.</summary>
public sealed class TelemetryTests
{
    private static readonly ActivitySource Source = new("BleepStore");
    private static readonly Meter Meter = new("BleepStore");

    private static readonly TimeSpan ExporterTimeout = 10 * Patience.Limit;

    private static WebApplication Application(string? endpoint)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "application" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_SERVICE_NAME"] = "store-under-test",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = ExporterTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.AddServiceDefaults();
        var application = builder.Build();
        application.Run(async context =>
        {
            using var span = Source.StartActivity("PutObject");
            Meter.CreateCounter<long>("bleepstore.test.requests").Add(1);
            var log = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Category.Of.Test");
            log.LogInformation("a line of telemetry");
            await context.Response.WriteAsync("done", context.RequestAborted);
        });
        return application;
    }

    private static async Task RequestAsync(WebApplication application)
    {
        using var http = new HttpClient();
        (await http.GetStringAsync(application.Urls.First() + "/some/path", TestContext.Current.CancellationToken)).ShouldBe("done");
    }

    [Fact]
    public async Task Traces_metrics_and_logs_arrive_with_the_name_of_the_service()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var application = Application(receiver.Url);
        await application.StartAsync(TestContext.Current.CancellationToken);
        await RequestAsync(application);
        await application.StopAsync(TestContext.Current.CancellationToken);

        foreach (var signal in (string[])["traces", "metrics", "logs"])
        {
            receiver[signal].ShouldContain("store-under-test");
            receiver[signal].ShouldContain("service.version");
        }

        receiver["traces"].ShouldContain("PutObject");
        receiver["traces"].ShouldContain("Microsoft.AspNetCore");
        receiver["traces"].ShouldContain("http.request.method");
        receiver["metrics"].ShouldContain("bleepstore.test.requests");
        receiver["metrics"].ShouldContain("http.server.request.duration");
        receiver["metrics"].ShouldContain("kestrel.active_connections");
        receiver["metrics"].ShouldContain("dotnet.gc.collections");
        receiver["logs"].ShouldContain("a line of telemetry");
        receiver["logs"].ShouldContain("Category.Of.Test");
    }

    [Fact]
    public async Task A_collector_that_never_answers_holds_up_neither_requests_nor_the_end()
    {
        await using var receiver = await OtlpReceiver.StartAsync(answers: false);
        await using var application = Application(receiver.Url);
        await application.StartAsync(TestContext.Current.CancellationToken);
        await RequestAsync(application);
        await receiver.Asked.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        await RequestAsync(application);

        // Far below the time that the exporter itself gives the collector.
        var cancellationToken = TestContext.Current.CancellationToken;
        await application.StopAsync(cancellationToken).WaitAsync(Patience.Limit, cancellationToken);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_is_nobodys_problem()
    {
        await using var application = Application("http://127.0.0.1:1");
        await application.StartAsync(TestContext.Current.CancellationToken);
        await RequestAsync(application);
        await application.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Without_a_collector_nothing_is_added()
    {
        var with = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var before = with.Services.Count;
        with.AddServiceDefaults();
        with.Services.Count.ShouldBe(before);
    }
}
