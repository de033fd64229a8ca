using BleepStore.Api.Lifecycle;
using BleepStore.Api.Observability.Metrics;
using BleepStore.Api.OpenApi;
using BleepStore.Api.Pipeline;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BleepStore.Api.Observability;

/// <summary>What of the server can be seen from outside, as configured.</summary>
/// <param name="Metrics"><c>observability.metrics</c>.</param>
/// <param name="MetricsPublic"><c>observability.metrics_public</c>.</param>
/// <param name="HealthCheck"><c>observability.health_check</c>.</param>
/// <param name="AccessLog"><c>logging.access_log</c>.</param>
/// <param name="AdminToken"><c>server.admin_token</c>; null for none.</param>
internal sealed record ObservabilitySettings(
    bool Metrics = true, bool MetricsPublic = false, bool HealthCheck = true, bool AccessLog = true, string? AdminToken = null);

/// <summary>Registers what makes the server seen from outside: metrics, access log, health, API document.</summary>
internal static class ObservabilityServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="BesideS3Endpoints"/> and the <see cref="IRequestObserver"/>s. Needs from others: <c>IMetadataStore</c>, <c>IObjectStorage</c>,
    /// <c>S3RequestParser</c>, <c>DamageCounts</c>, <c>IntegrityChecks</c>, <c>TimeProvider</c> and logging.
    /// </summary>
    /// <param name="isReady">Finds the answer to <c>/readyz</c>: whether this node can answer S3 now.</param>
    public static IServiceCollection AddObservability(
        this IServiceCollection services, ObservabilitySettings settings, Func<IServiceProvider, Func<bool>> isReady)
    {
        if (settings.Metrics)
        {
            AddMetrics(services, new MetricsAccess(settings.MetricsPublic, settings.AdminToken));
        }

        if (settings.AccessLog)
        {
            services.AddSingleton<IRequestObserver, AccessLog>();
        }

        services.AddSingleton<HealthChecks>();
        services.AddSingleton(provider => new HealthEndpoints(provider.GetRequiredService<HealthChecks>(), isReady(provider), settings.HealthCheck));
        services.AddSingleton(_ => OpenApiDocument.OfAllOperations());
        services.AddSingleton<ApiDocumentEndpoints>();
        services.AddSingleton(provider => new BesideS3Endpoints(
            provider.GetRequiredService<HealthEndpoints>(),
            provider.GetService<MetricsEndpoint>(),
            provider.GetRequiredService<ApiDocumentEndpoints>(),
            host => provider.GetRequiredService<S3RequestParser>().FindHostBucket(host) is not null));
        return services;
    }

    private static void AddMetrics(IServiceCollection services, MetricsAccess access)
    {
        services.AddMetrics();
        services.AddSingleton(access);
        services.AddSingleton<StoreInstruments>();
        services.AddSingleton<ProcessInstruments>();
        services.AddSingleton<StoreGauges>();
        services.AddSingleton<IntegrityGauges>();
        services.TryAddSingleton<LifecycleCounts>();
        services.AddSingleton<LifecycleGauges>();
        services.AddSingleton<MetricsRegistry>();
        services.AddSingleton<IRequestObserver, RequestMetrics>();
        services.AddSingleton(provider =>
        {
            // Nobody else asks for them: they are there to be listened to.
            _ = provider.GetRequiredService<ProcessInstruments>();
            _ = provider.GetRequiredService<IntegrityGauges>();
            _ = provider.GetRequiredService<LifecycleGauges>();
            return ActivatorUtilities.CreateInstance<MetricsEndpoint>(provider);
        });
    }
}
