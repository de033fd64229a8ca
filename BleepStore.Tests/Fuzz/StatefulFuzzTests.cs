using System.Globalization;
using System.Text;
using BleepStore.Api.Operations;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Fuzz;

/// <summary>
/// Random sequences of requests, valid and broken, of every operation, beside a model of S3: statuses, error codes, bodies and listings are the
/// model's, and nothing makes the server fail or hang. <c>BLEEPSTORE_FUZZ_SEED</c> repeats a run, <c>BLEEPSTORE_FUZZ_REQUESTS</c> sets how many
/// requests, <c>BLEEPSTORE_LONG=1</c> makes them a hundred thousand.
/// </summary>
public sealed class StatefulFuzzTests(ITestOutputHelper output)
{
    private const int ShortRun = 2500;
    private const int LongRun = 100_000;
    private const int CompareEvery = 250;

    [Fact]
    public Task Random_requests_have_the_effect_of_the_model_in_memory() => RunAsync(TestEngines.Memory, 0);

    [Fact]
    public Task Random_requests_have_the_effect_of_the_model_on_disk() => RunAsync(TestEngines.Durable, 1);

    private async Task RunAsync(TestEngines engines, int seedOffset)
    {
        var seed = Seeds.Of("BLEEPSTORE_FUZZ_SEED", 20261126 + seedOffset);
        var count = Number("BLEEPSTORE_FUZZ_REQUESTS") ?? (Environment.GetEnvironmentVariable("BLEEPSTORE_LONG") == "1" ? LongRun : ShortRun);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"BLEEPSTORE_FUZZ_SEED={seed}"));
        var random = new Random(seed);
        await using var host = await S3TestHost.StartAsync(engines);
        var world = new FuzzWorld(new S3Model(), random, host.Endpoint.Authority);
        var steps = new FuzzSteps(world);
        var sender = new FuzzSender(host, random);
        await PrepareAsync(host, world, sender);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var history = new Queue<string>();
        for (var i = 0; i < count; i++)
        {
            foreach (var step in i % CompareEvery == CompareEvery - 1 ? steps.CompareAll() : [steps.Next()])
            {
                var spoiled = sender.Spoil(step);
                var response = await sender.SendAsync(spoiled, TestContext.Current.CancellationToken).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
                history.Enqueue($"{spoiled.Caller?.AccessKey ?? "anonymous"} {spoiled.Operation} {spoiled.Request.Method} {spoiled.Request.Target.Split("X-Amz-Algorithm")[0]} => {response.Status}");
                if (history.Count > 40)
                {
                    history.Dequeue();
                }

                var difference = spoiled.FindDifference(response);
                difference.ShouldBeNull(Describe(seed, i, spoiled, response, history));
                outcomes.Increment($"{spoiled.Operation} {response.Status}");
            }
        }

        output.WriteLine(string.Join('\n', outcomes.Select(pair => $"{pair.Value,7} {pair.Key}")));

        // A run that never got anywhere would prove nothing: every operation was asked for, and those of the model have succeeded.
        S3Operations.All.Select(route => route.Definition.Name).Where(name => !outcomes.Keys.Any(key => key.StartsWith(name + ' ', StringComparison.Ordinal))).ShouldBeEmpty();
        outcomes.Keys.Count(key => key[^3] == '2').ShouldBeGreaterThan(20);
    }

    private static async Task PrepareAsync(S3TestHost host, FuzzWorld world, FuzzSender sender)
    {
        foreach (var (bucket, key) in ((string, string?)[])[(GarbageSteps.Bucket, null), (GarbageSteps.Bucket, "object")])
        {
            var request = world.Request("PUT", bucket, key, "").WithBody(key is null ? "" : "Hello");
            (await sender.SendAsync(new FuzzStep("Prepare", request, S3TestHost.Alice, 200), TestContext.Current.CancellationToken)).Status.ShouldBe(200, host.Endpoint.ToString());
        }
    }

    private static string Describe(int seed, int number, FuzzStep step, RawResponse response, IEnumerable<string> history)
        => string.Create(CultureInfo.InvariantCulture, $"BLEEPSTORE_FUZZ_SEED={seed}, request {number}\n{string.Join('\n', history)}\n\n")
            + Encoding.UTF8.GetString(step.Request.ToBytes().AsSpan(0, Math.Min(4000, step.Request.ToBytes().Length)))
            + $"\n=> {response.Status}\n{string.Join('\n', response.Headers)}\n{response.Text[..Math.Min(4000, response.Text.Length)]}";

    private static int? Number(string variable)
        => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Counts by name.</summary>
internal static class Counts
{
    public static void Increment(this SortedDictionary<string, int> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;
}
