using System.Globalization;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Reports;

/// <summary>Draws the figures of several targets side by side, each figure to its own scale.</summary>
internal static class LoadChart
{
    private static readonly string[] Colours = ["#3b6fb6", "#d9822b", "#4c9a5f", "#8a5fb0"];

    private static readonly (string Title, Func<LoadResult, double?> Figure)[] Figures =
    [
        ("operations per second", result => result.OperationsPerSecond),
        ("MB per second", result => result.MegabytesPerSecond),
        ("p50, µs", result => result.Latency.P50),
        ("p99, µs", result => result.Latency.P99),
        ("p99.9, µs", result => result.Latency.P999),
        ("longest, µs", result => result.Latency.Max),
        ("processor time per operation, µs", result => result.CpuMicrosecondsPerOperation),
        ("resident at the peak, MB", result => result.PeakResidentBytes / 1e6),
    ];

    public static string Draw(string title, IReadOnlyList<(string Name, LoadResult Result)> results)
    {
        var groups = Figures.Select(figure => (figure.Title, Bars(figure.Figure, results))).Where(group => group.Item2.Count > 0);
        return BarChart.Draw(title, [.. groups], mark: null);
    }

    private static IReadOnlyList<ChartBar> Bars(Func<LoadResult, double?> figure, IReadOnlyList<(string Name, LoadResult Result)> results)
    {
        var most = results.Max(entry => figure(entry.Result)) is > 0 and var largest ? largest : 1;
        return [.. results.Select((entry, index) => (entry.Name, Value: figure(entry.Result), Colour: Colours[index % Colours.Length]))
            .Where(bar => bar.Value is not null)
            .Select(bar => new ChartBar(bar.Name, bar.Value!.Value / most, bar.Value.Value.ToString("#,0.#", CultureInfo.InvariantCulture), bar.Colour))];
    }
}
