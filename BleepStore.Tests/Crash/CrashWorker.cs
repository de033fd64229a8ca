using System.Globalization;
using System.Net;

namespace BleepStore.Tests.Crash;

/// <summary>
/// Changes keys of its own, one request at a time, with bodies that can be made again from key and count; and knows what each key may hold: what was
/// acknowledged last, or what was under way when the server was killed.
/// </summary>
internal sealed class CrashWorker(int number, CrashClient client, int seed)
{
    private const int KeyCount = 6;
    private static readonly int[] Sizes = [0, 1, 700, 5_000, 65_536, 70_001, 300_000];
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, int?> _acknowledged = [];
    private (string Key, int? Version)? _pending;
    private int _version;

    /// <summary>Keys that must exist now.</summary>
    public IEnumerable<string> PresentKeys => _acknowledged.Where(pair => pair.Value is not null).Select(pair => pair.Key);

    /// <summary>Makes requests until the connection breaks; tells every acknowledgement.</summary>
    public async Task RunAsync(Action acknowledged, CancellationToken cancellationToken)
    {
        // What was under way must be settled first: after a kill during the verification the next start does it.
        while (_pending is null)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"worker-{number}/key-{_random.Next(KeyCount)}");
            var choice = _random.Next(20);
            var version = choice < 3 ? (int?)null : ++_version;
            _pending = (key, version);
            try
            {
                var answer = version is not { } some ? await client.DeleteAsync(key, cancellationToken)
                    : choice == 3 ? await client.PutInPartsAsync(key, PartsOf(key, some), cancellationToken)
                    : await client.PutAsync(key, BodyOf(key, some), cancellationToken);
                answer.Expect(version is null ? HttpStatusCode.NoContent : HttpStatusCode.OK);
            }
            catch (OutcomeUnknownException)
            {
                return;
            }

            _acknowledged[key] = version;
            _pending = null;
            acknowledged();
        }
    }

    /// <summary>Holds every key against what it may be, and takes what it is as acknowledged.</summary>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        foreach (var key in _acknowledged.Keys.Union(_pending is { } open ? [open.Key] : []).ToList())
        {
            var allowed = new List<int?> { _acknowledged.GetValueOrDefault(key) };
            if (_pending is { } pending && pending.Key == key)
            {
                allowed.Add(pending.Version);
            }

            var body = await client.GetAsync(key, cancellationToken);
            var found = allowed.FindIndex(version => IsSame(key, version, body));
            if (found < 0)
            {
                throw new InvalidOperationException(
                    $"{key} holds {(body is null ? "nothing" : $"{body.Length} bytes")} that are none of the versions {string.Join(", ", allowed.Select(v => v?.ToString(CultureInfo.InvariantCulture) ?? "absent"))}.");
            }

            _acknowledged[key] = allowed[found];
        }

        _pending = null;
    }

    private static bool IsSame(string key, int? version, byte[]? body)
        => version is not { } some ? body is null
            : body is not null && (body.AsSpan().SequenceEqual(BodyOf(key, some)) || body.AsSpan().SequenceEqual(PartsOf(key, some).SelectMany(part => part).ToArray()));

    private static byte[] BodyOf(string key, int version) => Fill(key, version, Sizes[version % Sizes.Length]);

    private static List<byte[]> PartsOf(string key, int version) => [Fill(key, version, 5 << 20), Fill(key, version + 1, 1000 + version)];

    private static byte[] Fill(string key, int version, int length)
    {
        var body = new byte[length];
        new Random((version * 31) + key.Sum(c => c)).NextBytes(body);
        return body;
    }
}
