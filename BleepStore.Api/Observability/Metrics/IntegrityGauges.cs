using System.Diagnostics.Metrics;
using BleepStore.Api.Integrity;

namespace BleepStore.Api.Observability.Metrics;

/// <summary>Shows damaged bytes that were come upon, and how far the scrub is.</summary>
internal sealed class IntegrityGauges
{
    private static readonly (DamageSource Source, string Label)[] Sources =
        [(DamageSource.Read, "read"), (DamageSource.Scrub, "scrub"), (DamageSource.Fsck, "fsck")];

    public IntegrityGauges(StoreInstruments instruments, DamageCounts damage, IntegrityChecks checks)
    {
        instruments.Meter.CreateObservableCounter(
            "bleepstore_corrupt_blobs_total",
            () => Sources.Select(source => new Measurement<long>(damage.Of(source.Source), new KeyValuePair<string, object?>("source", source.Label))),
            description: "How often damaged or missing bytes were come upon, by what came upon them.");
        instruments.Meter.CreateObservableGauge(
            "bleepstore_scrub_running",
            () => checks.Scrub.Run is { State: CheckState.Running } ? 1 : 0,
            description: "1 while a scrub runs.");
        instruments.Meter.CreateObservableGauge(
            "bleepstore_scrub_read_bytes",
            () => checks.Scrub.Run?.Tally().BytesRead ?? 0,
            description: "Bytes that the running or last scrub verified.");
        instruments.Meter.CreateObservableGauge(
            "bleepstore_scrub_damaged_blobs",
            () => checks.Scrub.Run?.Tally().Damaged ?? 0,
            description: "Damaged blobs that the running or last scrub found.");
        instruments.Meter.CreateObservableGauge(
            "bleepstore_scrub_last_completed_timestamp_seconds",
            () => checks.LastScrubbed is { } at ? [new Measurement<double>(at.ToUnixTimeMilliseconds() / 1000.0)] : Array.Empty<Measurement<double>>(),
            description: "When a scrub last came to its end, since the start.");
    }
}
