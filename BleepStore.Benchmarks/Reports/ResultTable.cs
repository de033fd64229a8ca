using System.Globalization;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Reports;

/// <summary>Writes results as a table of text.</summary>
internal static class ResultTable
{
    private static readonly string[] Titles = ["", "ops/s", "MB/s", "p50 µs", "p90", "p99", "p99.9", "max", "CPU µs/op", "RSS MB", "peak", "generator µs/op", "unsent", "errors"];

    public static void Write(TextWriter output, IReadOnlyList<(string Name, LoadResult Result)> results)
    {
        var rows = results.Select(entry => Cells(entry.Name, entry.Result)).Prepend(Titles).ToArray();
        var widths = Enumerable.Range(0, Titles.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd());
        }

        foreach (var (name, result) in results.Where(entry => entry.Result.Errors > 0))
        {
            output.WriteLine($"{name}: {result.Errors} errors, the first one: {result.FirstError}");
        }
    }

    private static string[] Cells(string name, LoadResult result) =>
    [
        name,
        Number(result.OperationsPerSecond),
        Number(result.MegabytesPerSecond),
        Number(result.Latency.P50),
        Number(result.Latency.P90),
        Number(result.Latency.P99),
        Number(result.Latency.P999),
        Number(result.Latency.Max),
        Number(result.CpuMicrosecondsPerOperation),
        Number(result.ResidentBytes / 1e6),
        Number(result.PeakResidentBytes / 1e6),
        Number(result.GeneratorMicrosecondsPerOperation),
        Number(result.Unsent),
        Number(result.Errors),
    ];

    private static string Number(double? value)
        => value is { } number ? number.ToString(number is > 0 and < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture) : "-";
}
