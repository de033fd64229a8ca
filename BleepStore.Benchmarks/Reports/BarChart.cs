using System.Globalization;
using System.Net;
using System.Text;

namespace BleepStore.Benchmarks.Reports;

/// <summary>One bar of a chart.</summary>
/// <param name="Label">At its left.</param>
/// <param name="Fraction">Its length; 1 is the whole width.</param>
/// <param name="Value">Behind it.</param>
/// <param name="Colour">Any SVG colour.</param>
internal sealed record ChartBar(string Label, double Fraction, string Value, string Colour);

/// <summary>Draws horizontal bars in groups, as an SVG document.</summary>
internal static class BarChart
{
    private const int LabelWidth = 330;
    private const int BarWidth = 460;
    private const int ValueWidth = 250;
    private const int RowHeight = 22;
    private const int TitleHeight = 34;

    /// <summary>Makes the document.</summary>
    /// <param name="title">At the top.</param>
    /// <param name="groups">Titles and bars, from top to bottom.</param>
    /// <param name="mark">Where a line crosses all bars, as a fraction of the width; null for no line.</param>
    public static string Draw(string title, IReadOnlyList<(string Title, IReadOnlyList<ChartBar> Bars)> groups, double? mark)
    {
        var height = TitleHeight + groups.Sum(group => TitleHeight + (group.Bars.Count * RowHeight)) + RowHeight;
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{LabelWidth + BarWidth + ValueWidth}" height="{height}" font-family="sans-serif" font-size="13">""");
        Add(svg, $"""<rect width="100%" height="100%" fill="white"/><text x="10" y="24" font-size="16" font-weight="bold">{Text(title)}</text>""");
        var y = TitleHeight;
        foreach (var group in groups)
        {
            Add(svg, $"""<text x="10" y="{y + 24}" font-weight="bold">{Text(group.Title)}</text>""");
            y += TitleHeight;
            foreach (var bar in group.Bars)
            {
                var width = Math.Clamp(bar.Fraction, 0, 1) * BarWidth;
                Add(svg, $"""<text x="{LabelWidth - 8}" y="{y + 15}" text-anchor="end">{Text(bar.Label)}</text>""");
                Add(svg, $"""<rect x="{LabelWidth}" y="{y + 3}" width="{width:0.#}" height="{RowHeight - 6}" fill="{bar.Colour}"/>""");
                Add(svg, $"""<text x="{LabelWidth + width + 6:0.#}" y="{y + 15}">{Text(bar.Value)}</text>""");
                y += RowHeight;
            }
        }

        if (mark is { } fraction)
        {
            var x = LabelWidth + (fraction * BarWidth);
            Add(svg, $"""<line x1="{x:0.#}" x2="{x:0.#}" y1="{TitleHeight}" y2="{y}" stroke="black" stroke-dasharray="4 3"/>""");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Add(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
