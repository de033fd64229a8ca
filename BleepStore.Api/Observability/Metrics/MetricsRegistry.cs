using System.Diagnostics.Metrics;

namespace BleepStore.Api.Observability.Metrics;

/// <summary>
/// Keeps the current value of every metric that <c>/metrics</c> shows. It hears the meters of one host (several may live in a process) and
/// the runtime's. Where it does not exist nothing is recorded at all: an instrument without a listener costs one branch.
/// </summary>
internal sealed class MetricsRegistry : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly IMeterFactory _meters;
    private long _collection;

    public MetricsRegistry(IMeterFactory meters)
    {
        _meters = meters;
        _listener.InstrumentPublished = Published;
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Record(state, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observed instruments and hands over all families in the order of their names. One collection at a time.</summary>
    public void Collect(Action<MetricFamily> show)
    {
        lock (_lock)
        {
            _collection++;
            foreach (var family in _families.Values)
            {
                family.Collection = _collection;
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // One instrument failed; the others are shown, it is not.
            }

            foreach (var family in _families.Values)
            {
                show(family);
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Published(Instrument instrument, MeterListener listener)
    {
        if (!IsShown(instrument.Meter))
        {
            return;
        }

        var family = new MetricFamily(instrument);
        bool isNew;
        lock (_lock)
        {
            isNew = _families.TryAdd(family.Name, family);
        }

        // Outside the lock: the listener takes one of its own.
        if (isNew)
        {
            listener.EnableMeasurementEvents(instrument, family);
        }
    }

    private bool IsShown(Meter meter)
        => meter.Name == "System.Runtime"
        || (ReferenceEquals(meter.Scope, _meters) && meter.Name.StartsWith(StoreInstruments.MeterName, StringComparison.Ordinal));

    private static void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        => ((MetricFamily)family!).Record(value, tags);
}
