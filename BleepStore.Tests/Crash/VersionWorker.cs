using System.Globalization;
using System.Net;

namespace BleepStore.Tests.Crash;

/// <summary>
/// Changes keys of its own in a bucket with versions, one request at a time: puts, deletes, and removes versions for ever; and knows which versions
/// there must be, down to the request that was under way when the server was killed.
/// </summary>
internal sealed class VersionWorker(int number, CrashClient client, int seed)
{
    private const int KeyCount = 3;
    private static readonly int[] Sizes = [0, 700, 5_000, 70_001, 300_000];
    private readonly Random _random = new(seed);
    private readonly Dictionary<(string Key, string Id), byte[]?> _versions = [];
    private (string Key, string? RemovedId, byte[]? Body)? _pending;
    private int _bodies;

    /// <summary>Versions and delete markers that must be there.</summary>
    public int Count => _versions.Count;

    /// <summary>Makes requests until the connection breaks; tells every acknowledgement.</summary>
    public async Task RunAsync(Action acknowledged, CancellationToken cancellationToken)
    {
        while (_pending is null)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"worker-{number}/key-{_random.Next(KeyCount)}");
            try
            {
                await RequestAsync(key, cancellationToken);
            }
            catch (OutcomeUnknownException)
            {
                return;
            }

            _pending = null;
            acknowledged();
        }
    }

    /// <summary>Holds the versions that are listed and read against those that must be there, and takes what was under way for what it came to.</summary>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        var listed = await ListAsync(cancellationToken);
        foreach (var version in _versions.Keys.Where(version => !listed.ContainsKey(version)).ToList())
        {
            (_pending?.RemovedId).ShouldBe(version.Id, $"{version} was acknowledged and is absent");
            _versions.Remove(version);
        }

        var unknown = listed.Keys.Where(version => !_versions.ContainsKey(version)).ToList();
        unknown.Count.ShouldBeLessThanOrEqualTo(_pending is { RemovedId: null } ? 1 : 0, "versions that nobody was told of");
        foreach (var version in unknown)
        {
            version.Key.ShouldBe(_pending!.Value.Key);
            _versions[version] = _pending.Value.Body;
        }

        foreach (var (version, body) in _versions)
        {
            listed[version].IsMarker.ShouldBe(body is null, version.ToString());
            await VerifyAsync($"{version.Key}?versionId={version.Id}", body, HttpStatusCode.MethodNotAllowed, cancellationToken);
        }

        foreach (var key in _versions.Keys.Select(version => version.Key).Distinct())
        {
            var latest = listed.Single(row => row.Key.Key == key && row.Value.IsLatest);
            await VerifyAsync(key, _versions[latest.Key], HttpStatusCode.NotFound, cancellationToken);
        }

        _pending = null;
    }

    private async Task RequestAsync(string key, CancellationToken cancellationToken)
    {
        var own = _versions.Keys.Where(version => version.Key == key).ToList();
        var choice = _random.Next(10);
        if (choice < 4 && own.Count > 0)
        {
            // Often the newest or the only one, so that others take its place.
            var removed = own[_random.Next(own.Count)];
            _pending = (key, removed.Id, null);
            (await client.SendAsync("DELETE", $"/{CrashClient.Bucket}/{key}?versionId={removed.Id}", [], cancellationToken)).Expect(HttpStatusCode.NoContent);
            _versions.Remove(removed);
            return;
        }

        var body = choice == 4 ? null : NewBody();
        _pending = (key, null, body);
        var answer = body is null ? (await client.DeleteAsync(key, cancellationToken)).Expect(HttpStatusCode.NoContent)
            : (await client.PutAsync(key, body, cancellationToken)).Expect(HttpStatusCode.OK);
        _versions.Add((key, answer.VersionId.ShouldNotBeNull()), body);
    }

    private async Task VerifyAsync(string target, byte[]? body, HttpStatusCode ofMarker, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync("GET", $"/{CrashClient.Bucket}/{target}", [], cancellationToken);
        answer.Status.ShouldBe(body is null ? ofMarker : HttpStatusCode.OK, target);
        if (body is not null && !answer.Body.AsSpan().SequenceEqual(body))
        {
            throw new InvalidOperationException($"{target} holds {answer.Body.Length} bytes that are not the {body.Length} that were put.");
        }
    }

    private async Task<Dictionary<(string Key, string Id), (bool IsMarker, bool IsLatest)>> ListAsync(CancellationToken cancellationToken)
    {
        var rows = await client.ListVersionsAsync(string.Create(CultureInfo.InvariantCulture, $"worker-{number}/"), pageSize: 7, cancellationToken);
        return rows.ToDictionary(row => (row.Key, row.Id), row => (row.IsMarker, row.IsLatest));
    }

    private byte[] NewBody()
    {
        var body = new byte[Sizes[_random.Next(Sizes.Length)]];
        new Random(HashCode.Combine(seed, ++_bodies)).NextBytes(body);
        return body;
    }
}
