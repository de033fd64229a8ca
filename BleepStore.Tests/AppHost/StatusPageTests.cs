using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using BleepStore.AppHost.Local;

namespace BleepStore.Tests.AppHost;

/// <summary>What the local host's status page shows, and whom it obeys.</summary>
public sealed partial class StatusPageTests : IAsyncLifetime
{
    private const string Script = "trap 'exit 0' TERM; echo hello '<b>'; while :; do sleep 0.05; done";

    private readonly ShellHost _host = new(
        graph => graph.AddExecutable("child", "/bin/sh", Path.GetTempPath(), "-c", Script)
            .WithHttpEndpoint(name: "http")
            .WithUrlForEndpoint("http", _ => new() { Url = "/docs", DisplayText = "Documents" }),
        new LocalHostOptions { DashboardPort = 0, StopTimeout = Patience.Limit });

    private readonly HttpClient _http = new();

    public async ValueTask InitializeAsync()
    {
        await _host.LineAsync("child: running");
        await _host.LineAsync("child | hello");
        _http.BaseAddress = new Uri(_host.Host.DashboardUrl!);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task The_page_and_its_assets_come_from_us_alone()
    {
        foreach (var path in (string[])["/", "/status.css", "/status.js"])
        {
            using var response = await _http.GetAsync(path, TestContext.Current.CancellationToken);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Headers.GetValues("Content-Security-Policy").Single()
                .ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self';");
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            text.ShouldNotContain("http://");
            text.ShouldNotContain("https://");
            text.ShouldNotContain("innerHTML");
        }
    }

    [Fact]
    public async Task The_state_has_resources_links_and_logs()
    {
        var text = await _http.GetStringAsync("/state", TestContext.Current.CancellationToken);
        using var state = JsonDocument.Parse(text);
        var resource = state.RootElement.GetProperty("resources")[0];
        resource.GetProperty("name").GetString().ShouldBe("child");
        resource.GetProperty("state").GetString().ShouldBe("Running");
        resource.GetProperty("links").EnumerateArray().Select(link => link.GetProperty("text").GetString()).ShouldBe(["http", "Documents"]);
        resource.GetProperty("links")[1].GetProperty("url").GetString()!.ShouldEndWith("/docs");
        state.RootElement.GetProperty("lines")[0].GetProperty("text").GetString().ShouldBe("hello <b>");
    }

    [Fact]
    public async Task A_restart_needs_the_token_and_no_foreign_origin()
    {
        var page = await _http.GetStringAsync("/", TestContext.Current.CancellationToken);
        var token = TokenOf().Match(page).Groups["token"].Value;
        token.Length.ShouldBe(32);

        (await RestartAsync(token: null, origin: null)).ShouldBe(HttpStatusCode.Forbidden);
        (await RestartAsync(token: new string('0', 32), origin: null)).ShouldBe(HttpStatusCode.Forbidden);
        (await RestartAsync(token, origin: "http://elsewhere.example")).ShouldBe(HttpStatusCode.Forbidden);
        _host.Host.Resources[0].Snapshot.Starts.ShouldBe(1);

        (await RestartAsync(token, origin: _host.Host.DashboardUrl)).ShouldBe(HttpStatusCode.Accepted);
        await _host.LineAsync("child: exited with code 0");
    }

    [Fact]
    public async Task A_name_that_only_points_to_loopback_is_not_answered()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/state") { Headers = { Host = "rebound.example" } };
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    private async Task<HttpStatusCode> RestartAsync(string? token, string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/restart?resource=child");
        if (token is not null)
            request.Headers.Add("X-BleepStore-Token", token);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    [GeneratedRegex("name=\"token\" content=\"(?<token>[0-9a-f]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TokenOf();
}
