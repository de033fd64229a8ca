using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amazon.S3;
using BleepStore.Tests.Hosting;

namespace BleepStore.Tests.Integrity;

/// <summary>Checks of a running server over its admin API: they find damage, and nothing that writes and deletes in flight explain.</summary>
public sealed class LiveCheckTests : IDisposable
{
    private const string AdminToken = "admin-token-of-the-tests";

    private readonly CheckBed _bed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task A_scrub_starts_once_stops_and_goes_on_where_it_was()
    {
        await using var server = await StartAsync();
        using var admin = AdminClient(server);
        (await GetAsync(admin, "/admin/scrub"))["scrub"]!["state"]!.GetValue<string>().ShouldBe("idle");
        for (var i = 0; i < 4; i++)
        {
            await CheckBed.PutAsync(server.Client, $"key-{i}", i, length: i == 0 ? 5000 : 300_000);
        }

        // The first object takes seconds, any of the others minutes: a scrub that is not stopped does not end in the time of this test.
        var started = await SendAsync(admin, HttpMethod.Post, "/admin/scrub?rate=2KiB", HttpStatusCode.Accepted);
        started["scrub"]!["state"]!.GetValue<string>().ShouldBe("running");
        await SendAsync(admin, HttpMethod.Post, "/admin/scrub", HttpStatusCode.Conflict);
        await WaitAsync(admin, "/admin/scrub", view => view["scrubbed_up_to"] is not null, "one object is done");
        var stopped = await SendAsync(admin, HttpMethod.Delete, "/admin/scrub", HttpStatusCode.OK);
        stopped["scrub"]!["state"]!.GetValue<string>().ShouldBe("stopped");
        var done = stopped["scrub"]!["records"]!.GetValue<int>();
        await SendAsync(admin, HttpMethod.Post, "/admin/scrub?rate=0", HttpStatusCode.Accepted);
        var ended = await WaitAsync(admin, "/admin/scrub", view => view["scrub"]!["state"]!.GetValue<string>() == "done", "the scrub ends");
        ended["scrub"]!["records"]!.GetValue<int>().ShouldBeLessThan(4);
        ended["scrub"]!["records"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(4 - done);
        ended["scrubbed_up_to"].ShouldBeNull();
        ended["last_scrubbed"].ShouldNotBeNull();
        await SendAsync(admin, HttpMethod.Post, "/admin/scrub?rate=soon", HttpStatusCode.BadRequest);
        await SendAsync(admin, HttpMethod.Post, "/admin/scrub?checksums=maybe", HttpStatusCode.BadRequest);
        (await SendAsync(admin, HttpMethod.Delete, "/admin/fsck", HttpStatusCode.OK))["state"]!.GetValue<string>().ShouldBe("idle");
    }

    [Fact]
    public async Task Damage_is_found_logged_with_its_object_and_counted()
    {
        await using var server = await StartAsync();
        using var admin = AdminClient(server);
        await CheckBed.PutAsync(server.Client, "rotten");
        var file = _bed.BlobFiles().ShouldHaveSingleItem();
        CheckBed.FlipBit(file, 3);
        foreach (var check in new[] { "scrub", "fsck" })
        {
            await SendAsync(admin, HttpMethod.Post, $"/admin/{check}?rate=0", HttpStatusCode.Accepted);
            var view = await WaitAsync(admin, $"/admin/{check}", view => (view["scrub"] ?? view)["state"]!.GetValue<string>() == "done", $"the {check} ends");
            var finding = (view["scrub"] ?? view)["findings"]!.AsArray().ShouldHaveSingleItem()!;
            finding["kind"]!.GetValue<string>().ShouldBe("blob-damaged");
            finding["key"]!.GetValue<string>().ShouldBe("rotten");
        }

        var refused = await Should.ThrowAsync<AmazonS3Exception>(() => server.Client.GetObjectAsync(CheckBed.Bucket, "rotten", Token));
        refused.ErrorCode.ShouldBe("InternalError");
        foreach (var source in new[] { "read", "scrub", "fsck" })
        {
            (await CountAsync(server, $"bleepstore_corrupt_blobs_total{{source=\"{source}\"}}")).ShouldBe(1, source);
        }

        server.Log.Lines.Count(line => line.Contains($"{CheckBed.Bucket}/rotten", StringComparison.Ordinal)
            && line.Contains(CheckBed.BlobOf(file), StringComparison.Ordinal) && line.StartsWith("Error", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Theory]
    [InlineData(3, "bytes=0-10")]
    [InlineData((2 * 64 * 1024) + 1, "bytes=0-")]
    [InlineData(-1, "bytes=0-10")]
    public async Task Every_read_that_meets_damage_is_counted_once(int position, string range)
    {
        await using var server = await StartAsync();
        await CheckBed.PutAsync(server.Client, "rotten");
        CheckBed.FlipBit(_bed.BlobFiles().ShouldHaveSingleItem(), position);
        const string counter = "bleepstore_corrupt_blobs_total{source=\"read\"}";
        for (var reads = 1; reads <= 2; reads++)
        {
            await Should.ThrowAsync<Exception>(async () =>
            {
                using var got = await server.Client.GetObjectAsync(
                    new() { BucketName = CheckBed.Bucket, Key = "rotten", ByteRange = new Amazon.S3.Model.ByteRange(range) }, Token);
                await got.ResponseStream.CopyToAsync(Stream.Null, Token);
            });
            (await CountAsync(server, counter)).ShouldBe(reads);
        }

        await Should.ThrowAsync<AmazonS3Exception>(() => server.Client.CopyObjectAsync(CheckBed.Bucket, "rotten", CheckBed.Bucket, "copy", Token));
        (await CountAsync(server, counter)).ShouldBe(3);
    }

    [Fact]
    public async Task Writes_and_deletes_in_flight_are_no_findings()
    {
        await using (var earlier = await StartAsync())
        {
            await Task.WhenAll(Enumerable.Range(0, 60).Select(i => CheckBed.PutAsync(earlier.Client, $"key-{i}", i, length: 200 * (i + 1))));
        }

        await using var server = await StartAsync();
        using var admin = AdminClient(server);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writes = new StrongBox<int>();
        var writers = Enumerable.Range(0, 3).Select(writer => Task.Run(() => WorkAsync(server, writer, writes, end.Token), Token)).ToArray();
        for (var round = 0; round < 12 || Volatile.Read(ref writes.Value) < 300; round++)
        {
            foreach (var check in new[] { "fsck", "scrub" })
            {
                await SendAsync(admin, HttpMethod.Post, $"/admin/{check}?rate=0&checksums=true", HttpStatusCode.Accepted);
                var view = await WaitAsync(admin, $"/admin/{check}", view => (view["scrub"] ?? view)["state"]!.GetValue<string>() != "running", $"the {check} ends");
                var ended = view["scrub"] ?? view;
                ended["state"]!.GetValue<string>().ShouldBe("done", ended.ToJsonString());
                ended["findings"]!.AsArray().ShouldBeEmpty(ended.ToJsonString());
            }
        }

        await end.CancelAsync();
        await Task.WhenAll(writers);
        await server.DisposeAsync();
        (await _bed.CheckAsync("fsck", "--deep")).ShouldBeClean();
    }

    private static async Task WorkAsync(TestServer server, int writer, StrongBox<int> writes, CancellationToken end)
    {
        var random = new Random(writer);
        while (!end.IsCancellationRequested)
        {
            var count = Interlocked.Increment(ref writes.Value);
            var key = string.Create(CultureInfo.InvariantCulture, $"key-{random.Next(60)}");
            switch (random.Next(8))
            {
                case 0:
                    await CheckBed.PutPartsAsync(server.Client, key, 1, listed: [1]);
                    break;
                case 1:
                    await CheckBed.PutPartsAsync(server.Client, key, 1);
                    break;
                case 2 or 3 or 4:
                    await server.Client.DeleteObjectAsync(CheckBed.Bucket, key, Token);
                    break;
                default:
                    await CheckBed.PutAsync(server.Client, key, count, random.Next(100_000));
                    break;
            }
        }
    }

    private Task<TestServer> StartAsync() => _bed.StartAsync(options => options.Set("server.admin_token", AdminToken));

    private static HttpClient AdminClient(TestServer server)
    {
        var client = server.CreateAdminClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        return client;
    }

    private static async Task<JsonNode> GetAsync(HttpClient client, string path) => JsonNode.Parse(await client.GetStringAsync(path, Token))!;

    private static async Task<JsonNode> SendAsync(HttpClient client, HttpMethod method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        using var answer = await client.SendAsync(request, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        answer.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<JsonNode> WaitAsync(HttpClient client, string path, Func<JsonNode, bool> condition, string transition)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var tries = 0; tries < 3000; tries++)
        {
            var view = await GetAsync(client, path);
            if (condition(view))
            {
                return view;
            }

            await poll.WaitForNextTickAsync(Token);
        }

        throw new TimeoutException($"Did not come: {transition}.");
    }

    private static async Task<int> CountAsync(TestServer server, string series)
    {
        using var client = server.CreateHttpClient();
        var text = await client.GetStringAsync("/metrics", Token);
        var value = Regex.Match(text, $"(?m)^{Regex.Escape(series)} (?<value>[0-9]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return value.Success ? int.Parse(value.Groups["value"].Value, CultureInfo.InvariantCulture) : 0;
    }
}
