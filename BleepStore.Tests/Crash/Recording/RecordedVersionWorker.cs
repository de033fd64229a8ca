using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>
/// Changes versions in a bucket of its own, one request at a time, and writes down what the bucket holds after each: puts, copies, uploads, delete
/// markers, removals, tags; and either suspends versions now and then, or retains and holds some of them.
/// </summary>
internal sealed class RecordedVersionWorker(CrashClient client, FileRecorder recorder, bool locks, int seed)
{
    private const int KeyCount = 3;

    // Every disk has to hold them all.
    private const int MostVersions = 10;
    private const int PutsBeforeVersions = 4;
    private static readonly DateTimeOffset RetainUntil = new(2096, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly (string Name, string Value) Bypass = ("x-amz-bypass-governance-retention", "true");
    private static readonly int[] Sizes = [0, 700, 4_096, 4_097, 5_000, 70_001];

    private readonly Random _random = new(seed);
    private BucketVersions _state = new(locks ? VersioningState.Enabled : VersioningState.Unversioned, []);
    private BucketVersions? _unknown;
    private Func<Task>? _again;
    private int _bodies;

    public List<VersionChange> Changes { get; } = [];

    /// <summary>Makes the bucket.</summary>
    public Task CreateAsync(CancellationToken cancellationToken)
        => ChangeAsync(
            _state,
            HttpStatusCode.OK,
            () => client.SendAsync("PUT", $"/{client.Name}", [], cancellationToken, locks ? [("x-amz-bucket-object-lock-enabled", "true")] : []));

    /// <summary>Finds out what a request without an answer came to; then makes requests until the connection breaks or it is told to stop.</summary>
    public async Task RunAsync(Func<bool> goesOn, CancellationToken cancellationToken)
    {
        try
        {
            await SettleAsync(cancellationToken);
            do
            {
                await RequestAsync(cancellationToken);
            }
            while (goesOn());
        }
        catch (OutcomeUnknownException)
        {
            // The server was killed.
        }
    }

    /// <summary>Tags, locks and the like are asked for again; else the bucket is read, which must be as before the request, or as after it.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (_again is { } again)
        {
            await again();
        }
        else if (_unknown is { } unknown)
        {
            var start = recorder.Position;
            var found = new List<(string Key, string Id, string? Content)>();
            foreach (var (key, id, isMarker, _) in await client.ListVersionsAsync(prefix: "", pageSize: 1000, cancellationToken))
            {
                var content = isMarker ? null : (await client.SendAsync("GET", $"/{client.Name}/{key}?versionId={id}", [], cancellationToken)).Expect(HttpStatusCode.OK).Body;
                found.Add((key, id, content is null ? null : History.ContentOf(content)));
            }

            var state = new[] { _state, unknown }.FirstOrDefault(state => state.Versions.Count == found.Count
                && state.Versions.Zip(found).All(pair => pair.First.Key == pair.Second.Key && (pair.First.Id ?? pair.Second.Id) == pair.Second.Id && pair.First.Content == pair.Second.Content));
            _state = state is null ? throw new InvalidOperationException($"After a kill {client.Name} holds neither {_state} nor {unknown}.")
                : state with { Versions = [.. state.Versions.Zip(found).Select(pair => pair.First with { Id = pair.Second.Id })] };
            Changes.Add(new VersionChange(client.Name, start, recorder.Position, _state));
        }

        (_again, _unknown) = (null, null);
    }

    private Task RequestAsync(CancellationToken cancellationToken)
    {
        var key = KeyOf(_random.Next(KeyCount));
        if (_state.Versioning == VersioningState.Unversioned)
        {
            return _bodies < PutsBeforeVersions ? PutAsync(key, cancellationToken) : SetVersioningAsync(VersioningState.Enabled, cancellationToken);
        }

        var removable = _state.Versions.Where(version => version.Lock.LegalHold != LegalHold.On).ToArray();
        var objects = _state.Versions.Where(version => !version.IsMarker).ToArray();
        return (_state.Versions.Count > MostVersions && removable.Length > 0 ? 3 : _random.Next(20)) switch
        {
            0 or 1 or 2 => ChangeAsync(
                _state.Put(new KnownVersion(key, Id: null, Content: null, Tag: null, ObjectLock.None)), HttpStatusCode.NoContent, () => client.DeleteAsync(key, cancellationToken)),
            3 or 4 or 5 when removable.Length > 0 => RemoveAsync(Pick(removable), cancellationToken),
            6 when removable.Length > 1 => RemoveManyAsync([.. removable.OrderBy(_ => _random.Next()).Take(2)], cancellationToken),
            7 or 8 when objects.Length > 0 => TagAsync(Pick(objects), cancellationToken),
            9 or 10 when locks && objects.Length > 0 => LockAsync(Pick(objects), cancellationToken),
            9 or 10 when !locks => SetVersioningAsync(
                _state.Versioning == VersioningState.Enabled ? VersioningState.Suspended : VersioningState.Enabled, cancellationToken),
            11 when objects.Length > 0 => CopyAsync(Pick(objects), cancellationToken),
            12 => UploadAsync(key, cancellationToken),
            _ => PutAsync(key, cancellationToken),
        };
    }

    private Task PutAsync(string key, CancellationToken cancellationToken)
    {
        var body = NewBody();
        return ChangeAsync(_state.Put(Of(key, body)), HttpStatusCode.OK, () => client.PutAsync(key, body, cancellationToken));
    }

    private async Task UploadAsync(string key, CancellationToken cancellationToken)
    {
        var body = NewBody();
        var id = await client.CreateUploadAsync(key, cancellationToken);
        var eTag = await client.PutPartAsync(key, id, 1, body, cancellationToken);
        await ChangeAsync(_state.Put(Of(key, body)), HttpStatusCode.OK, () => client.CompleteUploadAsync(key, id, [(1, eTag)], cancellationToken));
    }

    private Task CopyAsync(KnownVersion source, CancellationToken cancellationToken)
    {
        var key = KeyOf(Enumerable.Range(0, KeyCount).First(index => KeyOf(index) != source.Key));
        var copy = source with { Key = key, Lock = ObjectLock.None };
        return ChangeAsync(_state.Put(copy), HttpStatusCode.OK, () => client.CopyAsync(key, $"{source.Key}?versionId={source.Id}", cancellationToken));
    }

    private Task RemoveAsync(KnownVersion version, CancellationToken cancellationToken)
        => ChangeAsync(
            _state.Without(version),
            HttpStatusCode.NoContent,
            () => client.SendAsync("DELETE", $"/{client.Name}/{version.Key}?versionId={version.Id}", [], cancellationToken, locks ? [Bypass] : []));

    private Task RemoveManyAsync(KnownVersion[] versions, CancellationToken cancellationToken)
    {
        var objects = string.Concat(versions.Select(version => $"<Object><Key>{version.Key}</Key><VersionId>{version.Id}</VersionId></Object>"));
        return ChangeAsync(
            _state.Without(versions), HttpStatusCode.OK, () => SendAsync("POST", "?delete", $"<Delete><Quiet>true</Quiet>{objects}</Delete>", cancellationToken));
    }

    private Task TagAsync(KnownVersion version, CancellationToken cancellationToken)
    {
        var tag = _random.Next(3) == 0 ? null : _random.Next(100).ToString(CultureInfo.InvariantCulture);
        var target = $"/{version.Key}?tagging&versionId={version.Id}";
        return RepeatAsync(
            _state.Replace(version, version with { Tag = tag }),
            tag is null ? HttpStatusCode.NoContent : HttpStatusCode.OK,
            () => tag is null ? client.SendAsync("DELETE", $"/{client.Name}{target}", [], cancellationToken)
                : SendAsync("PUT", target, $"<Tagging><TagSet><Tag><Key>t</Key><Value>{tag}</Value></Tag></TagSet></Tagging>", cancellationToken));
    }

    private Task LockAsync(KnownVersion version, CancellationToken cancellationToken)
    {
        if (_random.Next(2) == 0)
        {
            var retained = version with { Lock = version.Lock with { Mode = RetentionMode.Governance, RetainUntil = RetainUntil } };
            var retention = $"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>{RetainUntil:yyyy-MM-ddTHH:mm:ssZ}</RetainUntilDate></Retention>";
            return RepeatAsync(
                _state.Replace(version, retained), HttpStatusCode.OK, () => SendAsync("PUT", $"/{version.Key}?retention&versionId={version.Id}", retention, cancellationToken));
        }

        var isOn = version.Lock.LegalHold != LegalHold.On;
        var held = version with { Lock = version.Lock with { LegalHold = isOn ? LegalHold.On : LegalHold.Off } };
        var hold = $"<LegalHold><Status>{(isOn ? "ON" : "OFF")}</Status></LegalHold>";
        return RepeatAsync(
            _state.Replace(version, held), HttpStatusCode.OK, () => SendAsync("PUT", $"/{version.Key}?legal-hold&versionId={version.Id}", hold, cancellationToken));
    }

    private Task SetVersioningAsync(VersioningState versioning, CancellationToken cancellationToken)
        => RepeatAsync(
            _state with { Versioning = versioning },
            HttpStatusCode.OK,
            () => SendAsync("PUT", "?versioning", $"<VersioningConfiguration><Status>{versioning}</Status></VersioningConfiguration>", cancellationToken));

    /// <summary>A request that does the same when it is made twice.</summary>
    private async Task RepeatAsync(BucketVersions after, HttpStatusCode success, Func<Task<CrashAnswer>> send)
    {
        _again = () => ChangeAsync(after, success, send);
        await _again();
        _again = null;
    }

    private async Task ChangeAsync(BucketVersions after, HttpStatusCode success, Func<Task<CrashAnswer>> send)
    {
        var start = recorder.Position;
        try
        {
            var answer = (await send()).Expect(success);
            _state = after.WithId(answer.VersionId);
            Changes.Add(new VersionChange(client.Name, start, recorder.Position, _state));
        }
        catch (OutcomeUnknownException)
        {
            _unknown = after;
            Changes.Add(new VersionChange(client.Name, start, Answered: null, after));
            throw;
        }
    }

    /// <summary>Sends a document with its checksum.</summary>
    private Task<CrashAnswer> SendAsync(string method, string target, string document, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(document);
        var checksum = ("x-amz-checksum-sha256", Convert.ToBase64String(SHA256.HashData(body)));
        return client.SendAsync(method, $"/{client.Name}{target}", body, cancellationToken, locks ? [checksum, Bypass] : [checksum]);
    }

    private static string KeyOf(int index) => string.Create(CultureInfo.InvariantCulture, $"key-{index}");

    private static KnownVersion Of(string key, byte[] body) => new(key, Id: null, History.ContentOf(body), Tag: null, ObjectLock.None);

    private byte[] NewBody()
    {
        var body = new byte[Sizes[_random.Next(Sizes.Length)]];
        new Random(HashCode.Combine(seed, ++_bodies)).NextBytes(body);
        return body;
    }

    private T Pick<T>(T[] items) => items[_random.Next(items.Length)];
}
