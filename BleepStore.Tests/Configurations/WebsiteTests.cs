using BleepStore.Api.Pipeline;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Configurations;

/// <summary>A bucket served to browsers: index and error documents, directories, redirects, rules, and nothing that anonymous callers may not read.</summary>
public sealed class WebsiteTests : IAsyncLifetime
{
    private const string Index = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";
    private const string Error = "<ErrorDocument><Key>error.html</Key></ErrorDocument>";

    private S3TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await S3TestHost.StartAsync(
        configure: services => services.AddSingleton(new S3RequestParser(["s3.test"], "web.test")));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Index_documents_are_shown_for_directories_and_a_missing_slash_is_added()
    {
        var bucket = await CreateAsync(Index);
        await PutPageAsync(bucket, "index.html", "home");
        await PutPageAsync(bucket, "docs/index.html", "docs");
        await PutPageAsync(bucket, "page", "page");

        (await BrowseAsync(bucket, "/")).Text.ShouldBe("home");
        (await BrowseAsync(bucket, "/docs/")).Text.ShouldBe("docs");
        var page = await BrowseAsync(bucket, "/page");
        (page.Status, page.Text, page.Header("Content-Type")).ShouldBe((200, "page", "text/html"));
        var moved = await BrowseAsync(bucket, "/docs");
        (moved.Status, moved.Header("Location")).ShouldBe((302, "/docs/"));
        var head = await BrowseAsync(bucket, "/page", "HEAD");
        (head.Status, head.Header("Content-Length"), head.Body.Length).ShouldBe((200, "4", 0));
        (await BrowseAsync(bucket, "/docs", "HEAD")).Status.ShouldBe(302);
        var part = await BrowseAsync(bucket, "/page", "GET", ("Range", "bytes=1-2"));
        (part.Status, part.Text).ShouldBe((206, "ag"));
        (await BrowseAsync(bucket, "/page", "GET", ("If-None-Match", page.Header("ETag")!))).Status.ShouldBe(304);
    }

    [Fact]
    public async Task An_error_without_a_document_is_a_page_that_escapes_what_the_client_sent()
    {
        var bucket = await CreateAsync(Index, listable: true);
        var answer = await BrowseAsync(bucket, "/%3Cscript%3Ealert(1)%3C/script%3E");
        answer.Status.ShouldBe(404);
        answer.Header("Content-Type").ShouldBe("text/html; charset=utf-8");
        answer.Header("x-amz-error-code").ShouldBe("NoSuchKey");
        answer.Header("x-amz-error-message").ShouldBe("The specified key does not exist.");
        answer.Text.ShouldContain("<h1>404 Not Found</h1>");
        answer.Text.ShouldContain("<li>Code: NoSuchKey</li>");
        answer.Text.ShouldContain("<li>Key: &lt;script&gt;alert(1)&lt;/script&gt;</li>");
        answer.Text.ShouldNotContain("<script>");
        var head = await BrowseAsync(bucket, "/absent", "HEAD");
        (head.Status, head.Body.Length).ShouldBe((404, 0));
    }

    [Fact]
    public async Task The_error_document_is_shown_with_the_status_of_the_error()
    {
        var bucket = await CreateAsync(Index + Error, listable: true);
        var without = await BrowseAsync(bucket, "/absent");
        without.Status.ShouldBe(404);
        without.Text.ShouldContain("An Error Occurred While Attempting to Retrieve a Custom Error Document");
        await PutPageAsync(bucket, "error.html", "oh no");
        var answer = await BrowseAsync(bucket, "/absent");
        (answer.Status, answer.Text, answer.Header("Content-Type"), answer.Header("x-amz-error-code")).ShouldBe((404, "oh no", "text/html", "NoSuchKey"));
        await bucket.PutAsync("secret", "content");
        answer = await BrowseAsync(bucket, "/secret");
        (answer.Status, answer.Text).ShouldBe((403, "oh no"));
    }

    [Fact]
    public async Task Browsers_have_the_rights_of_nobody_whatever_they_send()
    {
        var bucket = await CreateAsync(Index);
        await bucket.PutAsync("secret", "content");
        (await BrowseAsync(bucket, "/secret")).Status.ShouldBe(403);
        (await BrowseAsync(bucket, "/absent")).Status.ShouldBe(403, "whether a key exists is not told");
        var request = new TestRequest("GET", "/secret", $"{bucket.Name}.web.test");
        TestBucket.Signer().SignHeader(request, TimeProvider.System.GetUtcNow());
        (await bucket.SendAsItIsAsync(request)).Status.ShouldBe(403, "a signature gives no rights here");
        foreach (var method in (string[])["PUT", "POST", "DELETE"])
        {
            var answer = await BrowseAsync(bucket, "/secret", method);
            (answer.Status, answer.Header("Allow")).ShouldBe((405, "GET, HEAD"));
        }

        (await BrowseAsync(bucket, "/?acl")).Status.ShouldBe(403);
        (await bucket.GetAsync("secret")).Text.ShouldBe("content");
    }

    [Fact]
    public async Task A_host_without_bucket_or_website_says_so()
    {
        var bucket = await TestBucket.CreateAsync(_host);
        (await BrowseAsync(bucket, "/")).Header("x-amz-error-code").ShouldBe("NoSuchWebsiteConfiguration");
        (await bucket.SendAsItIsAsync(new TestRequest("GET", "/", "nowhere.web.test"))).Header("x-amz-error-code").ShouldBe("NoSuchBucket");
        await bucket.PutAsync("key", "x");
        var s3 = new TestRequest("GET", "/key", $"{bucket.Name}.s3.test");
        (await bucket.SendAsItIsAsync(s3)).ErrorCode.ShouldBe("AccessDenied", "the other domain is no website");
    }

    [Theory]
    [InlineData("<RedirectAllRequestsTo><HostName>example.com</HostName></RedirectAllRequestsTo>", "/a%20b/c", 301, "http://example.com/a%20b/c")]
    [InlineData("<RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>", "/", 301, "https://example.com/")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>docs/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>", "/docs/a", 301, "http://{0}.web.test/documents/a")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>docs/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyWith>moved.html</ReplaceKeyWith><HttpRedirectCode>307</HttpRedirectCode></Redirect></RoutingRule></RoutingRules>", "/docs/a", 307, "http://{0}.web.test/moved.html")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>other.example</HostName><Protocol>https</Protocol><ReplaceKeyPrefixWith>report-404/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>", "/absent", 301, "https://other.example/report-404/absent")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>x/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>h</HostName></Redirect></RoutingRule></RoutingRules>", "/absent", 404, null)]
    [InlineData(Index + "<RoutingRules><RoutingRule><Redirect><HostName>h</HostName></Redirect></RoutingRule></RoutingRules>", "/index.html", 301, "http://h/index.html")]
    public async Task Redirects_follow_the_rules(string website, string path, int status, string? location)
    {
        var bucket = await CreateAsync(website, listable: true);
        await PutPageAsync(bucket, "index.html", "home");
        var answer = await BrowseAsync(bucket, path);
        (answer.Status, answer.Header("Location")).ShouldBe((status, location?.Replace("{0}", bucket.Name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_object_can_send_browsers_elsewhere_and_tells_others_where()
    {
        var bucket = await CreateAsync(Index);
        (string, string)[] headers = [("x-amz-website-redirect-location", "/other.html"), ("x-amz-acl", "public-read")];
        (await bucket.PutAsync("old", "x", headers)).Status.ShouldBe(200);
        var answer = await BrowseAsync(bucket, "/old");
        (answer.Status, answer.Header("Location"), answer.Body.Length).ShouldBe((301, "/other.html", 0));
        (await bucket.HeadAsync("old")).Header("x-amz-website-redirect-location").ShouldBe("/other.html");
        (await bucket.GetAsync("old")).Text.ShouldBe("x");

        (await bucket.CopyAsync("old", "copy")).Status.ShouldBe(200);
        (await bucket.HeadAsync("copy")).Header("x-amz-website-redirect-location").ShouldBeNull("it is not copied");
        (await bucket.CopyAsync("old", "old", ("x-amz-website-redirect-location", "https://example.com/"))).Status.ShouldBe(200);
        (await bucket.HeadAsync("old")).Header("x-amz-website-redirect-location").ShouldBe("https://example.com/");
        await bucket.PutInPartsAsync("parts", [TestBucket.Bytes(10)], ("x-amz-website-redirect-location", "http://example.com/p"));
        (await bucket.HeadAsync("parts")).Header("x-amz-website-redirect-location").ShouldBe("http://example.com/p");
    }

    [Theory]
    [InlineData("elsewhere")]
    [InlineData("ftp://example.com/")]
    [InlineData("javascript:alert(1)")]
    public async Task Locations_that_browsers_must_not_follow_are_refused(string location)
    {
        var bucket = await TestBucket.CreateAsync(_host);
        (await bucket.PutAsync("key", "x", ("x-amz-website-redirect-location", location))).ShouldRefuse(400, "InvalidRedirectLocation");
        (await bucket.PutAsync("key", "x", ("x-amz-website-redirect-location", "/" + new string('x', 2048)))).ShouldRefuse(400, "InvalidRedirectLocation");
        (await bucket.SendAsync("POST", "key", "uploads", null, ("x-amz-website-redirect-location", location))).ShouldRefuse(400, "InvalidRedirectLocation");
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Pages_of_other_origins_are_answered_as_the_rules_of_the_bucket_say()
    {
        var bucket = await CreateAsync(Index);
        await PutPageAsync(bucket, "page", "page");
        await bucket.PutDocumentAsync("cors", "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>http://app.example</AllowedOrigin></CORSRule></CORSConfiguration>");
        (await BrowseAsync(bucket, "/page", "GET", ("Origin", "http://app.example"))).Header("Access-Control-Allow-Origin").ShouldBe("http://app.example");
    }

    private async Task<TestBucket> CreateAsync(string website, bool listable = false)
    {
        var bucket = await TestBucket.CreateAsync(_host);
        (await bucket.PutDocumentAsync("website", $"<WebsiteConfiguration>{website}</WebsiteConfiguration>")).Status.ShouldBe(200);
        if (listable)
        {
            await bucket.SendAsync("PUT", null, "acl", null, ("x-amz-acl", "public-read"));
        }

        return bucket;
    }

    private static Task<RawResponse> PutPageAsync(TestBucket bucket, string key, string text)
        => bucket.PutAsync(key, text, ("x-amz-acl", "public-read"), ("Content-Type", "text/html"));

    private static Task<RawResponse> BrowseAsync(TestBucket bucket, string path, string method = "GET", params (string Name, string Value)[] headers)
    {
        var request = new TestRequest(method, path, $"{bucket.Name}.web.test");
        foreach (var (name, value) in headers)
        {
            request.With(name, value);
        }

        return bucket.SendAsItIsAsync(request);
    }
}
