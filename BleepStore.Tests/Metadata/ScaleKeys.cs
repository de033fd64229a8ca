using System.Globalization;

namespace BleepStore.Tests.Metadata;

/// <summary>The keys of a large bucket: half of them flat, a quarter in directories of ten, a quarter in four directories.</summary>
internal sealed class ScaleKeys(int count)
{
    private const int Pipelined = 4096;
    private const int KeysOfNarrow = 10;
    private const int WideDirectories = 4;

    public int FlatCount => count / 2;

    public int NarrowDirectories => count / 4 / KeysOfNarrow;

    public string Flat(int number) => Text($"flat/{number:d8}");

    /// <summary>A directory of ten keys.</summary>
    public string Narrow(int number) => Text($"narrow/{number:d8}/");

    /// <summary>Lines of a page of that name, where its limit does not end it.</summary>
    public int Expected(string page) => page switch
    {
        "the top" => 3,
        "one directory" => KeysOfNarrow,
        _ => int.MaxValue,
    };

    /// <summary>Puts every key by a command of its own.</summary>
    public async Task PutAsync(SqliteTestBed bed, CancellationToken cancellationToken)
    {
        foreach (var numbers in Enumerable.Range(0, count).Chunk(Pipelined))
        {
            await Task.WhenAll(numbers.Select(number => bed.Store.ExecuteAsync(bed.NewPut(KeyOf(number)), cancellationToken).AsTask()));
        }
    }

    /// <summary>
    /// Adds one delete marker a flat key, and as many again between them. The rows are written while the store is closed, which takes less long
    /// than commands.
    /// </summary>
    public async Task AddDeleteMarkersAsync(SqliteTestBed bed)
    {
        await bed.ChangeClosedAsync(database => database.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            INSERT INTO versions
                WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {count})
                SELECT {bed.BucketId}, CAST(printf('flat/%08d', n / 2) || iif(n % 2, '~', '') AS BLOB), n, printf('%032x', n), 0, x'01' FROM numbers;
            """)));
    }

    private string KeyOf(int number)
    {
        // The three kinds grow side by side, as the keys of several writers do.
        var index = number / 4;
        return (number % 4) switch
        {
            0 or 1 => Flat((index * 2) + (number % 4)),
            2 => Text($"{Narrow(index / KeysOfNarrow)}{index % KeysOfNarrow}"),
            _ => Text($"wide/{index % WideDirectories}/{index:d8}"),
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
