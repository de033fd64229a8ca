using System.Collections.Immutable;
using BleepStore.Metadata;
using BleepStore.Storage;

namespace BleepStore.Api.Observability;

/// <summary>How the store was found, component by component.</summary>
internal sealed record HealthReport(ImmutableArray<KeyValuePair<string, ComponentHealth>> Components)
{
    /// <summary>True when S3 can be answered.</summary>
    public bool CanServe => Components.All(component => component.Value.CanServe);
}

/// <summary>
/// Asks metadata and storage whether they can serve. One round answers all who ask while it runs and for a second after it, so that
/// nobody can load the store by asking.
/// </summary>
internal sealed class HealthChecks(IMetadataStore metadata, IObjectStorage storage, TimeProvider time, ILogger<HealthChecks> logger)
{
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ImmutableArray<ComponentCheck> _checks =
    [
        new("metadata", metadata.CheckHealthAsync, time, logger),
        new("storage", storage.CheckHealthAsync, time, logger),
    ];

    private readonly Lock _lock = new();
    private Task<HealthReport>? _current;
    private long _finishedAt;

    /// <summary>The latest report, at most a second old; returns in bounded time.</summary>
    public Task<HealthReport> CheckAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_current is null || (_current.IsCompleted && time.GetElapsedTime(_finishedAt) >= Fresh))
            {
                _current = RunAsync();
            }

            return _current.WaitAsync(cancellationToken);
        }
    }

    private async Task<HealthReport> RunAsync()
    {
        var components = await Task.WhenAll(_checks.Select(async check => KeyValuePair.Create(check.Name, await check.CheckAsync())));
        _finishedAt = time.GetTimestamp();
        return new HealthReport([.. components]);
    }
}
