using BleepStore.Tests.Api;
using BleepStore.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Configurations;

/// <summary>What browsers are told: preflights, answers and errors, by the bucket's rules.</summary>
public sealed class CorsTests(MemoryApiHost fixture) : IClassFixture<MemoryApiHost>
{
    private const string Rules =
        "<CORSConfiguration>"
        + "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>http://exact.example</AllowedOrigin><AllowedHeader>x-amz-*</AllowedHeader>"
        + "<ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-request-id</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule>"
        + "<CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedMethod>DELETE</AllowedMethod><AllowedOrigin>https://*.wild.example</AllowedOrigin><AllowedHeader>*</AllowedHeader></CORSRule>"
        + "<CORSRule><AllowedMethod>HEAD</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>"
        + "</CORSConfiguration>";

    [Theory]
    [InlineData("http://exact.example", "GET", "", "http://exact.example", "GET", "true", "60")]
    [InlineData("http://exact.example", "GET", "x-amz-date, X-Amz-Meta-A", "http://exact.example", "GET", "true", "60")]
    [InlineData("https://a.wild.example", "PUT", "content-type,anything", "https://a.wild.example", "PUT, DELETE", "true", null)]
    [InlineData("https://.wild.example", "DELETE", "", "https://.wild.example", "PUT, DELETE", "true", null)]
    [InlineData("http://anybody", "HEAD", "", "*", "HEAD", null, null)]
    [InlineData("null", "HEAD", "", "*", "HEAD", null, null)]
    public async Task A_preflight_that_fits_a_rule_is_answered_without_credentials(
        string origin, string method, string headers, string allowed, string methods, string? credentials, string? maxAge)
    {
        var bucket = await CreateAsync();
        foreach (var key in (string?[])[null, "key", "absent/key"])
        {
            var answer = await PreflightAsync(bucket, key, origin, method, headers);
            answer.Status.ShouldBe(200, answer.Text);
            answer.Body.ShouldBeEmpty();
            answer.Header("Access-Control-Allow-Origin").ShouldBe(allowed);
            answer.Header("Access-Control-Allow-Methods").ShouldBe(methods);
            answer.Header("Access-Control-Allow-Credentials").ShouldBe(credentials);
            answer.Header("Access-Control-Max-Age").ShouldBe(maxAge);
            answer.Header("Access-Control-Allow-Headers").ShouldBe(headers.Length == 0 ? null : string.Join(", ", headers.Split(',', StringSplitOptions.TrimEntries)).ToLowerInvariant());
            answer.Header("Access-Control-Expose-Headers").ShouldBe(method == "GET" ? "ETag, x-amz-request-id" : null);
            answer.Header("Vary").ShouldBe("Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
        }
    }

    [Theory]
    [InlineData("http://exact.example", "PUT", "")]
    [InlineData("http://exact.example.evil", "GET", "")]
    [InlineData("HTTP://exact.example", "GET", "")]
    [InlineData("http://exact.example", "GET", "content-type")]
    [InlineData("http://exact.example", "GET", "x-amz-date,content-type")]
    [InlineData("https://a.wild.example.evil", "PUT", "")]
    [InlineData("http://a.wild.example", "PUT", "")]
    [InlineData("http://anybody", "HEAD", "x-amz-date")]
    public async Task A_preflight_that_fits_no_rule_is_403(string origin, string method, string headers)
    {
        var bucket = await CreateAsync();
        var answer = await PreflightAsync(bucket, "key", origin, method, headers);
        answer.ShouldRefuse(403, "AccessForbidden");
        answer.Element("Method").ShouldBe(method);
        answer.Element("ResourceType").ShouldBe("OBJECT");
        answer.Header("Access-Control-Allow-Origin").ShouldBeNull();
        (await PreflightAsync(bucket, null, origin, method, headers)).Element("ResourceType").ShouldBe("BUCKET");
    }

    [Fact]
    public async Task A_preflight_that_does_not_say_what_it_asks_is_400()
    {
        var bucket = await CreateAsync();
        (await bucket.SendAsItIsAsync(bucket.Request("OPTIONS", "key"))).ShouldRefuse(400, "BadRequest");
        (await bucket.SendAsItIsAsync(bucket.Request("OPTIONS", "key").With("Access-Control-Request-Method", "GET"))).ShouldRefuse(400, "BadRequest");
        (await bucket.SendAsItIsAsync(bucket.Request("OPTIONS", "key").With("Origin", "http://exact.example"))).ShouldRefuse(400, "BadRequest");
        (await PreflightAsync(bucket, "key", "http://exact.example", "PATCH", "")).ShouldRefuse(400, "BadRequest");
    }

    [Fact]
    public async Task Without_rules_a_preflight_is_403_and_answers_say_nothing()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var answer = await PreflightAsync(bucket, "key", "http://exact.example", "GET", "");
        answer.ShouldRefuse(403, "AccessForbidden");
        answer.Element("Message").ShouldBe("CORSResponse: CORS is not enabled for this bucket.");
        (await bucket.PutAsync("key", "x", ("Origin", "http://exact.example"))).Header("Vary").ShouldBeNull();
        await bucket.SendAsync("DELETE", "key", "", null);
        await bucket.SendAsync("DELETE", null, "", null);
        (await PreflightAsync(bucket, "key", "http://exact.example", "GET", "")).ShouldRefuse(403, "AccessForbidden");
    }

    [Fact]
    public async Task A_preflight_of_a_signed_url_needs_no_valid_signature()
    {
        var bucket = await CreateAsync();
        var request = bucket.Request("OPTIONS", "key", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x&X-Amz-Signature=0&uploadId=1&acl")
            .With("Origin", "http://exact.example").With("Access-Control-Request-Method", "GET");
        (await bucket.SendAsItIsAsync(request)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Answers_and_errors_alike_carry_what_the_rule_allows()
    {
        var bucket = await CreateAsync();
        await bucket.PutAsync("key", "content");
        (string, string) origin = ("Origin", "http://exact.example");
        foreach (var answer in (RawResponse[])
            [
                await bucket.GetAsync("key", origin), await bucket.GetAsync("absent", origin), await bucket.GetAsync("key", origin, ("Range", "bytes=99-")),
                await bucket.GetAsync("key", origin, ("If-None-Match", TestBucket.Md5("content"u8.ToArray()))),
                await bucket.SendAsync("GET", null, "", null, origin), await bucket.SendAsItIsAsync(bucket.Request("GET", "key").With("Origin", "http://exact.example")),
                await bucket.SendAsync("GET", null, "abac", null, origin),
            ])
        {
            answer.Header("Access-Control-Allow-Origin").ShouldBe("http://exact.example", answer.Text);
            answer.Header("Access-Control-Allow-Methods").ShouldBe("GET");
            answer.Header("Access-Control-Expose-Headers").ShouldBe("ETag, x-amz-request-id");
            answer.Header("Vary").ShouldBe("Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
        }
    }

    [Fact]
    public async Task An_answer_to_who_may_not_see_it_says_only_that_it_varies()
    {
        var bucket = await CreateAsync();
        await bucket.PutAsync("key", "content");
        var other = await bucket.GetAsync("key", ("Origin", "http://evil.example"));
        other.Status.ShouldBe(200);
        other.Headers.ShouldNotContain(header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        other.Header("Vary").ShouldNotBeNull();
        (await bucket.GetAsync("key")).Header("Vary").ShouldBeNull();
        (await bucket.PutAsync("key", "content", ("Origin", "http://exact.example"))).Header("Access-Control-Allow-Origin").ShouldBeNull("the rule allows no PUT");
    }

    [Theory]
    [InlineData("<CORSRule><AllowedMethod>PATCH</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>", "InvalidRequest")]
    [InlineData("<CORSRule><AllowedMethod>get</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>", "InvalidRequest")]
    [InlineData("<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>http://*.*</AllowedOrigin></CORSRule>", "InvalidRequest")]
    [InlineData("<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><AllowedHeader>*-*</AllowedHeader></CORSRule>", "InvalidRequest")]
    [InlineData("<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><ExposeHeader>*</ExposeHeader></CORSRule>", "InvalidRequest")]
    [InlineData("<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><ExposeHeader>a&#13;&#10;b</ExposeHeader></CORSRule>", "InvalidRequest")]
    [InlineData("<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><AllowedHeader>Bad/Header</AllowedHeader></CORSRule>", "InvalidRequest")]
    [InlineData("<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>", "MalformedXML")]
    [InlineData("<CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule>", "MalformedXML")]
    [InlineData("<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><MaxAgeSeconds>soon</MaxAgeSeconds></CORSRule>", "MalformedXML")]
    [InlineData("", "MalformedXML")]
    public async Task Rules_that_cannot_be_are_refused(string rules, string code)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutDocumentAsync("cors", $"<CORSConfiguration>{rules}</CORSConfiguration>")).ShouldRefuse(400, code);
        (await bucket.GetDocumentAsync("cors")).ShouldRefuse(404, "NoSuchCORSConfiguration");
    }

    [Fact]
    public async Task A_preflight_for_what_is_no_header_is_no_preflight()
    {
        var bucket = await CreateAsync();
        var refused = await PreflightAsync(bucket, "key", "http://exact.example", "GET", "invalid header");
        refused.ShouldRefuse(400, "BadRequest");
        refused.Element("Message").ShouldBe("Access-Control-Request-Headers \"invalid header\" contains invalid character.");

        // As S3 does, what no browser sends is told before whether the bucket has rules.
        var other = await TestBucket.CreateAsync(fixture.Host);
        (await PreflightAsync(other, "key", "http://exact.example", "get", "")).Element("Message").ShouldBe("Invalid Access-Control-Request-Method: get");
        (await PreflightAsync(other, "key", "http://exact.example", "GET", "a(b)")).ShouldRefuse(400, "BadRequest");
        (await PreflightAsync(other, "key", "http://exact.example", "GET", "a")).ShouldRefuse(403, "AccessForbidden");
    }

    [Fact]
    public async Task A_rule_may_tell_a_negative_age()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        const string Rule = "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><MaxAgeSeconds>-100</MaxAgeSeconds></CORSRule>";
        (await bucket.PutDocumentAsync("cors", $"<CORSConfiguration>{Rule}</CORSConfiguration>")).Status.ShouldBe(200);
        (await bucket.GetDocumentAsync("cors")).Element("MaxAgeSeconds").ShouldBe("-100");
    }

    [Fact]
    public async Task A_hundred_rules_are_the_most()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        const string Rule = "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>";
        (await bucket.PutDocumentAsync("cors", $"<CORSConfiguration>{string.Concat(Enumerable.Repeat(Rule, 100))}</CORSConfiguration>")).Status.ShouldBe(200);
        (await bucket.PutDocumentAsync("cors", $"<CORSConfiguration>{string.Concat(Enumerable.Repeat(Rule, 101))}</CORSConfiguration>")).ShouldRefuse(400, "InvalidRequest");
    }

    [Fact]
    public async Task Default_origins_hold_where_a_bucket_has_no_rules_of_its_own()
    {
        await using var host = await S3TestHost.StartAsync(
            configure: services => services.AddSingleton(new BleepStore.Api.Cors.DefaultOrigins(["https://*.example.com"])));
        var bucket = await TestBucket.CreateAsync(host);
        (string, string) origin = ("Origin", "https://app.example.com");
        (await PreflightAsync(bucket, "key", origin.Item2, "PUT", "anything")).Header("Access-Control-Allow-Origin").ShouldBe(origin.Item2);
        (await bucket.PutAsync("key", "x", origin)).Header("Access-Control-Expose-Headers")!.ShouldContain("ETag");
        (await PreflightAsync(bucket, "key", "https://other.example", "PUT", "")).ShouldRefuse(403, "AccessForbidden");

        await bucket.PutDocumentAsync("cors", Rules);
        (await PreflightAsync(bucket, "key", origin.Item2, "PUT", "anything")).ShouldRefuse(403, "AccessForbidden");
        (await bucket.GetAsync("key", origin)).Header("Access-Control-Allow-Origin").ShouldBeNull();
    }

    private static Task<RawResponse> PreflightAsync(TestBucket bucket, string? key, string origin, string method, string headers)
    {
        var request = bucket.Request("OPTIONS", key).With("Origin", origin).With("Access-Control-Request-Method", method);
        return bucket.SendAsItIsAsync(headers.Length == 0 ? request : request.With("Access-Control-Request-Headers", headers));
    }

    private async Task<TestBucket> CreateAsync()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutDocumentAsync("cors", Rules)).Status.ShouldBe(200);
        return bucket;
    }
}
