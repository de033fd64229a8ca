using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Hosting;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Metadata.Sqlite;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Crash;

/// <summary>SIGKILL of the real process in the middle of its lifecycle rules.</summary>
public sealed class LifecycleKillTests
{
    // More than the pace of the rules lets them look at in a second, after which their place is written for the first time.
    private const int Objects = 60_000;
    private const int AtATime = 4096;

    private const string Rules = "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter><Tag><Key>gone</Key><Value>yes</Value></Tag></Filter>"
        + "<Expiration><Date>2020-01-01T00:00:00Z</Date></Expiration></Rule></LifecycleConfiguration>";

    private static readonly (string First, string Last) Ends = (KeyOf(0), KeyOf(Objects - 1));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_server_goes_on_with_its_lifecycle_rules_where_it_was()
    {
        await using var server = await ServerProcess.StartAsync(new ServerProcessOptions(), Token);
        using var client = new CrashClient { Endpoint = server.S3Url };
        await client.CreateBucketAsync(Token);
        var rules = Encoding.UTF8.GetBytes(Rules);
        var checksum = ("x-amz-checksum-sha256", Convert.ToBase64String(SHA256.HashData(rules)));
        (await client.SendAsync("PUT", $"/{CrashClient.Bucket}?lifecycle", rules, Token, checksum)).Expect(HttpStatusCode.OK);
        await server.StopAsync(Token);
        await ChangeAsync(server, PutAllAsync);

        server.Relaunch(options => options with { Environment = At("lifecycle.placed:1") });
        await server.WaitForExitAsync(Patience.Limit, Token);

        // Between the lives both ends become due, and only the last is still in front of the rules.
        await ChangeAsync(server, async (metadata, bucketId) =>
        {
            var place = (await metadata.FindLifecyclePlaceAsync(Token)).ShouldNotBeNull();
            string.CompareOrdinal(place.Key, Ends.First).ShouldBeGreaterThan(0);
            string.CompareOrdinal(place.Key, Ends.Last).ShouldBeLessThan(0);
            foreach (var key in new[] { Ends.First, Ends.Last })
            {
                var tag = new SetObjectTags { Time = TimeProvider.System.GetUtcNow(), Bucket = CrashClient.Bucket, BucketId = bucketId, Key = key, Tags = [new("gone", "yes")] };
                (await metadata.ExecuteAsync(tag, Token)).IsDone.ShouldBeTrue();
            }
        });
        server.Relaunch(options => options with { Environment = At("lifecycle.ended:1") });
        await server.WaitForExitAsync(Patience.Limit, Token);
        await ChangeAsync(server, async (metadata, bucketId) =>
        {
            (await metadata.FindObjectAsync(bucketId, Ends.Last, Token)).ShouldBeNull("the rules came to it after it became due");
            (await metadata.FindObjectAsync(bucketId, Ends.First, Token)).ShouldNotBeNull("the rules had passed it by when it became due");
            (await metadata.FindLifecyclePlaceAsync(Token)).ShouldBeNull("the pass came to its end");
        });

        await server.RestartAsync(Token, options => options with { Environment = At(null) });
        client.Endpoint = server.S3Url;
        await UntilGoneAsync(client, Ends.First);
    }

    private static string KeyOf(int number) => number.ToString("d5", CultureInfo.InvariantCulture);

    private static Dictionary<string, string?> At(string? point) => new() { [ProcessCrashPoints.Variable] = point };

    /// <summary>Changes the store of a server that does not run.</summary>
    private static async Task ChangeAsync(ServerProcess server, Func<SqliteMetadataStore, long, Task> change)
    {
        await using var metadata = new SqliteMetadataStore(new SqliteMetadataOptions { Path = server.DataDirectory, ReserveBytes = 0 });
        await change(metadata, (await metadata.FindBucketAsync(CrashClient.Bucket, Token))!.BucketId);
    }

    private static async Task PutAllAsync(SqliteMetadataStore metadata, long bucketId)
    {
        var acl = new AccessControlList((await metadata.FindBucketAsync(CrashClient.Bucket, Token))!.OwnerId, []);
        foreach (var numbers in Enumerable.Range(0, Objects).Chunk(AtATime))
        {
            var puts = numbers.Select(number => new PutObject
            {
                Time = TimeProvider.System.GetUtcNow(),
                Bucket = CrashClient.Bucket,
                BucketId = bucketId,
                Object = new ObjectRecord { Key = KeyOf(number), ETag = "d41d8cd98f00b204e9800998ecf8427e", Acl = acl },
            });
            var outcomes = await Task.WhenAll(puts.Select(put => metadata.ExecuteAsync(put, Token).AsTask()));
            outcomes.ShouldAllBe(outcome => outcome.IsDone);
        }
    }

    private static async Task UntilGoneAsync(CrashClient client, string key)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience.Limit);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await client.GetAsync(key, limit.Token) is not null)
        {
            await poll.WaitForNextTickAsync(limit.Token);
        }
    }
}
