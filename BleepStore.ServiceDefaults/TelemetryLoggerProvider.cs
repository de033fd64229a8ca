using Microsoft.Extensions.Logging;

namespace BleepStore.ServiceDefaults;

/// <summary>Hands the host's log records to OpenTelemetry.</summary>
[ProviderAlias("OpenTelemetry")]
internal sealed class TelemetryLoggerProvider(Telemetry telemetry) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => telemetry.LoggerFactory.CreateLogger(categoryName);

    public void Dispose()
    {
        // The loggers belong to the telemetry, which the host disposes.
    }
}
