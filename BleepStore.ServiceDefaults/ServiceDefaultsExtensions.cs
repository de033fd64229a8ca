using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BleepStore.ServiceDefaults;

/// <summary>What every process of ours has, in one call.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Sends traces, metrics and logs over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set (as Aspire sets it), and adds
    /// nothing at all otherwise. Protocol, headers, service name, resource attributes and sampler follow the standard variables.
    /// Export happens on threads of its own: it delays neither the start nor a request.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration[Telemetry.EndpointVariable]))
            return builder;

        // Without this, server spans of the framework have no http.* and url.* tags. It is read once, when the server is built.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

        builder.Services.AddSingleton(_ => new Telemetry(builder.Configuration, builder.Environment.ApplicationName));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Telemetry>());
        builder.Services.AddSingleton<ILoggerProvider, TelemetryLoggerProvider>();
        return builder;
    }
}
