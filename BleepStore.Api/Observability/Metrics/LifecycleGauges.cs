using System.Diagnostics.Metrics;
using BleepStore.Api.Lifecycle;

namespace BleepStore.Api.Observability.Metrics;

/// <summary>Shows what lifecycle rules did.</summary>
internal sealed class LifecycleGauges
{
    private static readonly (LifecycleAction Action, string Label)[] Actions =
    [
        (LifecycleAction.Expire, "expire"), (LifecycleAction.RemoveVersion, "remove_version"), (LifecycleAction.RemoveMarker, "remove_marker"),
        (LifecycleAction.AbortUpload, "abort_upload"),
    ];

    public LifecycleGauges(StoreInstruments instruments, LifecycleCounts counts)
        => instruments.Meter.CreateObservableCounter(
            "bleepstore_lifecycle_actions_total",
            () => Actions.Select(action => new Measurement<long>(counts.Of(action.Action), new KeyValuePair<string, object?>("action", action.Label))),
            description: "What lifecycle rules did with objects, versions, delete markers and uploads.");
}
