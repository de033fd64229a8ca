using BleepStore.Tests.Http;
using BleepStore.Tests.QueryApi;

namespace BleepStore.Tests.Hosting;

/// <summary>A run that uses secrets of every kind, at the most talkative level: none of them stands in a line of the log.</summary>
public sealed class SecretsInLogsTests
{
    private const string CustomerKey = "pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs=";

    [Fact]
    public async Task No_secret_of_a_run_stands_in_its_log()
    {
        await using var server = await TestServer.StartAsync(options => options
            .Set("auth.secret_key", "root-secret-4711").Set("logging.level", "debug").Set("encryption.allow_customer_keys_over_http", "true")
            .AddUser("user-key", "user-secret-4712"));
        var root = new QueryClient(server);
        (await root.S3Async("PUT", "/logged")).Status.ShouldBe(200);
        var created = (await root.IamAsync("CreateUser", ("UserName", "ann"))).Ok();
        created["UserName"].ShouldBe("ann");
        var key = (await root.IamAsync("CreateAccessKey", ("UserName", "ann"))).Ok();
        var session = (await new QueryClient(server, "user-key", "user-secret-4712").StsAsync("GetSessionToken")).Ok();
        await SendAsync(server, new TestSigner("bleepstore", "root-secret-4711"), "PUT", CustomerKey);
        await SendAsync(server, new TestSigner("bleepstore", "a-guess-4713"), "PUT", CustomerKey);
        var url = await SendAsync(server, new TestSigner("bleepstore", "root-secret-4711"), "GET", CustomerKey, presigned: true);
        (await new QueryClient(server, key["AccessKeyId"]!, key["SecretAccessKey"]!).S3Async("GET", "/logged")).Status.ShouldBe(403);
        (await root.S3Async("DELETE", "/logged")).Status.ShouldBe(409);

        // The lines of those requests are there: a log that nobody wrote would hide everything.
        var log = string.Join('\n', server.Log.Lines);
        log.ShouldContain("PutObject");
        foreach (var secret in (string[])["root-secret-4711", "user-secret-4712", key["SecretAccessKey"]!, session["SecretAccessKey"]!, session["SessionToken"]!, CustomerKey, url.Split("X-Amz-Signature=")[1]])
        {
            log.ShouldNotContain(secret);
        }
    }

    private static async Task<string> SendAsync(TestServer server, TestSigner signer, string method, string customerKey, bool presigned = false)
    {
        var request = new TestRequest(method, "/logged/key", server.Endpoint.Authority)
            .With("x-amz-server-side-encryption-customer-algorithm", "AES256")
            .With("x-amz-server-side-encryption-customer-key", customerKey)
            .With("x-amz-server-side-encryption-customer-key-MD5", Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(Convert.FromBase64String(customerKey))))
            .WithBody(method == "PUT" ? "Hello" : "");
        var now = TimeProvider.System.GetUtcNow();
        if (presigned)
        {
            signer.Presign(request, now, alsoSign: [.. request.Headers.Select(header => header.Key.ToLowerInvariant())]);
        }
        else
        {
            signer.SignHeader(request, now);
        }

        var response = await RawConnection.SendAsync(server.Endpoint, request, TestContext.Current.CancellationToken);
        response.Status.ShouldBeOneOf(200, 403);
        return request.Target;
    }
}
