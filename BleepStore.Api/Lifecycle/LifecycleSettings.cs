namespace BleepStore.Api.Lifecycle;

/// <summary>Whether lifecycle rules are at work, and how long their days are.</summary>
/// <param name="IsEnabled">False leaves the documents without effect.</param>
/// <param name="Day">Length of a day.</param>
internal sealed record LifecycleSettings(bool IsEnabled, TimeSpan Day)
{
    /// <summary>What S3 does.</summary>
    public static readonly LifecycleSettings Default = new(IsEnabled: true, TimeSpan.FromDays(1));

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>How long the rules rest between two passes: a part of a day, so that short days are kept too.</summary>
    public TimeSpan Interval => TimeSpan.FromTicks(Math.Clamp(Day.Ticks / 24, Shortest.Ticks, Longest.Ticks));
}
