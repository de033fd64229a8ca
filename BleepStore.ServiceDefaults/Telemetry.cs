using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BleepStore.ServiceDefaults;

/// <summary>The process's OpenTelemetry: built with the host, flushed when the host stops.</summary>
internal sealed class Telemetry : IHostedService, IDisposable
{
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The name of our own activity source and meter.</summary>
    private const string Own = "BleepStore";

    /// <summary>A collector that does not answer must not hold up the end of the process.</summary>
    private const int ShutdownMilliseconds = 2000;

    private static readonly string[] Sources = [Own, "Microsoft.AspNetCore", "System.Net.Http"];

    private static readonly string[] Meters =
    [
        Own, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
        "System.Net.Http", "System.Net.NameResolution", "System.Runtime",
    ];

    private readonly OpenTelemetrySdk _sdk;

    public Telemetry(IConfiguration configuration, string applicationName) =>
        _sdk = OpenTelemetrySdk.Create(telemetry =>
        {
            // The SDK would read the environment alone; the host's configuration contains it.
            telemetry.Services.AddSingleton(configuration);

            // What is logged is decided by the host's filters; here everything passes.
            telemetry.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace));
            telemetry
                .ConfigureResource(resource => Describe(resource, configuration, applicationName))
                .WithTracing(tracing => tracing.AddSource(Sources))
                .WithMetrics(metrics => metrics.AddMeter(Meters))
                .WithLogging(configureBuilder: null, options => (options.IncludeScopes, options.IncludeFormattedMessage) = (true, true))
                .UseOtlpExporter();
        });

    public ILoggerFactory LoggerFactory => _sdk.GetLoggerFactory();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is left, all three at once, and gives up after <see cref="ShutdownMilliseconds"/>.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => _sdk.TracerProvider.Shutdown(ShutdownMilliseconds), CancellationToken.None),
        Task.Run(() => _sdk.MeterProvider.Shutdown(ShutdownMilliseconds), CancellationToken.None),
        Task.Run(() => _sdk.LoggerProvider.Shutdown(ShutdownMilliseconds), CancellationToken.None));

    public void Dispose() => _sdk.Dispose();

    private static void Describe(ResourceBuilder resource, IConfiguration configuration, string applicationName)
    {
        var isNamed = configuration["OTEL_SERVICE_NAME"] is { Length: > 0 }
            || (configuration["OTEL_RESOURCE_ATTRIBUTES"] ?? "").Contains("service.name=", StringComparison.Ordinal);
        if (!isNamed)
            resource.AddService(applicationName, autoGenerateServiceInstanceId: false);

        if (typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>() is { } version)
            resource.AddAttributes([new("service.version", version.InformationalVersion.Split('+')[0])]);
    }
}
