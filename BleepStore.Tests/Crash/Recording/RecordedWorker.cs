using System.Globalization;
using System.Net;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>Makes requests of all kinds to keys of its own, one at a time, and writes down when each was sent and when its success was told.</summary>
internal sealed class RecordedWorker(int number, CrashClient client, FileRecorder recorder, int seed)
{
    private const int KeyCount = 6;

    // Around the thresholds at which bytes are kept in another way, and without any bytes at all.
    private static readonly int[] Sizes = [0, 1, 700, 4_096, 4_097, 5_000, 5_000, 65_536, 70_001, 300_000];

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, byte[]?> _contents = new(StringComparer.Ordinal);
    private readonly List<string> _unknown = [];
    private int _bodies;
    private bool _hasLargeUpload;

    public List<KeyChange> Changes { get; } = [];

    public List<UploadHistory> Uploads { get; } = [];

    /// <summary>Reads what requests without an answer came to; then makes requests until the connection breaks or it is told to stop.</summary>
    public async Task RunAsync(Func<bool> goesOn, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var key in _unknown)
            {
                var start = recorder.Position;
                _contents[key] = await client.GetAsync(key, cancellationToken);
                Changes.Add(new KeyChange(key, start, recorder.Position, ContentOf(_contents[key])));
            }

            _unknown.Clear();
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

    private Task RequestAsync(CancellationToken cancellationToken)
    {
        var key = KeyOf(_random.Next(KeyCount));
        switch (_random.Next(20))
        {
            case 0 or 1:
                return ChangeAsync([(key, null)], HttpStatusCode.NoContent, () => client.DeleteAsync(key, cancellationToken));
            case 2:
                (string Key, byte[]? Content)[] gone = [.. Enumerable.Range(0, 3).Select(index => (KeyOf(index), (byte[]?)null))];
                return ChangeAsync(gone, HttpStatusCode.OK, () => client.DeleteManyAsync(gone.Select(pair => pair.Key), cancellationToken));
            case 3 or 4 when _contents.FirstOrDefault(pair => pair.Value is not null && pair.Key != key).Key is { } source:
                return ChangeAsync([(key, _contents[source])], HttpStatusCode.OK, () => client.CopyAsync(key, source, cancellationToken));
            case 5 or 6 or 7:
                return UploadAsync(key, cancellationToken);
            default:
                var body = NewBody(Sizes[_random.Next(Sizes.Length)]);
                return ChangeAsync([(key, body)], HttpStatusCode.OK, () => client.PutAsync(key, body, cancellationToken));
        }
    }

    /// <summary>An upload of one or two parts that is completed with all or the last of them, aborted, or left.</summary>
    private async Task UploadAsync(string key, CancellationToken cancellationToken)
    {
        var id = await client.CreateUploadAsync(key, cancellationToken);
        var upload = new UploadHistory(key, id, recorder.Position, [], EndStart: null);
        Uploads.Add(upload);
        var place = Uploads.Count - 1;
        // Only the last part may be small. One such object shows all there is to see, and every disk has to hold it.
        var isLarge = number == 0 && !_hasLargeUpload;
        var bodies = new[] { NewBody(isLarge ? 5 << 20 : Sizes[_random.Next(1, Sizes.Length)]), NewBody(Sizes[_random.Next(1, Sizes.Length)]) };
        var parts = new List<(int Number, string ETag)>();
        for (var part = 1; part <= 2; part++)
        {
            parts.Add((part, await client.PutPartAsync(key, id, part, bodies[part - 1], cancellationToken)));
            upload.Parts.Add(new PartHistory(part, recorder.Position, History.ContentOf(bodies[part - 1])));
        }

        var end = _random.Next(6);
        if (end == 0)
        {
            return;
        }

        Uploads[place] = upload with { EndStart = recorder.Position };
        if (end == 1)
        {
            (await client.AbortUploadAsync(key, id, cancellationToken)).Expect(HttpStatusCode.NoContent);
            return;
        }

        _hasLargeUpload |= isLarge;
        byte[] content = isLarge ? [.. bodies[0], .. bodies[1]] : bodies[1];
        await ChangeAsync(
            [(key, content)], HttpStatusCode.OK, () => client.CompleteUploadAsync(key, id, isLarge ? parts : parts[1..], cancellationToken));
    }

    private async Task ChangeAsync((string Key, byte[]? Content)[] changes, HttpStatusCode success, Func<Task<CrashAnswer>> send)
    {
        var start = recorder.Position;
        long? answered = null;
        try
        {
            (await send()).Expect(success);
            answered = recorder.Position;
        }
        catch (OutcomeUnknownException)
        {
            _unknown.AddRange(changes.Select(change => change.Key));
            throw;
        }
        finally
        {
            foreach (var (key, content) in changes)
            {
                Changes.Add(new KeyChange(key, start, answered, ContentOf(content)));
                _contents[key] = content;
            }
        }
    }

    private string KeyOf(int index) => string.Create(CultureInfo.InvariantCulture, $"worker-{number}/key-{index}");

    private byte[] NewBody(int length)
    {
        var body = new byte[length];
        new Random(HashCode.Combine(seed, ++_bodies)).NextBytes(body);
        return body;
    }

    private static string? ContentOf(byte[]? content) => content is null ? null : History.ContentOf(content);
}
