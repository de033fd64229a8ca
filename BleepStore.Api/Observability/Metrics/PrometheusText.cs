using System.Buffers;
using System.Globalization;
using System.Text;

namespace BleepStore.Api.Observability.Metrics;

/// <summary>
/// Writes metrics as Prometheus text 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/) or
/// OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/).
/// </summary>
internal sealed class PrometheusText(IBufferWriter<byte> output, bool isOpenMetrics)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    public void Write(MetricFamily family)
    {
        var isFirst = true;
        foreach (var series in family.Series())
        {
            if (isFirst)
            {
                WriteHead(family);
                isFirst = false;
            }

            switch (series)
            {
                case HistogramSeries histogram:
                    WriteHistogram(family.Name, histogram);
                    break;
                case SumSeries sum:
                    WriteSample(family.Name, series.Labels, sum.Value);
                    break;
                case LastValueSeries last:
                    WriteSample(family.Name, series.Labels, last.Value);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Ends the exposition; OpenMetrics readers refuse one without its end.</summary>
    public void End()
    {
        if (isOpenMetrics)
        {
            Append("# EOF\n");
        }
    }

    private void WriteHead(MetricFamily family)
    {
        // OpenMetrics calls a counter's family by its name without the suffix that its samples have.
        var name = isOpenMetrics && family.Kind is MetricKind.Counter ? family.Name[..^"_total".Length] : family.Name;
        if (family.Description.Length > 0)
        {
            Append("# HELP ", name, " ", Escape(family.Description), "\n");
        }

        Append("# TYPE ", name, family.Kind switch
        {
            MetricKind.Counter => " counter\n",
            MetricKind.Histogram => " histogram\n",
            _ => " gauge\n",
        });
    }

    private void WriteHistogram(string name, HistogramSeries histogram)
    {
        long count = 0;
        for (var bucket = 0; bucket <= histogram.Boundaries.Length; bucket++)
        {
            count += histogram.Count(bucket);
            var bound = bucket < histogram.Boundaries.Length ? Bound(histogram.Boundaries[bucket]) : "+Inf";
            var separator = histogram.Labels.Length == 0 ? "" : ",";
            Append(name, "_bucket{", histogram.Labels, separator, "le=\"");
            Append(bound, "\"} ");
            Append(count.ToString(CultureInfo.InvariantCulture), "\n");
        }

        WriteSample(name + "_sum", histogram.Labels, histogram.Sum);
        WriteSample(name + "_count", histogram.Labels, count);
    }

    private void WriteSample(string name, string labels, double value)
    {
        Append(name);
        if (labels.Length > 0)
        {
            Append("{", labels, "}");
        }

        Append(" ", Number(value), "\n");
    }

    // OpenMetrics wants one spelling of a bound, so that series of different writers join: whole numbers with a fraction.
    private string Bound(double value)
    {
        var number = Number(value);
        return isOpenMetrics && double.IsInteger(value) ? number + ".0" : number;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ when double.IsInteger(value) && Math.Abs(value) < 1L << 53 => ((long)value).ToString(CultureInfo.InvariantCulture),
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private string Escape(string text)
    {
        var escaped = text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return isOpenMetrics ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private void Append(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            Encoding.UTF8.GetBytes(text, output);
        }
    }
}
