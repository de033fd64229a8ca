using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
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

    // Made first, so that no recording lacks a kind, however its lives go.
    private static readonly Func<RecordedVersionWorker, CancellationToken, Task>[] SuspendingKinds =
    [
        (worker, token) => worker.PutAsync(KeyOf(0), token),
        (worker, token) => worker.TagAsync(worker._state.Versions.First(version => !version.IsMarker), "first", token),
        (worker, token) => worker.DeleteAsync(KeyOf(1), token),
        (worker, token) => worker.SetVersioningAsync(VersioningState.Suspended, token),
        (worker, token) => worker.PutAsync(KeyOf(0), token),
        (worker, token) => worker.DeleteAsync(KeyOf(2), token),
        (worker, token) => worker.RemoveAsync(worker._state.Versions[0], token),
        (worker, token) => worker.SetVersioningAsync(VersioningState.Enabled, token),
    ];

    private static readonly Func<RecordedVersionWorker, CancellationToken, Task>[] LockingKinds =
    [
        (worker, token) => worker.PutAsync(KeyOf(0), token),
        (worker, token) => worker.PutAsync(KeyOf(1), token),
        (worker, token) => worker.RetainAsync(worker._state.Versions[0], token),
        (worker, token) => worker.HoldAsync(worker._state.Versions[1], token),
        (worker, token) => worker.DeleteAsync(KeyOf(1), token),
        (worker, token) => worker.RemoveAsync(worker._state.Versions[0], token),
    ];

    private readonly Func<RecordedVersionWorker, CancellationToken, Task>[] _kinds = locks ? LockingKinds : SuspendingKinds;
    private readonly Random _random = new(seed);
    private BucketVersions _state = new(locks ? VersioningState.Enabled : VersioningState.Unversioned, []);
    private BucketVersions? _unknown;
    private Func<Task>? _again;
    private int _bodies;
    private int _kindsMade;

    public List<VersionChange> Changes { get; } = [];

    /// <summary>True once a change of every kind was made and answered.</summary>
    public bool HasMadeEveryKind => Volatile.Read(ref _kindsMade) == _kinds.Length;

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
            var found = new List<KnownVersion>();
            foreach (var (key, id, isMarker, _) in await client.ListVersionsAsync(prefix: "", pageSize: 1000, cancellationToken))
            {
                found.Add(isMarker ? new KnownVersion(key, id, Content: null, Tag: null, ObjectLock.None) : await ReadAsync(key, id, cancellationToken));
            }

            var state = new[] { _state, unknown }.FirstOrDefault(state => state.Versions.Count == found.Count
                && state.Versions.Zip(found).All(pair => pair.First with { Id = pair.First.Id ?? pair.Second.Id, Lock = ObjectLock.None } == pair.Second));
            _state = state is null ? throw new InvalidOperationException($"After a kill {client.Name} holds neither {_state} nor {unknown}.")
                : state with { Versions = [.. state.Versions.Zip(found).Select(pair => pair.First with { Id = pair.Second.Id })] };
            Changes.Add(new VersionChange(client.Name, start, recorder.Position, _state));
        }

        (_again, _unknown) = (null, null);
    }

    /// <summary>An object version but for its lock: no request without an answer changes that and nothing else.</summary>
    private async Task<KnownVersion> ReadAsync(string key, string id, CancellationToken cancellationToken)
    {
        var body = (await client.SendAsync("GET", $"/{client.Name}/{key}?versionId={id}", [], cancellationToken)).Expect(HttpStatusCode.OK).Body;
        var tags = (await client.SendAsync("GET", $"/{client.Name}/{key}?tagging&versionId={id}", [], cancellationToken)).Expect(HttpStatusCode.OK).Body;
        var tag = XDocument.Parse(Encoding.UTF8.GetString(tags)).Descendants().SingleOrDefault(element => element.Name.LocalName == "Value")?.Value;
        return new KnownVersion(key, id, History.ContentOf(body), tag, ObjectLock.None);
    }

    private Task RequestAsync(CancellationToken cancellationToken)
    {
        if (_state.Versioning == VersioningState.Unversioned)
        {
            return _bodies < PutsBeforeVersions ? PutAsync(KeyOf(_random.Next(KeyCount)), cancellationToken)
                : SetVersioningAsync(VersioningState.Enabled, cancellationToken);
        }

        return HasMadeEveryKind ? AnyAsync(KeyOf(_random.Next(KeyCount)), cancellationToken) : NextKindAsync(cancellationToken);
    }

    private async Task NextKindAsync(CancellationToken cancellationToken)
    {
        await _kinds[_kindsMade](this, cancellationToken);
        Volatile.Write(ref _kindsMade, _kindsMade + 1);
    }

    private Task AnyAsync(string key, CancellationToken cancellationToken)
    {

        var removable = _state.Versions.Where(version => version.Lock.LegalHold != LegalHold.On).ToArray();
        var objects = _state.Versions.Where(version => !version.IsMarker).ToArray();
        return (_state.Versions.Count > MostVersions && removable.Length > 0 ? 3 : _random.Next(20)) switch
        {
            0 or 1 or 2 => DeleteAsync(key, cancellationToken),
            3 or 4 or 5 when removable.Length > 0 => RemoveAsync(Pick(removable), cancellationToken),
            6 when removable.Length > 1 => RemoveManyAsync([.. removable.OrderBy(_ => _random.Next()).Take(2)], cancellationToken),
            7 or 8 when objects.Length > 0 => TagAsync(
                Pick(objects), _random.Next(3) == 0 ? null : _random.Next(100).ToString(CultureInfo.InvariantCulture), cancellationToken),
            9 when locks && objects.Length > 0 => RetainAsync(Pick(objects), cancellationToken),
            10 when locks && objects.Length > 0 => HoldAsync(Pick(objects), cancellationToken),
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

    private Task DeleteAsync(string key, CancellationToken cancellationToken)
        => ChangeAsync(
            _state.Put(new KnownVersion(key, Id: null, Content: null, Tag: null, ObjectLock.None)), HttpStatusCode.NoContent, () => client.DeleteAsync(key, cancellationToken));

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

    private Task TagAsync(KnownVersion version, string? tag, CancellationToken cancellationToken)
    {
        var target = $"/{version.Key}?tagging&versionId={version.Id}";
        return RepeatAsync(
            _state.Replace(version, version with { Tag = tag }),
            tag is null ? HttpStatusCode.NoContent : HttpStatusCode.OK,
            () => tag is null ? client.SendAsync("DELETE", $"/{client.Name}{target}", [], cancellationToken)
                : SendAsync("PUT", target, $"<Tagging><TagSet><Tag><Key>t</Key><Value>{tag}</Value></Tag></TagSet></Tagging>", cancellationToken));
    }

    private Task RetainAsync(KnownVersion version, CancellationToken cancellationToken)
    {
        var retained = version with { Lock = version.Lock with { Mode = RetentionMode.Governance, RetainUntil = RetainUntil } };
        var retention = $"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>{RetainUntil:yyyy-MM-ddTHH:mm:ssZ}</RetainUntilDate></Retention>";
        return RepeatAsync(
            _state.Replace(version, retained), HttpStatusCode.OK, () => SendAsync("PUT", $"/{version.Key}?retention&versionId={version.Id}", retention, cancellationToken));
    }

    private Task HoldAsync(KnownVersion version, CancellationToken cancellationToken)
    {
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
