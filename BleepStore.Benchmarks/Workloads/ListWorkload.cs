using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>Where in the list a page begins.</summary>
internal enum ListPosition
{
    Start,
    Middle,
    End,
}

/// <summary>
/// ListObjectsV2: a page of 1,000 among many keys, or the 100 common prefixes that the same number of keys have.
/// </summary>
internal sealed partial class ListWorkload(RequestFactory requests, int keys, ListPosition position, bool hasDelimiter, bool isFilled) : Workload
{
    public const int PageKeys = 1000;
    public const int Prefixes = 100;

    private bool _isPrepared = isFilled;
    private long? _answerBytes;

    // The number of the page's first key.
    private int First => position switch
    {
        ListPosition.Middle => keys / 2,
        ListPosition.End => Math.Max(0, keys - PageKeys),
        _ => 0,
    };

    public override void Prepare(Preparation preparation)
    {
        if (!_isPrepared)
        {
            preparation.SendAll(KeysOf(keys, hasDelimiter).Select(key => requests.Put(key, Payload.Empty, UploadProof.Presigned)));
        }

        // From here on every answer must be as long as this page, which holds what it should.
        var page = preparation.Send(requests.List(Parameters()), connection => connection.LastBody);
        var expected = hasDelimiter ? Math.Min(keys, Prefixes) : Math.Min(keys - First, PageKeys);
        if (!KeyCount().Match(page).ValueSpan.SequenceEqual(string.Create(CultureInfo.InvariantCulture, $"<KeyCount>{expected}</KeyCount>")))
        {
            throw new LoadException($"The page does not hold {expected} keys: {page[..Math.Min(page.Length, 400)]}");
        }

        _isPrepared = true;
        _answerBytes = Encoding.UTF8.GetByteCount(page);
    }

    public override IReadOnlyList<IRequestSource> Open(int connections) => Ring([requests.List(Parameters(), _answerBytes)], connections);

    /// <summary>The keys that such a list needs, in order.</summary>
    public static IEnumerable<string> KeysOf(int count, bool hasDelimiter)
    {
        var perPrefix = Math.Max(1, count / Prefixes);
        return Enumerable.Range(0, count).Select(number => hasDelimiter
            ? string.Create(CultureInfo.InvariantCulture, $"tree/{count}/{Math.Min(number / perPrefix, Prefixes - 1):d3}/{number:d8}")
            : KeyOf(count, number));
    }

    private static string KeyOf(int count, int number) => string.Create(CultureInfo.InvariantCulture, $"list/{count}/{number:d8}");

    private IEnumerable<(string Name, string Value)> Parameters()
    {
        if (hasDelimiter)
        {
            return [("prefix", string.Create(CultureInfo.InvariantCulture, $"tree/{keys}/")), ("delimiter", "/")];
        }

        var prefix = ("prefix", string.Create(CultureInfo.InvariantCulture, $"list/{keys}/"));
        return First == 0 ? [prefix] : [prefix, ("start-after", KeyOf(keys, First - 1))];
    }

    [GeneratedRegex("<KeyCount>[0-9]*</KeyCount>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyCount();
}
