using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BleepStore.Tests.Hosting;
using BleepStore.Tests.Metadata;
using BleepStore.Tests.QueryApi;

namespace BleepStore.Tests.Admin;

/// <summary>Users, groups and their policies through the admin API, and what of them stands in the configuration.</summary>
public sealed class AdminIdentityTests
{
    private const string AdminToken = "admin-token-of-16-or-more";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_is_made_given_a_key_and_a_policy_and_taken_away()
    {
        await using var server = await StartAsync();
        using var admin = AdminClient(server);
        (await admin.PostAsJsonAsync("/admin/users", new { name = "dora", path = "/team/" }, Token)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await admin.PostAsJsonAsync("/admin/users", new { name = "DORA" }, Token)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var key = await ReadAsync(await admin.PostAsync("/admin/users/dora/keys", content: null, Token), HttpStatusCode.Created);
        var user = new QueryClient(server, key["access_key"]!.GetValue<string>(), key["secret_key"]!.GetValue<string>());
        (await user.S3Async("GET", "/")).ShouldBe((403, "AccessDenied"));

        (await PutAsync(admin, "/admin/users/dora/policies?name=all", QueryClient.Allow("s3:*"))).ShouldBe(HttpStatusCode.NoContent);

        (await user.S3Async("GET", "/")).ShouldBe((200, null));
        var shown = await ReadAsync(await admin.GetAsync("/admin/users/dora", Token), HttpStatusCode.OK);
        shown["arn"]!.GetValue<string>().ShouldEndWith(":user/team/dora");
        shown["policies"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["all"]);
        shown.AsObject().Select(member => member.Key).ShouldBe(["name", "account", "id", "arn", "path", "created_at", "policies", "attached", "groups", "access_keys"]);
        shown.ToJsonString().ShouldNotContain(key["secret_key"]!.GetValue<string>());
        (await admin.DeleteAsync("/admin/users/dora", Token)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await admin.DeleteAsync("/admin/users/dora?force=true", Token)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await admin.GetAsync("/admin/users/dora", Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await user.S3Async("GET", "/")).ShouldBe((403, "InvalidAccessKeyId"));
    }

    [Fact]
    public async Task A_group_s_policies_reach_its_members_and_end_when_they_leave()
    {
        await using var server = await StartAsync();
        using var admin = AdminClient(server);
        await admin.PostAsJsonAsync("/admin/users", new { name = "eve" }, Token);
        var key = await ReadAsync(await admin.PostAsync("/admin/users/eve/keys", content: null, Token), HttpStatusCode.Created);
        var user = new QueryClient(server, key["access_key"]!.GetValue<string>(), key["secret_key"]!.GetValue<string>());
        (await admin.PostAsJsonAsync("/admin/groups", new { name = "readers" }, Token)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await PutAsync(admin, "/admin/groups/readers/attachments?arn=arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "")).ShouldBe(HttpStatusCode.NoContent);
        (await PutAsync(admin, "/admin/users/eve/groups?name=readers", "")).ShouldBe(HttpStatusCode.NoContent);

        (await user.S3Async("GET", "/")).ShouldBe((200, null));
        (await user.S3Async("PUT", "/eves-bucket")).ShouldBe((403, "AccessDenied"));
        (await admin.DeleteAsync("/admin/groups/readers?force=true", Token)).StatusCode.ShouldBe(HttpStatusCode.Conflict, "it has a member");
        (await admin.DeleteAsync("/admin/users/eve/groups?name=readers", Token)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await user.S3Async("GET", "/")).ShouldBe((403, "AccessDenied"));
        (await admin.DeleteAsync("/admin/groups/readers?force=true", Token)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("POST", "/admin/users", """{"name":"../x"}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/admin/users", """{"name":""}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/admin/users", """{"name":"a","path":"x"}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/admin/users", """{"name":"a","rights":"all"}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/admin/users?account=nobody", """{"name":"a"}""", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/admin/users/ben/policies?name=p", "{}", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "/admin/users/ben/policies?name=a%2Fb", "{}", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "/admin/users/ben/policies", "{}", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "/admin/users/ben/attachments?arn=arn:aws:iam::aws:policy/None", "", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/admin/users/ben/groups?name=none", "", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/admin/users/ben/policies?name=none", "", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/admin/users/ben?force=true", "", HttpStatusCode.Conflict)]
    [InlineData("POST", "/admin/users/none/keys", "", HttpStatusCode.NotFound)]
    public async Task What_cannot_be_done_is_refused(string method, string path, string body, HttpStatusCode status)
    {
        await using var server = await StartAsync();
        using var admin = AdminClient(server);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body.Length == 0 ? null : new StringContent(body) };

        (await admin.SendAsync(request, Token)).StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task Users_of_another_account_are_found_by_its_id_or_number()
    {
        await using var server = await StartAsync();
        using var admin = AdminClient(server);
        var accounts = (await ReadAsync(await admin.GetAsync("/admin/accounts", Token), HttpStatusCode.OK))["accounts"]!.AsArray();
        var number = accounts.Single(account => account!["id"]!.GetValue<string>() == "other-account")!["number"]!.GetValue<string>();
        (await admin.PostAsJsonAsync($"/admin/users?account={number}", new { name = "remote" }, Token)).StatusCode.ShouldBe(HttpStatusCode.Created);

        (await admin.GetAsync("/admin/users/remote?account=other-account", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync("/admin/users/remote", Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Policies_of_the_configuration_are_in_force_and_change_with_it()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "policy.json");
        await File.WriteAllTextAsync(file, QueryClient.Allow("s3:CreateBucket"), Token);
        await using (var server = await StartAsync(options => Configure(options).Set("auth.users.0.policies.0", file).Set("auth.users.0.policies.1", QueryClient.Allow("s3:ListAllMyBuckets"))))
        {
            var user = new QueryClient(server, "ben-key", "ben-secret");
            (await user.S3Async("GET", "/")).ShouldBe((200, null));
            (await user.S3Async("PUT", "/bens-bucket")).ShouldBe((200, null));
            using var admin = AdminClient(server);
            (await PutAsync(admin, "/admin/users/ben/policies?name=kept", QueryClient.Allow("s3:ListBucket"))).ShouldBe(HttpStatusCode.NoContent);
        }

        await using (var server = await StartAsync(options => Configure(options).Set("auth.users.0.policies.0", QueryClient.Allow("s3:ListAllMyBuckets"))))
        {
            var user = new QueryClient(server, "ben-key", "ben-secret");
            (await user.S3Async("GET", "/")).ShouldBe((200, null));
            (await user.S3Async("PUT", "/second-bucket")).ShouldBe((403, "AccessDenied"), "the configuration gives it no more");
            (await user.S3Async("GET", "/bens-bucket")).ShouldBe((200, null), "what the admin API gave stays");
        }

        TestServerOptions Configure(TestServerOptions options)
        {
            options.DataDirectory = directory.Path;
            return options;
        }
    }

    private static Task<TestServer> StartAsync(Action<TestServerOptions>? configure = null) => TestServer.StartAsync(options =>
    {
        options.Set("server.admin_token", AdminToken).AddUser("ben-key", "ben-secret", "ben", "bleepstore").AddUser("other-key", "other-secret", "other-account");
        configure?.Invoke(options);
    });

    private static HttpClient AdminClient(TestServer server)
    {
        var client = server.CreateAdminClient();
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + AdminToken);
        return client;
    }

    private static async Task<HttpStatusCode> PutAsync(HttpClient admin, string path, string body)
    {
        using var content = new StringContent(body);
        return (await admin.PutAsync(path, body.Length == 0 ? null : content, Token)).StatusCode;
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync(Token);
        answer.StatusCode.ShouldBe(status, text);
        return JsonNode.Parse(text)!;
    }
}
