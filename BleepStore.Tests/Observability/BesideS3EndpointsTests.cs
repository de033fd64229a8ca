using System.Net;
using System.Text.Json.Nodes;
using BleepStore.Api.Observability;
using BleepStore.Storage;

namespace BleepStore.Tests.Observability;

/// <summary>Which requests are ours beside S3, and what they are answered.</summary>
public sealed class BesideS3EndpointsTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.7");

    [Theory]
    [InlineData("/health")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/metrics")]
    [InlineData("/docs")]
    [InlineData("/docs/")]
    [InlineData("/docs/swagger-ui.css")]
    [InlineData("/docs/swagger-ui-bundle.js")]
    [InlineData("/docs/start.js")]
    [InlineData("/openapi.json")]
    [InlineData("/health?t=1")]
    public async Task Exact_paths_are_answered(string path)
    {
        await using var host = await BesideS3Host.StartAsync();
        var (status, body, _) = await host.SendAsync(path);
        status.ShouldBe(HttpStatusCode.OK);
        body.ShouldNotBe(BesideS3Host.S3);
        var head = await host.SendAsync(path, "HEAD");
        head.Status.ShouldBe(HttpStatusCode.OK);
        head.Body.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/healthy")]
    [InlineData("/health/")]
    [InlineData("/Health")]
    [InlineData("/metrics/key")]
    [InlineData("/docs/index.html")]
    [InlineData("/docs?list-type=2&prefix=a")]
    [InlineData("/docs?acl")]
    [InlineData("/health?versions")]
    [InlineData("/health?X-Amz-Signature=abc")]
    [InlineData("/health?AWSAccessKeyId=abc")]
    public async Task Everything_else_is_S3(string path)
    {
        await using var host = await BesideS3Host.StartAsync();
        (await host.SendAsync(path)).Body.ShouldBe(BesideS3Host.S3);
    }

    [Theory]
    [InlineData("/bucket/../health")]
    [InlineData("/%68ealth")]
    [InlineData("//health")]
    [InlineData("/./health")]
    public async Task A_path_that_only_means_one_of_ours_is_S3(string target)
    {
        await using var host = await BesideS3Host.StartAsync();
        (await host.SendRawAsync(target)).ShouldContain(BesideS3Host.S3);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Only_reads_are_ours(string method)
    {
        await using var host = await BesideS3Host.StartAsync();
        (await host.SendAsync("/health", method)).Body.ShouldBe(BesideS3Host.S3);
    }

    [Fact]
    public async Task A_signed_request_is_S3()
    {
        await using var host = await BesideS3Host.StartAsync();
        (await host.SendAsync("/docs", headers: ("Authorization", "AWS4-HMAC-SHA256 Credential=a"))).Body.ShouldBe(BesideS3Host.S3);
        (await host.SendAsync("/docs", headers: ("Authorization", "AWS a:b"))).Body.ShouldBe(BesideS3Host.S3);
    }

    [Fact]
    public async Task A_host_that_names_a_bucket_is_S3()
    {
        await using var host = await BesideS3Host.StartAsync();
        (await host.SendAsync("/health", headers: ("Host", "bucket.s3.example.com"))).Body.ShouldBe(BesideS3Host.S3);
        (await host.SendAsync("/health", headers: ("Host", "s3.example.com"))).Body.ShouldNotBe(BesideS3Host.S3);
    }

    [Fact]
    public async Task Health_names_its_checks()
    {
        await using var host = await BesideS3Host.StartAsync();
        var (status, body, response) = await host.SendAsync("/health");
        status.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var json = JsonNode.Parse(body)!;
        json["status"]!.GetValue<string>().ShouldBe("ok");
        json["checks"]!["metadata"]!["status"]!.GetValue<string>().ShouldBe("ok");
        json["checks"]!["metadata"]!["latency_ms"]!.GetValue<double>().ShouldBeGreaterThanOrEqualTo(0);
        json["checks"]!["storage"]!["status"]!.GetValue<string>().ShouldBe("ok");
    }

    [Fact]
    public async Task A_failing_store_is_503_and_strangers_do_not_learn_why()
    {
        var storage = StoreDouble.Storage(
            (nameof(IObjectStorage.CheckHealthAsync), _ => throw new IOException("/secret/path is broken")),
            (nameof(IAsyncDisposable.DisposeAsync), _ => ValueTask.CompletedTask));
        await using var host = await BesideS3Host.StartAsync(storage: storage);
        var (status, body, _) = await host.SendAsync("/health");
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        body.ShouldContain("\"degraded\"");
        body.ShouldContain("\"storage\":{\"status\":\"error\"");
        body.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Readiness_follows_the_host_and_probes_have_no_body()
    {
        await using var host = await BesideS3Host.StartAsync();
        (await host.SendAsync("/readyz")).ShouldSatisfyAllConditions(
            answer => answer.Status.ShouldBe(HttpStatusCode.OK), answer => answer.Body.ShouldBeEmpty());
        host.IsReady = false;
        (await host.SendAsync("/readyz")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await host.SendAsync("/healthz")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Health_checks_that_are_off_leave_one_word()
    {
        await using var host = await BesideS3Host.StartAsync(new ObservabilitySettings(HealthCheck: false));
        (await host.SendAsync("/health")).Body.ShouldBe("""{"status":"ok"}""");
        (await host.SendAsync("/healthz")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await host.SendAsync("/readyz")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Metrics_that_are_off_are_not_found()
    {
        await using var host = await BesideS3Host.StartAsync(new ObservabilitySettings(Metrics: false));
        (await host.SendAsync("/metrics")).ShouldSatisfyAllConditions(
            answer => answer.Status.ShouldBe(HttpStatusCode.NotFound), answer => answer.Body.ShouldBeEmpty());
    }

    [Fact]
    public async Task Metrics_come_in_the_format_asked_for()
    {
        await using var host = await BesideS3Host.StartAsync();
        var plain = await host.SendAsync("/metrics");
        plain.Response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        plain.Body.ShouldContain("bleepstore_buckets_total 0\n");
        plain.Body.ShouldContain("# TYPE process_cpu_seconds_total counter\n");
        var open = await host.SendAsync("/metrics", headers: ("Accept", "application/openmetrics-text;version=1.0.0"));
        open.Response.Content.Headers.ContentType!.ToString().ShouldBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
        open.Body.ShouldEndWith("# EOF\n");
    }

    [Fact]
    public async Task Metrics_are_for_this_machine_and_for_holders_of_the_token()
    {
        await using var host = await BesideS3Host.StartAsync(new ObservabilitySettings(AdminToken: "s3cret"));
        (await host.SendAsync("/metrics", headers: ("X-Forwarded-For", "192.0.2.7"))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        host.SeemsToComeFrom = Elsewhere;
        (await host.SendAsync("/metrics")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.SendAsync("/metrics", headers: ("Authorization", "Bearer wrong"))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.SendAsync("/metrics", headers: ("Authorization", "Bearer s3cret"))).Status.ShouldBe(HttpStatusCode.OK);
        (await host.SendAsync("/health")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_token_nobody_from_elsewhere_reads_metrics_unless_they_are_public()
    {
        await using var host = await BesideS3Host.StartAsync();
        host.SeemsToComeFrom = Elsewhere;
        (await host.SendAsync("/metrics", headers: ("Authorization", "Bearer guess"))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        await using var open = await BesideS3Host.StartAsync(new ObservabilitySettings(MetricsPublic: true));
        open.SeemsToComeFrom = Elsewhere;
        (await open.SendAsync("/metrics")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_page_of_the_API_loads_nothing_from_elsewhere()
    {
        await using var host = await BesideS3Host.StartAsync();
        var (_, html, response) = await host.SendAsync("/docs");
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'; script-src 'self'");
        html.ShouldNotContain("http");
        html.ShouldNotContain("<script>");
        var compressed = await host.SendAsync("/docs/swagger-ui-bundle.js", headers: ("Accept-Encoding", "gzip"));
        compressed.Response.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        (await host.SendAsync("/docs/swagger-ui-bundle.js")).Body.ShouldContain("SwaggerUIBundle");
    }

    [Fact]
    public async Task The_API_document_names_the_address_it_was_asked_at()
    {
        await using var host = await BesideS3Host.StartAsync();
        var json = JsonNode.Parse((await host.SendAsync("/openapi.json")).Body)!;
        json["servers"]![0]!["url"]!.GetValue<string>().ShouldBe(host.Endpoint.GetLeftPart(UriPartial.Authority));
    }
}
