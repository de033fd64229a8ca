namespace BleepStore.Api.Lifecycle;

/// <summary>When what lifecycle rules say in days is due.</summary>
/// <param name="Day">How long a day is: 24 hours, or less for who wants to watch rules at work.</param>
internal sealed record LifecycleCalendar(TimeSpan Day)
{
    /// <summary>The calendar of everybody, by which clients are told dates.</summary>
    public static readonly LifecycleCalendar Real = new(TimeSpan.FromDays(1));

    /// <summary>Days after a moment, rounded up to the next midnight, as S3 does.</summary>
    public DateTimeOffset DueAt(DateTimeOffset from, int days)
    {
        if (days >= (DateTimeOffset.MaxValue.UtcTicks - from.UtcTicks) / Day.Ticks)
        {
            return DateTimeOffset.MaxValue;
        }

        var ticks = from.UtcTicks + (days * Day.Ticks);
        var over = ticks % Day.Ticks;
        return new DateTimeOffset(over == 0 ? ticks : ticks - over + Day.Ticks, TimeSpan.Zero);
    }
}
