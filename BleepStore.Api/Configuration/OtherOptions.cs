namespace BleepStore.Api.Configuration;

/// <summary>Section <c>limits</c>.</summary>
internal sealed record LimitsOptions
{
    /// <summary>How long after its last part an open upload is aborted; zero for never.</summary>
    public required TimeSpan UploadLease { get; init; }

    /// <summary>Connections of S3 that may be open at once, over all its addresses; 0 for no bound but the system's.</summary>
    public required int MaxConnections { get; init; }

    public static LimitsOptions Read(SettingReader settings) => new()
    {
        UploadLease = settings.Read("limits.upload_lease", TimeSpan.FromDays(7), SettingTypes.Duration),
        MaxConnections = settings.Read("limits.max_connections", 0, SettingTypes.Number(0, 1_000_000)),
    };
}

/// <summary>Section <c>scrub</c>.</summary>
internal sealed record ScrubOptions
{
    private const long DefaultRate = 20L << 20;

    /// <summary>How often all bytes are read and verified; zero for never by itself.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Bytes a second that a scrub reads at most; 0 for no bound.</summary>
    public required long Rate { get; init; }

    public static ScrubOptions Read(SettingReader settings) => new()
    {
        Interval = settings.Read("scrub.interval", TimeSpan.Zero, SettingTypes.Duration),
        Rate = settings.Read("scrub.rate", DefaultRate, SettingTypes.Size(0, long.MaxValue)),
    };
}

/// <summary>Section <c>observability</c>.</summary>
internal sealed record ObservabilityOptions
{
    /// <summary>False makes <c>/metrics</c> a 404 and costs nothing.</summary>
    public required bool Metrics { get; init; }

    /// <summary>True lets anybody scrape, also from other machines.</summary>
    public required bool MetricsPublic { get; init; }

    /// <summary>False leaves <c>/health</c> with no details and the probes without an answer.</summary>
    public required bool HealthCheck { get; init; }

    public static ObservabilityOptions Read(SettingReader settings) => new()
    {
        Metrics = settings.Read("observability.metrics", true, SettingTypes.Flag),
        MetricsPublic = settings.Read("observability.metrics_public", false, SettingTypes.Flag),
        HealthCheck = settings.Read("observability.health_check", true, SettingTypes.Flag),
    };
}

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    Text,
    Json,
}

/// <summary>Section <c>logging</c>.</summary>
internal sealed record LoggingOptions
{
    public required LogLevel Level { get; init; }

    public required LogFormat Format { get; init; }

    /// <summary>True writes one line for each request.</summary>
    public required bool AccessLog { get; init; }

    /// <summary>How often the access logs of buckets are written to their target buckets.</summary>
    public required TimeSpan DeliveryInterval { get; init; }

    private static readonly SettingType<TimeSpan> DeliveryIntervals = new(TryInterval, "a duration from 100ms to 1d, such as 5m", Durations.Format);

    private static bool TryInterval(string text, out TimeSpan value)
        => Durations.TryParse(text, out value) && value >= TimeSpan.FromMilliseconds(100) && value <= TimeSpan.FromDays(1);

    public static LoggingOptions Read(SettingReader settings) => new()
    {
        Level = settings.Read(
            "logging.level",
            LogLevel.Information,
            SettingTypes.OneOf(
                ("trace", LogLevel.Trace),
                ("debug", LogLevel.Debug),
                ("info", LogLevel.Information),
                ("information", LogLevel.Information),
                ("warn", LogLevel.Warning),
                ("warning", LogLevel.Warning),
                ("error", LogLevel.Error),
                ("critical", LogLevel.Critical),
                ("none", LogLevel.None))),
        Format = settings.Read("logging.format", LogFormat.Text, SettingTypes.OneOf(("text", LogFormat.Text), ("json", LogFormat.Json))),
        AccessLog = settings.Read("logging.access_log", true, SettingTypes.Flag),
        DeliveryInterval = settings.Read("logging.delivery_interval", TimeSpan.FromMinutes(5), DeliveryIntervals),
    };
}
