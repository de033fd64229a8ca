using System.Diagnostics.Metrics;
using BleepStore.Metadata;

namespace BleepStore.Api.Observability.Metrics;

/// <summary>
/// Shows how many buckets and objects there are. Instruments are read synchronously and the store is not, so the last known counters are
/// shown and refreshed beside: by a scrape before it reads, otherwise by a reading that finds them old.
/// </summary>
internal sealed partial class StoreGauges
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly IMetadataStore _metadata;
    private readonly TimeProvider _time;
    private readonly ILogger<StoreGauges> _logger;
    private readonly Lock _lock = new();
    private StoreCounters? _counters;
    private Task _refresh = Task.CompletedTask;
    private long? _refreshedAt;

    public StoreGauges(StoreInstruments instruments, IMetadataStore metadata, TimeProvider time, ILogger<StoreGauges> logger)
    {
        _metadata = metadata;
        _time = time;
        _logger = logger;
        instruments.Meter.CreateObservableGauge("bleepstore_objects_total", () => Read(counters => counters.Objects), description: "Objects in the store.");
        instruments.Meter.CreateObservableGauge("bleepstore_buckets_total", () => Read(counters => counters.Buckets), description: "Buckets in the store.");
    }

    /// <summary>Asks the store unless it was asked within the last second; returns within two seconds in any case.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StartRefreshAsync().WaitAsync(Patience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The last known counters are shown; a scrape never waits for a store that hangs.
        }
    }

    private IEnumerable<Measurement<long>> Read(Func<StoreCounters, long> select)
    {
        _ = StartRefreshAsync();
        return _counters is { } counters ? [new(select(counters))] : [];
    }

    private Task StartRefreshAsync()
    {
        lock (_lock)
        {
            if (_refresh.IsCompleted && (_refreshedAt is not { } at || _time.GetElapsedTime(at) >= Fresh))
            {
                _refreshedAt = _time.GetTimestamp();
                _refresh = Task.Run(CountAsync);
            }

            return _refresh;
        }
    }

    private async Task CountAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, _time);
            _counters = await _metadata.CountAllAsync(patience.Token);
        }
        catch (Exception e)
        {
            // Unknown is not shown as a number.
            _counters = null;
            Log.CountFailed(_logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3101, LogLevel.Warning, "The store's objects could not be counted for the metrics")]
        public static partial void CountFailed(ILogger logger, Exception exception);
    }
}
