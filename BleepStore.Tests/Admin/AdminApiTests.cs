using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.S3;
using BleepStore.Tests.Hosting;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Admin;

/// <summary>What an administrator can do over the admin listener, and that nobody else can do anything there.</summary>
public sealed class AdminApiTests
{
    private const string AdminToken = "admin-token-of-the-tests";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Endpoints => new()
    {
        { "GET", "/admin/status" },
        { "GET", "/admin/config" },
        { "GET", "/admin/credentials" },
        { "POST", "/admin/credentials" },
        { "GET", "/admin/credentials/ann" },
        { "DELETE", "/admin/credentials/ann" },
        { "PUT", "/admin/credentials/ann/status" },
        { "POST", "/admin/scrub" },
        { "DELETE", "/admin/fsck" },
        { "GET", "/" },
        { "GET", "/admin/nothing-there" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Nobody_but_the_root_credential_and_the_token_gets_in_or_learns_why(string method, string path)
    {
        await using var server = await StartAsync();
        var ann = new TestSigner("ann", "ann-secret");
        var unknown = new TestSigner("nobody", "ann-secret");
        var wrong = new TestSigner(server.AccessKey, "wrong-secret");
        var refusals = new HashSet<string>(StringComparer.Ordinal);
        foreach (var authorization in new Func<TestRequest, string>[]
        {
            request => ann.SignHeader(request, TimeProvider.System.GetUtcNow()),
            request => unknown.SignHeader(request, TimeProvider.System.GetUtcNow()),
            request => wrong.SignHeader(request, TimeProvider.System.GetUtcNow()),
            request => new TestSigner(server.AccessKey, server.SecretKey).SignHeader(request, TimeProvider.System.GetUtcNow().AddHours(-1)),
            _ => "Bearer " + AdminToken + "x",
            _ => "Bearer ",
            _ => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{server.AccessKey}:{server.SecretKey}")),
        })
        {
            var request = new TestRequest(method, path, server.AdminEndpoint!.Authority);
            var header = authorization(request);
            if (request.Header("Authorization") is null)
            {
                request.With("Authorization", header);
            }

            var (status, body) = await SendAsync(server, request);
            status.ShouldBe(HttpStatusCode.Forbidden);
            refusals.Add(body!["code"]!.GetValue<string>() + body["message"]!.GetValue<string>());
        }

        refusals.ShouldHaveSingleItem();
        var (anonymous, _) = await SendAsync(server, new TestRequest(method, path, server.AdminEndpoint!.Authority));
        anonymous.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_presigned_link_is_no_way_in()
    {
        await using var server = await StartAsync();
        var request = new TestRequest("GET", "/admin/status", server.AdminEndpoint!.Authority);
        new TestSigner(server.AccessKey, server.SecretKey).Presign(request, TimeProvider.System.GetUtcNow());
        (await SendAsync(server, request)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Without_a_configured_token_no_token_is_right()
    {
        await using var server = await TestServer.StartAsync(options => options.Set("server.port", "0"));
        foreach (var token in new[] { "", " ", "null" })
        {
            var request = new TestRequest("GET", "/admin/status", server.AdminEndpoint!.Authority).With("Authorization", "Bearer " + token);
            (await SendAsync(server, request)).Status.ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task The_root_credential_signs_its_way_in()
    {
        await using var server = await StartAsync();
        var request = new TestRequest("GET", "/admin/status", server.AdminEndpoint!.Authority);
        new TestSigner(server.AccessKey, server.SecretKey).SignHeader(request, TimeProvider.System.GetUtcNow());
        var (status, body) = await SendAsync(server, request);
        status.ShouldBe(HttpStatusCode.OK);
        body!["mode"]!.GetValue<string>().ShouldBe("embedded");
        body["metadata"]!["engine"]!.GetValue<string>().ShouldBe("memory");
        body["is_ready"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_signature_without_the_header_that_declares_the_body_is_told_what_it_lacks()
    {
        await using var server = await StartAsync();
        var request = new TestRequest("GET", "/admin/status", server.AdminEndpoint!.Authority)
            .With("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0");
        var (status, body) = await SendAsync(server, request);
        status.ShouldBe(HttpStatusCode.BadRequest);
        body!["message"]!.GetValue<string>().ShouldBe("Missing required header for this request: x-amz-content-sha256");
    }

    [Fact]
    public async Task A_signed_body_that_was_changed_on_the_way_does_nothing()
    {
        await using var server = await StartAsync();
        var request = new TestRequest("POST", "/admin/credentials", server.AdminEndpoint!.Authority).WithBody("""{"access_key":"new-one"}""");
        new TestSigner(server.AccessKey, server.SecretKey).SignHeader(request, TimeProvider.System.GetUtcNow());
        request.Body = Encoding.UTF8.GetBytes("""{"access_key":"bad-one"}""");
        (await SendAsync(server, request)).Status.ShouldBe(HttpStatusCode.BadRequest);
        using var client = AdminClient(server);
        (await client.GetAsync("/admin/credentials/bad-one", Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_configuration_is_shown_whole_and_without_secrets()
    {
        await using var server = await StartAsync();
        using var client = AdminClient(server);
        var text = await client.GetStringAsync("/admin/config", Token);
        foreach (var secret in new[] { "bleepstore-secret", "ann-secret", AdminToken })
        {
            text.ShouldNotContain(secret);
        }

        var settings = JsonNode.Parse(text)!["settings"]!;
        settings["auth.secret_key"]!["value"]!.GetValue<string>().ShouldBe("REDACTED");
        settings["server.region"]!["value"]!.GetValue<string>().ShouldBe("us-east-1");
        settings["server.region"]!["source"]!.GetValue<string>().ShouldBe("default");
        settings["auth.users.0.access_key"]!["value"]!.GetValue<string>().ShouldBe("ann");
    }

    [Fact]
    public async Task A_credential_lives_from_create_to_delete_and_its_secret_is_shown_once()
    {
        await using var server = await StartAsync();
        using var client = AdminClient(server);
        var created = await PostAsync(client, """{"display_name":"Carol"}""", HttpStatusCode.Created);
        var (accessKey, secret) = (created["access_key"]!.GetValue<string>(), created["secret_key"]!.GetValue<string>());
        accessKey.Length.ShouldBe(20);
        secret.Length.ShouldBe(40);
        using var s3 = server.CreateClient(accessKey, secret);
        await s3.PutBucketAsync("carols", Token);

        var one = await client.GetStringAsync($"/admin/credentials/{accessKey}", Token);
        var all = await client.GetStringAsync("/admin/credentials", Token);
        one.ShouldContain("Carol");
        all.ShouldContain(accessKey);
        (one + all + string.Join('\n', server.Log.Lines)).ShouldNotContain(secret);

        (await PutStatusAsync(client, accessKey, active: false)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Should.ThrowAsync<AmazonS3Exception>(() => s3.ListBucketsAsync(Token))).ErrorCode.ShouldBe("InvalidAccessKeyId");
        (await PutStatusAsync(client, accessKey, active: true)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await s3.ListBucketsAsync(Token)).Buckets.Count.ShouldBe(1);

        (await client.DeleteAsync($"/admin/credentials/{accessKey}", Token)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.DeleteAsync($"/admin/credentials/{accessKey}", Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Should.ThrowAsync<AmazonS3Exception>(() => s3.ListBucketsAsync(Token))).ErrorCode.ShouldBe("InvalidAccessKeyId");
    }

    [Fact]
    public async Task A_second_key_of_an_account_sees_the_same_buckets_and_a_user_of_it_none()
    {
        await using var server = await StartAsync();
        using var client = AdminClient(server);
        await server.CreateClient("ann", "ann-secret").PutBucketAsync("anns", Token);
        await PostAsync(client, """{"access_key":"ann-2","secret_key":"second-secret","account":"ann","id":"ann"}""", HttpStatusCode.Created);
        await PostAsync(client, """{"access_key":"eve","secret_key":"eves-secret","account":"ann"}""", HttpStatusCode.Created);
        (await server.CreateClient("ann-2", "second-secret").ListBucketsAsync(Token)).Buckets.Count.ShouldBe(1);
        (await Should.ThrowAsync<AmazonS3Exception>(() => server.CreateClient("eve", "eves-secret").ListBucketsAsync(Token)))
            .StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_key_of_the_root_account_made_here_is_no_administrator()
    {
        await using var server = await StartAsync();
        using var client = AdminClient(server);
        await PostAsync(client, """{"access_key":"second","secret_key":"second-secret","account":"bleepstore","id":"bleepstore"}""", HttpStatusCode.Created);
        var request = new TestRequest("GET", "/admin/status", server.AdminEndpoint!.Authority);
        new TestSigner("second", "second-secret").SignHeader(request, TimeProvider.System.GetUtcNow());
        (await SendAsync(server, request)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("""{"access_key":"ann"}""", HttpStatusCode.Conflict)]
    [InlineData("""{"access_key":"new-one","id":"ann"}""", HttpStatusCode.Conflict)]
    [InlineData("""{"access_key":"new-one","account":"nobody"}""", HttpStatusCode.Conflict)]
    [InlineData("""{"access_key":"a/b"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"secret_key":"short"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"display_name":" "}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"is_root":true}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"access_key":"x-1","access_key":"x-2"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"access_key":1}""", HttpStatusCode.BadRequest)]
    [InlineData("""{} {}""", HttpStatusCode.BadRequest)]
    [InlineData("""[]""", HttpStatusCode.BadRequest)]
    [InlineData("""null""", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("""{"a":[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]}""", HttpStatusCode.BadRequest)]
    public async Task A_credential_that_cannot_be_is_refused(string json, HttpStatusCode expected)
    {
        await using var server = await StartAsync();
        using var client = AdminClient(server);
        var body = await PostAsync(client, json, expected);
        body["code"]!.GetValue<string>().ShouldNotBeEmpty();
        body["request_id"]!.GetValue<string>().Length.ShouldBe(16);
    }

    [Fact]
    public async Task A_body_beyond_64_KiB_is_refused()
    {
        await using var server = await StartAsync();
        using var client = AdminClient(server);
        await PostAsync(client, new string(' ', 65_537) + "{}", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_stands_in_the_configuration_is_changed_there()
    {
        await using var server = await StartAsync();
        using var client = AdminClient(server);
        foreach (var accessKey in new[] { "ann", server.AccessKey })
        {
            using var answer = await client.DeleteAsync($"/admin/credentials/{accessKey}", Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("stands in the configuration");
        }

        (await PutStatusAsync(client, server.AccessKey, active: false)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await PutStatusAsync(client, "ann", active: false)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_list_comes_in_pages()
    {
        await using var server = await StartAsync();
        using var client = AdminClient(server);
        foreach (var name in new[] { "k-1", "k-2", "k-3" })
        {
            await PostAsync(client, $$"""{"access_key":"{{name}}"}""", HttpStatusCode.Created);
        }

        var seen = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var page = JsonNode.Parse(await client.GetStringAsync($"/admin/credentials?limit=2&after={after}", Token))!;
            seen.AddRange(page["credentials"]!.AsArray().Select(credential => credential!["access_key"]!.GetValue<string>()));
            after = page["next_after"]?.GetValue<string>();
        }

        seen.ShouldBe(["ann", "bleepstore", "k-1", "k-2", "k-3"]);
        foreach (var limit in new[] { "0", "-1", "1001", "x" })
        {
            (await client.GetAsync($"/admin/credentials?limit={limit}", Token)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }
    }

    [Theory]
    [InlineData("DELETE", "/admin/status", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", "/admin/credentials", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/admin/credentials/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/admin/credentials/none-such", HttpStatusCode.NotFound)]
    [InlineData("GET", "/admin/credentials/%FF", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/admin/Status", HttpStatusCode.NotFound)]
    [InlineData("GET", "/admin/x/../status", HttpStatusCode.NotFound)]
    public async Task Other_methods_and_paths_are_told_apart(string method, string path, HttpStatusCode expected)
    {
        await using var server = await StartAsync();
        var request = new TestRequest(method, path, server.AdminEndpoint!.Authority).With("Authorization", "Bearer " + AdminToken);
        (await SendAsync(server, request)).Status.ShouldBe(expected);
    }

    private static Task<TestServer> StartAsync()
        => TestServer.StartAsync(options => options.Set("server.admin_token", AdminToken).AddUser("ann", "ann-secret"));

    private static HttpClient AdminClient(TestServer server)
    {
        var client = server.CreateAdminClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        return client;
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string json, HttpStatusCode expected)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/admin/credentials", content, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        answer.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<HttpResponseMessage> PutStatusAsync(HttpClient client, string accessKey, bool active)
    {
        using var content = new StringContent(active ? """{"active":true}""" : """{"active":false}""", Encoding.UTF8, "application/json");
        return await client.PutAsync($"/admin/credentials/{accessKey}/status", content, Token);
    }

    private static async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(TestServer server, TestRequest request)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(server.AdminEndpoint!.Host, server.AdminEndpoint.Port, Token);
        await socket.GetStream().WriteAsync(request.ToBytes(), Token);
        using var reader = new StreamReader(socket.GetStream(), Encoding.UTF8);
        var answer = await reader.ReadToEndAsync(Token);
        var status = (HttpStatusCode)int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        return (status, body.StartsWith('{') ? JsonNode.Parse(body) : null);
    }
}
