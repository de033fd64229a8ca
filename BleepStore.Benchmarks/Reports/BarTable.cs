using System.Globalization;
using BleepStore.Benchmarks.Bars;

namespace BleepStore.Benchmarks.Reports;

/// <summary>Writes bars as lines of text, and as a drawing where all limits lie on one line.</summary>
internal static class BarTable
{
    // A bar of this length reaches the line of the limits.
    private const double MarkFraction = 0.5;

    public static void Write(TextWriter output, IEnumerable<BarOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            output.WriteLine($"{Verdict(outcome)}  {outcome.Text}: {Describe(outcome)}");
        }
    }

    public static string Draw(string title, IReadOnlyList<BarOutcome> outcomes)
    {
        IReadOnlyList<ChartBar> Bars(bool isAtMost) =>
            [.. outcomes.Where(outcome => outcome.IsAtMost == isAtMost && double.IsFinite(outcome.Limit))
                .Select(outcome => new ChartBar(outcome.Text, MarkFraction * outcome.Measure / outcome.Limit, Measure(outcome), outcome.Holds ? "#4c9a5f" : "#c0392b"))];

        return BarChart.Draw(title, [("at most (good: left of the line)", Bars(isAtMost: true)), ("at least (good: right of the line)", Bars(isAtMost: false))], MarkFraction);
    }

    private static string Verdict(BarOutcome outcome) => double.IsInfinity(outcome.Limit) ? "      " : outcome.Holds ? "holds " : "MISSES";

    private static string Describe(BarOutcome outcome)
    {
        var reference = outcome.Reference is { } value ? $" against {Number(value)} ({outcome.ReferenceName})" : "";
        return $"{Number(outcome.Figure)} {outcome.Unit}{reference}{(outcome.Kind == BarKind.Value ? $"; {Limit(outcome)}" : $": {Measure(outcome)}")}";
    }

    private static string Measure(BarOutcome outcome) => outcome.Kind switch
    {
        BarKind.Ratio => $"{outcome.Measure.ToString("0.00", CultureInfo.InvariantCulture)}×, {Limit(outcome)}",
        BarKind.Difference => $"{(outcome.Measure < 0 ? "" : "+")}{Number(outcome.Measure)} {outcome.Unit}, {Limit(outcome)}",
        _ => $"{Number(outcome.Measure)} {outcome.Unit}, {Limit(outcome)}",
    };

    private static string Limit(BarOutcome outcome)
        => double.IsInfinity(outcome.Limit) ? "no bar" : $"bar {(outcome.IsAtMost ? "≤" : "≥")} {outcome.Limit.ToString("#,0.##", CultureInfo.InvariantCulture)}{(outcome.Kind == BarKind.Ratio ? "×" : "")}";

    private static string Number(double value) => value.ToString(Math.Abs(value) < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);
}
