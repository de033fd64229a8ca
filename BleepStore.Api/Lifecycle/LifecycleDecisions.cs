using BleepStore.Api.Configurations;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Lifecycle;

/// <summary>What the rules of a bucket want with one of its versions or uploads, and when. Pure: it looks at nothing but what it is given.</summary>
internal static class LifecycleDecisions
{
    /// <summary>When the current object expires and by which rule: the earliest; null for never.</summary>
    public static (DateTimeOffset At, LifecycleRule Rule)? FindExpiration(
        LifecycleConfiguration configuration, ObjectRecord current, LifecycleCalendar calendar)
    {
        (DateTimeOffset At, LifecycleRule Rule)? found = null;
        foreach (var rule in configuration.Rules)
        {
            var at = !rule.IsEnabled || !rule.Filter.Fits(current) ? null
                : rule.ExpirationDays is { } days ? calendar.DueAt(current.LastModified, days)
                : rule.ExpirationDate;
            if (at is { } due && (found is null || due < found.Value.At))
            {
                found = (due, rule);
            }
        }

        return found;
    }

    /// <summary>When an open upload is aborted and by which rule: the earliest; null for never.</summary>
    public static (DateTimeOffset At, LifecycleRule Rule)? FindAbort(
        LifecycleConfiguration configuration, string key, DateTimeOffset initiatedAt, LifecycleCalendar calendar)
    {
        (DateTimeOffset At, LifecycleRule Rule)? found = null;
        foreach (var rule in configuration.Rules)
        {
            if (rule is { IsEnabled: true, AbortUploadDays: { } days } && rule.Filter.FitsKey(key)
                && calendar.DueAt(initiatedAt, days) is var due && (found is null || due < found.Value.At))
            {
                found = (due, rule);
            }
        }

        return found;
    }

    /// <summary>How many noncurrent versions there must be that are newer than one, so that it goes; null where it is not its time.</summary>
    /// <param name="configuration">The rules.</param>
    /// <param name="version">The noncurrent version or delete marker.</param>
    /// <param name="since">When the next newer one took its place.</param>
    /// <param name="now">The time.</param>
    /// <param name="calendar">The calendar.</param>
    public static int? FindKeptNewer(
        LifecycleConfiguration configuration, ObjectRecord version, DateTimeOffset since, DateTimeOffset now, LifecycleCalendar calendar)
    {
        int? fewest = null;
        foreach (var rule in configuration.Rules)
        {
            if (rule is { IsEnabled: true, NoncurrentDays: { } days } && Fits(rule, version) && now >= calendar.DueAt(since, days))
            {
                fewest = Math.Min(fewest ?? int.MaxValue, rule.NewerNoncurrentVersions ?? 0);
            }
        }

        return fewest;
    }

    /// <summary>True when a delete marker goes that is all that is left of its key.</summary>
    public static bool IsMarkerDue(LifecycleConfiguration configuration, ObjectRecord marker, DateTimeOffset now, LifecycleCalendar calendar)
        => configuration.Rules.Any(rule => rule.IsEnabled
            && Fits(rule, marker)
            && (rule.ExpiredObjectDeleteMarker == true
                || (rule.ExpirationDays is { } days && now >= calendar.DueAt(marker.LastModified, days))
                || now >= rule.ExpirationDate));

    // A marker has neither tags nor size: a rule that asks for some is not about it.
    private static bool Fits(LifecycleRule rule, ObjectRecord version)
        => version.IsDeleteMarker
            ? rule.Filter.FitsKey(version.Key) && rule.Filter.Tags.IsEmpty && !rule.Filter.HasSize
            : rule.Filter.Fits(version);
}
