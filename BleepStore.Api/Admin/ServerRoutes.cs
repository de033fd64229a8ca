using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;

namespace BleepStore.Api.Admin;

/// <summary>What the process is and how it is configured: <c>/admin/status</c> and <c>/admin/config</c>.</summary>
internal sealed class ServerRoutes(OpenedStore store, BleepStoreOptions options, DrainState drain, TimeProvider time) : IAdminRoutes
{
    private const string Redacted = "REDACTED";

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly long _started = time.GetTimestamp();

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/admin/status", GetStatusAsync),
        new("GET", "/admin/config", GetConfigurationAsync),
    ];

    private async ValueTask<AdminAnswer> GetStatusAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        var counters = await store.Metadata.CountAllAsync(cancellationToken);
        return AdminAnswer.Ok(new
        {
            BuildInformation.Version,
            Mode = "embedded",
            StartedAt = _startedAt,
            UptimeSeconds = (long)time.GetElapsedTime(_started).TotalSeconds,
            drain.IsReady,
            drain.IsDraining,
            RequestsInFlight = drain.InFlight,
            Region = options.Server.Region,
            store.StoreId,
            Boot = store.Boot.Boot,
            Metadata = new { store.Metadata.Engine, store.Metadata.IsDurable, store.Metadata.FreeBytes },
            Storage = new { Backend = store.Storage.Name, store.Storage.IsDurable, store.Storage.FreeBytes },
            counters.Buckets,
            counters.Objects,
            counters.Bytes,
        });
    }

    private ValueTask<AdminAnswer> GetConfigurationAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        var settings = options.Effective.ToDictionary(
            setting => setting.Key,
            setting => new { Value = setting.IsSecret && setting.Value.Length > 0 ? Redacted : setting.Value, Source = setting.Origin ?? "default" });
        return ValueTask.FromResult(AdminAnswer.Ok(new { Settings = settings }));
    }
}
