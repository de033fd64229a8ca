using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using BleepStore.Api.Hosting;
using BleepStore.Tests.Faults;
using BleepStore.Tests.Http;
using BleepStore.Tests.Processes;
using BleepStore.Tests.Storage;

namespace BleepStore.Tests.Figures;

/// <summary>
/// What must not grow with the size of things: memory with objects, readiness with garbage, a page with its position. The short forms run always;
/// the explicit ones (<c>-explicit only</c>, see <c>docs/measure.sh</c>) print the figures that are published.
/// </summary>
public sealed class SizeTests(ITestOutputHelper output)
{
    private const long MiB = 1 << 20;
    private const double PageFactor = 5;

    // A bound of what the collector takes at once.
    private const int MostRowsAtATime = 64;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_body_of_256_MiB_goes_up_and_down_in_flat_memory() => TransferAsync(256 * MiB, mostAdded: 64 * MiB);

    [Fact(Explicit = true)]
    public Task Figures_of_a_body_of_5_GiB() => TransferAsync(5 * 1024 * MiB, mostAdded: 64 * MiB);

    [Fact]
    public Task Twenty_thousand_garbage_entries_do_not_delay_readiness() => StartWithGarbageAsync(20_000);

    [Fact(Explicit = true)]
    public Task Figures_of_a_start_with_100_000_garbage_entries() => StartWithGarbageAsync(100_000);

    [Fact]
    public Task A_page_costs_the_same_wherever_it_is_among_20_000_keys() => ListAsync(20_000);

    [Fact(Explicit = true)]
    public Task Figures_of_pages_among_100_000_keys() => ListAsync(100_000);

    private async Task TransferAsync(long length, long mostAdded)
    {
        using var directory = new TemporaryDirectory();
        await using var bed = await FaultBed.StartAsync(directory.Path, new Dictionary<string, string?>(), Token);
        await PutAndGetAsync(bed, "warm", 8 * MiB);
        ProcessMemory.ForgetPeak(bed.Server.Id);
        var before = ProcessMemory.Resident(bed.Server.Id);
        var (up, down) = await PutAndGetAsync(bed, "large", length);
        var added = ProcessMemory.Peak(bed.Server.Id) - before;
        Say($"{length / MiB} MiB up in {up.TotalSeconds:F1} s, down in {down.TotalSeconds:F1} s");
        Say($"{before / MiB} MiB resident before, {added / (double)MiB:F1} MiB more at the peak");
        added.ShouldBeLessThan(mostAdded);
    }

    private async Task StartWithGarbageAsync(int entries)
    {
        using var directory = new TemporaryDirectory();
        await using var bed = await FaultBed.StartAsync(directory.Path, new Dictionary<string, string?>(), Token);
        await bed.Server.StopAsync(Token);
        var metadata = Path.GetDirectoryName(bed.MetadataPath)!;
        await bed.RestartAsync(Token);
        await bed.Server.StopAsync(Token);
        var without = bed.Server.ReadyAfter;
        await OfflineStore.AddObjectsAsync(metadata, entries, Token);
        await OfflineStore.DeleteObjectsAsync(metadata, entries, Token);

        // It dies while it collects, at the latest near the end: a server that is ready only when the garbage is gone never is.
        var nearTheEnd = string.Create(CultureInfo.InvariantCulture, $"collect.deleted:{entries / MostRowsAtATime}");
        bed.Server.Relaunch(options => options with { Environment = new Dictionary<string, string?>(options.Environment) { [ProcessCrashPoints.Variable] = nearTheEnd } });
        await bed.Server.WaitUntilReadyAsync(Token);
        var ready = bed.Server.ReadyAfter;
        await bed.Server.KillAsync(Token);

        var left = await OfflineStore.CountGarbageAsync(metadata, entries + 1, Token);
        Say($"ready after {without.TotalMilliseconds:F0} ms without, {ready.TotalMilliseconds:F0} ms with {entries} entries, of which {left} were left then");
        left.ShouldBeGreaterThan(0, "the server was ready before the garbage was gone");
    }

    private async Task ListAsync(int keys)
    {
        using var directory = new TemporaryDirectory();
        await using var bed = await FaultBed.StartAsync(directory.Path, new Dictionary<string, string?>(), Token);
        await bed.Server.StopAsync(Token);
        await OfflineStore.AddObjectsAsync(Path.GetDirectoryName(bed.MetadataPath)!, keys, Token);
        await bed.RestartAsync(Token);
        var places = new[] { -1, (keys / 2) - 1, keys - 1001 };
        var times = places.Select(_ => new List<TimeSpan>()).ToList();
        for (var round = 0; round < 25; round++)
        {
            for (var place = 0; place < places.Length; place++)
            {
                times[place].Add(await PageAsync(bed, places[place]));
            }
        }

        var medians = times.Select(some => some.Skip(5).Order().ElementAt(10).TotalMilliseconds).ToList();
        Say($"page of 1000 among {keys}: {medians[0]:F2} ms at the start, {medians[1]:F2} ms in the middle, {medians[2]:F2} ms at the end");
        (medians.Max() / medians.Min()).ShouldBeLessThan(PageFactor);
    }

    private static async Task<TimeSpan> PageAsync(FaultBed bed, int after)
    {
        var marker = after < 0 ? "" : "&start-after=" + OfflineStore.KeyOf(after);
        var started = Stopwatch.GetTimestamp();
        var page = (await bed.Client.SendAsync("GET", $"/crash?list-type=2&max-keys=1000{marker}", [], Token)).Expect(HttpStatusCode.OK);
        var took = Stopwatch.GetElapsedTime(started);
        var text = Encoding.UTF8.GetString(page.Body);
        text.ShouldContain("<KeyCount>1000</KeyCount>");
        text.ShouldContain($"<Key>{OfflineStore.KeyOf(after + 1)}</Key>");
        return took;
    }

    private static async Task<(TimeSpan Up, TimeSpan Down)> PutAndGetAsync(FaultBed bed, string key, long length)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(20) };
        var started = Stopwatch.GetTimestamp();
        using (var put = new HttpRequestMessage(HttpMethod.Put, Presign(bed, "PUT", key)) { Content = new StreamContent(new GeneratedBody(length), 1 << 16) })
        {
            put.Content.Headers.ContentLength = length;
            using var stored = await http.SendAsync(put, Token);
            stored.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var up = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        using var got = await http.GetAsync(Presign(bed, "GET", key), HttpCompletionOption.ResponseHeadersRead, Token);
        await using var body = await got.Content.ReadAsStreamAsync(Token);
        var buffer = new byte[1 << 16];
        var position = 0L;
        for (int read; (read = await body.ReadAsync(buffer, Token)) > 0; position += read)
        {
            buffer[read - 1].ShouldBe(GeneratedBody.At(position + read - 1));
        }

        position.ShouldBe(length);
        return (up, Stopwatch.GetElapsedTime(started));
    }

    private static Uri Presign(FaultBed bed, string method, string key)
    {
        var request = new TestRequest(method, "/crash/" + key, bed.Server.S3Url.Authority);
        new TestSigner(ServerProcess.AccessKey, ServerProcess.SecretKey).Presign(request, TimeProvider.System.GetUtcNow());
        return new Uri(bed.Server.S3Url, request.Target);
    }

    private void Say(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
