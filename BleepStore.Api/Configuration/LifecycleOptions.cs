using BleepStore.Api.Lifecycle;

namespace BleepStore.Api.Configuration;

/// <summary>Section <c>lifecycle</c>.</summary>
internal static class LifecycleOptions
{
    private static readonly SettingType<TimeSpan> Day = new(TryDay, "a duration from 100ms to 24h, such as 10s", Durations.Format);

    public static LifecycleSettings Read(SettingReader settings) => new(
        settings.Read("lifecycle.enabled", LifecycleSettings.Default.IsEnabled, SettingTypes.Flag),
        settings.Read("lifecycle.day", LifecycleSettings.Default.Day, Day));

    private static bool TryDay(string text, out TimeSpan value)
        => Durations.TryParse(text, out value) && value >= TimeSpan.FromMilliseconds(100) && value <= TimeSpan.FromDays(1);
}
