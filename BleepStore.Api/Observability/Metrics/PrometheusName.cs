namespace BleepStore.Api.Observability.Metrics;

/// <summary>How an instrument is called in Prometheus: OpenTelemetry's rules for units and counters; our own names pass unchanged.</summary>
internal static class PrometheusName
{
    public static string Of(string instrument, string? unit, MetricKind kind)
    {
        var name = Sanitize(instrument);
        var isTotal = name.EndsWith("_total", StringComparison.Ordinal);
        if (isTotal)
        {
            name = name[..^"_total".Length];
        }

        // A name of ours may say bytes in another place: bleepstore_bytes_sent_total.
        var suffix = unit switch
        {
            "s" => "seconds",
            "By" => "bytes",
            "ms" => "milliseconds",
            _ => null,
        };
        if (suffix is not null && !name.Contains(suffix, StringComparison.Ordinal))
        {
            name = $"{name}_{suffix}";
        }

        return isTotal || kind is MetricKind.Counter ? name + "_total" : name;
    }

    /// <summary>Letters, digits and underscores; everything else becomes an underscore.</summary>
    public static string Sanitize(string name)
        => string.Create(name.Length, name, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetter(source[i]) || (char.IsAsciiDigit(source[i]) && i > 0) ? source[i] : '_';
            }
        });
}
