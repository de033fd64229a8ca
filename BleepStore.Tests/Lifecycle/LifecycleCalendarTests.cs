using System.Globalization;
using BleepStore.Api.Lifecycle;

namespace BleepStore.Tests.Lifecycle;

/// <summary>Days are counted from the moment and rounded up to midnight; short days have midnights of their own.</summary>
public sealed class LifecycleCalendarTests
{
    [Theory]
    [InlineData("2026-01-15T10:30:00Z", 3, "2026-01-19T00:00:00Z")]
    [InlineData("2026-01-15T00:00:00Z", 3, "2026-01-18T00:00:00Z")]
    [InlineData("2026-01-15T23:59:59Z", 1, "2026-01-17T00:00:00Z")]
    [InlineData("2026-02-28T12:00:00Z", 1, "2026-03-02T00:00:00Z")]
    public void Days_end_at_midnight(string from, int days, string due)
        => LifecycleCalendar.Real.DueAt(At(from), days).ShouldBe(At(due));

    [Fact]
    public void A_short_day_is_rounded_to_its_own_length()
        => new LifecycleCalendar(TimeSpan.FromSeconds(10)).DueAt(At("2026-01-15T10:30:03Z"), 2).ShouldBe(At("2026-01-15T10:30:30Z"));

    [Fact]
    public void More_days_than_time_has_never_come()
        => LifecycleCalendar.Real.DueAt(At("2026-01-15T10:30:00Z"), int.MaxValue).ShouldBe(DateTimeOffset.MaxValue);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
