using System.Text.RegularExpressions;
using BleepStore.Api.AccessLogs;
using BleepStore.Tests.Api;
using BleepStore.Tests.Configurations;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.AccessLogs;

/// <summary>What buckets with logging tell of the requests to them, in objects of their target bucket.</summary>
public sealed partial class AccessLogTests : IAsyncLifetime
{
    private const int Fields = 26;

    private S3TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await S3TestHost.StartAsync(
        configure: services => services.AddSingleton(new AccessLogSettings(TimeSpan.FromHours(1))));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Each_request_is_one_line_in_the_format_of_S3()
    {
        var (bucket, target) = await CreateAsync("<TargetPrefix>logs/</TargetPrefix>");
        await bucket.PutAsync("dir/a key", "content", ("User-Agent", "agent/1 (test)"), ("Referer", "http://page.example/"));
        var got = await bucket.GetAsync("dir/a key", ("Range", "bytes=0-2"));
        await bucket.GetAsync("absent");
        await bucket.SendAsItIsAsync(bucket.Request("GET", "dir/a key"));
        var lines = await DeliveredAsync(target, 1);

        lines.Count.ShouldBe(5);
        foreach (var line in lines)
        {
            line.Length.ShouldBe(Fields, string.Join(' ', line));
            line[..2].ShouldBe(["bleepstore", bucket.Name]);
            TimePattern().IsMatch(line[2]).ShouldBeTrue(line[2]);
            line[3].ShouldBe("127.0.0.1");
        }

        var put = lines.Single(line => line[6] == "REST.PUT.OBJECT");
        put[4..8].ShouldBe(["bleepstore", put[5], "REST.PUT.OBJECT", "dir/a%20key"]);
        put[8].ShouldBe($"\"PUT /{bucket.Name}/dir/a%20key HTTP/1.1\"");
        put[9..13].ShouldBe(["200", "-", "-", "7"]);
        put[15..17].ShouldBe(["\"http://page.example/\"", "\"agent/1 (test)\""]);
        put[19..22].ShouldBe(["SigV4", "-", "AuthHeader"]);
        put[22].ShouldBe(_host.Endpoint.Authority);
        var gets = lines.Where(line => line[6] == "REST.GET.OBJECT").ToList();
        gets[0][9..13].ShouldBe(["206", "-", "3", "7"]);
        gets[0][5].ShouldBe(got.Header("x-amz-request-id"));
        gets[0][18].ShouldBe(got.Header("x-amz-id-2"));
        gets[1][9..11].ShouldBe(["404", "NoSuchKey"]);
        gets[2][4].ShouldBe("-", "nobody asked");
        gets[2][9..11].ShouldBe(["403", "AccessDenied"]);
        gets[2][19..22].ShouldBe(["-", "-", "-"]);
        lines.ShouldContain(line => line[6] == "REST.PUT.LOGGING_STATUS" || line[6] == "REST.GET.LOGGING_STATUS");
    }

    [Fact]
    public async Task What_clients_send_makes_no_other_fields_and_no_secret_is_told()
    {
        var (bucket, target) = await CreateAsync("<TargetPrefix/>");
        await bucket.GetAsync("a\" 200 - \"b", ("User-Agent", "x\" 200 - \"y\\"));
        var presigned = bucket.Request("GET", "key", "X-Amz-Security-Token=");
        TestBucket.Signer().Presign(presigned, TimeProvider.System.GetUtcNow());
        await bucket.SendAsItIsAsync(presigned);
        var signed = bucket.Request("GET", "key", "X-Amz-Server-Side-Encryption-Customer-Key=c2VjcmV0&x-amz-copy-source-server-side-encryption-customer-key=c2VjcmV0");
        TestBucket.Signer().Presign(signed, TimeProvider.System.GetUtcNow());
        await bucket.SendAsItIsAsync(signed);
        await bucket.SendAsItIsAsync(bucket.Request("GET", "key", "x-amz-server-side-encryption-customer%2Dkey=c2VjcmV0"));
        var lines = await DeliveredAsync(target, 1);
        lines.ShouldAllBe(line => line.Length == Fields);
        lines.ShouldAllBe(line => !line[8].Contains("c2VjcmV0", StringComparison.Ordinal));
        lines.ShouldContain(line => line[8].Contains("customer%2Dkey=REDACTED", StringComparison.Ordinal), string.Join('\n', lines.Select(line => line[8])));
        lines.ShouldContain(line => line[16] == "\"x%22 200 - %22y\\\"");
        var query = lines.Single(line => line[21] == "QueryString");
        query[8].ShouldContain("X-Amz-Signature=REDACTED");
        query[8].ShouldContain("X-Amz-Credential=");
        query[8].ShouldContain("X-Amz-Server-Side-Encryption-Customer-Key=REDACTED");
        query[8].ShouldNotContain("c2VjcmV0");
    }

    [Fact]
    public async Task Who_cannot_say_who_he_is_is_logged_as_nobody()
    {
        var (bucket, target) = await CreateAsync("<TargetPrefix/>");
        await bucket.SendAsync(bucket.Request("GET", "forged"), S3TestHost.Alice with { Secret = "not-the-secret-of-alice" });
        await bucket.SendAsync(bucket.Request("GET", "unknown"), S3TestHost.Alice with { AccessKey = "not-a-key" });
        await bucket.SendAsync("DELETE", "odd", "acl", null);
        await bucket.SendAsync("GET", "both", "acl&tagging", null);
        var lines = await DeliveredAsync(target, 1);

        string[] Seen(string key) => lines.Single(line => line[7] == key) is var line ? [line[4], line[6], line[9], line[10]] : [];
        Seen("forged").ShouldBe(["-", "REST.GET.OBJECT", "403", "SignatureDoesNotMatch"]);
        Seen("unknown").ShouldBe(["-", "REST.GET.OBJECT", "403", "InvalidAccessKeyId"]);
        Seen("odd").ShouldBe(["bleepstore", "REST.DELETE.OBJECT", "405", "MethodNotAllowed"]);
        Seen("both").ShouldBe(["-", "REST.GET.OBJECT", "400", "InvalidArgument"]);
    }

    [Theory]
    [InlineData("GET", null, "", "REST.GET.BUCKET")]
    [InlineData("GET", null, "versions", "REST.GET.BUCKETVERSIONS")]
    [InlineData("GET", null, "uploads", "REST.GET.UPLOADS")]
    [InlineData("GET", null, "tagging", "REST.GET.TAGGING")]
    [InlineData("GET", "key", "tagging", "REST.GET.OBJECT_TAGGING")]
    [InlineData("GET", null, "policy", "REST.GET.BUCKETPOLICY")]
    [InlineData("GET", "key", "acl", "REST.GET.ACL")]
    [InlineData("HEAD", "key", "", "REST.HEAD.OBJECT")]
    [InlineData("DELETE", "key", "", "REST.DELETE.OBJECT")]
    [InlineData("POST", "key", "uploads", "REST.POST.UPLOADS")]
    [InlineData("POST", "key", "uploadId=1", "REST.POST.UPLOAD")]
    [InlineData("PUT", "key", "partNumber=1&uploadId=1", "REST.PUT.PART")]
    public async Task Operations_have_the_names_of_S3s_logs(string method, string? key, string query, string name)
    {
        var (bucket, target) = await CreateAsync("<TargetPrefix/>");
        await bucket.SendAsync(method, key, query, null);
        (await DeliveredAsync(target, 1)).ShouldContain(line => line[6] == name);
    }

    [Fact]
    public async Task Log_objects_are_named_as_the_configuration_says_and_belong_to_the_owner()
    {
        var grants = "<TargetGrants><Grant><Grantee><ID>alice</ID></Grantee><Permission>READ</Permission></Grant></TargetGrants>";
        var (bucket, target) = await CreateAsync(
            "<TargetPrefix>p-</TargetPrefix>" + grants
            + "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>");
        await target.PutDocumentAsync(
            "encryption",
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>");
        await bucket.GetAsync("key");
        await DeliveredAsync(target, 1);
        var key = (await KeysAsync(target)).ShouldHaveSingleItem();
        Regex.IsMatch(
            key,
            $@"^p-bleepstore/us-east-1/{bucket.Name}/\d{{4}}/\d\d/\d\d/\d{{4}}-\d\d-\d\d-00-00-00-[0-9A-F]{{16}}$",
            RegexOptions.None,
            TimeSpan.FromSeconds(1)).ShouldBeTrue(key);
        (await target.HeadAsync(key)).Header("x-amz-server-side-encryption").ShouldBe("AES256");
        (await target.SendAsync(target.Request("GET", key), S3TestHost.Alice)).Status.ShouldBe(200);
        (await target.SendAsync(target.Request("GET", key), S3TestHost.Bob)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task A_bucket_that_is_not_logged_leaves_nothing_and_logging_can_be_ended()
    {
        var (bucket, target) = await CreateAsync("<TargetPrefix/>");
        await Delivery.DeliverAsync(TestContext.Current.CancellationToken);
        var before = (await KeysAsync(target)).Count;
        await bucket.PutDocumentAsync("logging", "<BucketLoggingStatus/>");
        await Delivery.DeliverAsync(TestContext.Current.CancellationToken);
        await bucket.PutAsync("key", "x");
        await target.PutAsync("key", "x");
        (await Delivery.DeliverAsync(TestContext.Current.CancellationToken)).ShouldBe(0);
        (await KeysAsync(target)).Count.ShouldBeInRange(before, before + 2);
    }

    [Fact]
    public async Task A_target_that_is_gone_ends_the_lines_and_nothing_else()
    {
        var (bucket, target) = await CreateAsync("<TargetPrefix/>");
        await target.SendAsync("DELETE", null, "", null);
        (await bucket.PutAsync("key", "x")).Status.ShouldBe(200);
        (await Delivery.DeliverAsync(TestContext.Current.CancellationToken)).ShouldBe(0);
        (await bucket.GetAsync("key")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Lines_come_by_themselves_after_the_interval()
    {
        await using var host = await S3TestHost.StartAsync(configure: services => services.AddSingleton(new AccessLogSettings(TimeSpan.FromMilliseconds(100))));
        var bucket = await TestBucket.CreateAsync(host);
        await bucket.PutDocumentAsync(
            "logging", $"<BucketLoggingStatus><LoggingEnabled><TargetBucket>{bucket.Name}</TargetBucket><TargetPrefix>l/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>");
        await bucket.GetAsync("key");
        using var limit = new CancellationTokenSource(Patience.Limit);
        while ((await bucket.SendAsync("GET", null, "prefix=l/", null)).Elements("Key").Count == 0)
        {
            limit.IsCancellationRequested.ShouldBeFalse("no log came");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Lines_that_wait_are_delivered_when_the_server_stops()
    {
        var (bucket, target) = await CreateAsync("<TargetPrefix>l/</TargetPrefix>");
        await bucket.GetAsync("key");
        await Delivery.StopAsync(TestContext.Current.CancellationToken);
        (await KeysAsync(target)).ShouldHaveSingleItem().ShouldStartWith("l/");
    }

    [Fact]
    public void A_full_buffer_drops_lines_and_says_so()
    {
        using var buffer = new AccessLogBuffer();
        var bucket = BleepStore.Tests.Metadata.RecordSamples.Bucket;
        var line = new string('x', 1 << 20);
        for (var i = 0; i < 70; i++)
        {
            buffer.Add(bucket, BleepStore.Api.Configurations.LoggingConfiguration.Default, TimeProvider.System.GetUtcNow(), line);
        }

        buffer.Take(out var dropped).ShouldHaveSingleItem().Lines.WrittenCount.ShouldBe(64 << 20);
        dropped.ShouldBe(6);
        buffer.Take(out dropped).ShouldBeEmpty();
        dropped.ShouldBe(0);
    }

    [GeneratedRegex(@"^\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\]$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TimePattern();

    [GeneratedRegex("\\[[^\\]]*\\]|\"[^\"]*\"|[^ ]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Field();

    private AccessLogDelivery Delivery => _host.Services.GetRequiredService<AccessLogDelivery>();

    private async Task<(TestBucket Bucket, TestBucket Target)> CreateAsync(string how)
    {
        var bucket = await TestBucket.CreateAsync(_host);
        var target = await TestBucket.CreateAsync(_host);
        (await bucket.PutDocumentAsync(
            "logging", $"<BucketLoggingStatus><LoggingEnabled><TargetBucket>{target.Name}</TargetBucket>{how}</LoggingEnabled></BucketLoggingStatus>")).Status.ShouldBe(200);
        await bucket.GetDocumentAsync("logging");
        return (bucket, target);
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(TestBucket target) => (await target.SendAsync("GET", null, "", null)).Elements("Key");

    /// <summary>Delivers, and reads the fields of all lines; a request has its line before its connection is closed, which every request of these tests waits for.</summary>
    private async Task<List<string[]>> DeliveredAsync(TestBucket target, int atLeast)
    {
        await Delivery.DeliverAsync(TestContext.Current.CancellationToken);
        var lines = new List<string[]>();
        foreach (var key in await KeysAsync(target))
        {
            var text = (await target.GetAsync(key)).Text;
            text.ShouldEndWith("\n");
            lines.AddRange(text.TrimEnd('\n').Split('\n').Select(line => Field().Matches(line).Select(match => match.Value).ToArray()));
        }

        lines.Count.ShouldBeGreaterThanOrEqualTo(atLeast);
        return lines;
    }
}
