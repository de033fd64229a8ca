using System.Globalization;
using System.Net;
using BleepStore.Api.Hosting;
using BleepStore.Metadata.Sqlite;
using BleepStore.Tests.Metadata;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Crash;

/// <summary>SIGKILL of the real process while clients write, hide and remove versions. <c>BLEEPSTORE_KILLS</c> and <c>BLEEPSTORE_SEED</c> as ever.</summary>
public sealed class VersionKillTests(ITestOutputHelper output)
{
    private const int Workers = 4;
    private static readonly string[] Points = ["commit.before", "commit.after", "collect.deleted", "commit.after"];

    [Fact]
    public async Task A_killed_server_has_every_version_that_was_told_and_none_that_was_removed()
    {
        var token = TestContext.Current.CancellationToken;
        var kills = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_KILLS") ?? "12", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_SEED") ?? "20261125", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        await using var server = await ServerProcess.StartAsync(new ServerProcessOptions(), token);
        using var client = new CrashClient { Endpoint = server.S3Url };
        await client.CreateBucketAsync(token);
        var enable = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"u8.ToArray();
        (await client.SendAsync("PUT", $"/{CrashClient.Bucket}?versioning", enable, token)).Expect(HttpStatusCode.OK);
        var workers = Enumerable.Range(0, Workers).Select(number => new VersionWorker(number, client, random.Next())).ToList();
        var acknowledged = 0;
        for (var round = 0; round < kills; round++)
        {
            var left = random.Next(10, 60);
            await Task.WhenAll(workers.Select(worker => worker.RunAsync(
                () =>
                {
                    Interlocked.Increment(ref acknowledged);
                    if (Interlocked.Decrement(ref left) == 0 && !server.HasExited)
                    {
                        ProcessSignal.Send(server.Id, ProcessSignal.Kill);
                    }
                },
                token)));
            await server.WaitForExitAsync(Patience.Limit, token);
            await RestartAsync(server, point: null, token);
            client.Endpoint = server.S3Url;
            foreach (var worker in workers)
            {
                await worker.VerifyAsync(token);
            }

            // What was verified is quiet, so the next server may also die at a step of its own.
            var point = string.Create(CultureInfo.InvariantCulture, $"{Points[round % Points.Length]}:{random.Next(5, 30)}");
            await server.KillAsync(token);
            await RestartAsync(server, round % 2 == 0 ? point : null, token);
            client.Endpoint = server.S3Url;
        }

        await server.KillAsync(token);
        await AuditAsync(server.DataDirectory, token);
        output.WriteLine($"seed {seed}: {acknowledged} acknowledged, {workers.Sum(worker => worker.Count)} versions left");
        acknowledged.ShouldBeGreaterThan(kills);
    }

    private static async Task AuditAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var metadataPath = Path.Combine(dataDirectory, "metadata.db");
        await StoreAudit.CheckAsync(metadataPath, Path.Combine(dataDirectory, "objects"), cancellationToken);
        await using var metadata = new SqliteMetadataStore(new SqliteMetadataOptions { Path = dataDirectory, ReserveBytes = 0 });
        var bucket = (await metadata.FindBucketAsync(CrashClient.Bucket, cancellationToken)).ShouldNotBeNull();
        await VersionRules.CheckAsync(metadata, bucket.BucketId, cancellationToken);
    }

    private static async Task RestartAsync(ServerProcess server, string? point, CancellationToken cancellationToken)
    {
        server.Relaunch(options => options with { Environment = new Dictionary<string, string?> { [ProcessCrashPoints.Variable] = point } });
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
        }
        catch (InvalidOperationException) when (server.HasExited && point is not null)
        {
            await RestartAsync(server, point: null, cancellationToken);
        }
    }
}
