using System.Diagnostics;
using BleepStore.Api.Configuration;
using BleepStore.Api.Integrity;
using BleepStore.Metadata.Memory;
using BleepStore.Tests.Observability;

namespace BleepStore.Tests.Integrity;

/// <summary>A check leaves the disk to the requests, and comes when it is due.</summary>
public sealed class PacingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reading_waits_for_its_rate_and_saves_no_credit_for_long()
    {
        var time = new ManualTime();
        var pace = new Pace(bytesPerSecond: 1000, time);
        var first = pace.SpendAsync(1500, Token).AsTask();
        first.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(1.4));
        first.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(0.2));
        await first;

        // An hour without reading is no licence for 3.6 MB at once.
        time.Advance(TimeSpan.FromHours(1));
        await pace.SpendAsync(1, Token);
        pace.SpendAsync(2000, Token).AsTask().IsCompleted.ShouldBeFalse();
        await new Pace(bytesPerSecond: 0, time).SpendAsync(long.MaxValue, Token);
    }

    [Fact]
    public async Task The_schedule_scrubs_first_within_an_hour_and_then_at_its_interval()
    {
        var time = new ManualTime();
        var checks = IntegrityParts.Checks(new MemoryMetadataStore(), time);
        using var schedule = new ScrubSchedule(checks, new ScrubOptions { Interval = TimeSpan.FromDays(7), Rate = 0 }, time);
        await schedule.StartAsync(Token);
        await AdvanceAsync(TimeSpan.FromMinutes(59));
        checks.Scrub.Run.ShouldBeNull();
        await AdvanceAsync(TimeSpan.FromMinutes(2));
        var first = await NextAsync(after: null);
        await AdvanceAsync(TimeSpan.FromDays(6));
        checks.Scrub.Run.ShouldBe(first);
        await AdvanceAsync(TimeSpan.FromDays(1));
        await NextAsync(first);
        await schedule.StopAsync(Token);

        async Task AdvanceAsync(TimeSpan by)
        {
            await UntilAsync(() => time.WaitingTimers > 0, "the schedule waits");
            time.Advance(by);
        }

        async Task<CheckRun> NextAsync(CheckRun? after)
        {
            await UntilAsync(() => checks.Scrub.Run is { State: CheckState.Done } run && run != after, "a scrub ends");
            return checks.Scrub.Run!;
        }
    }

    [Fact]
    public async Task Without_an_interval_nothing_is_scheduled()
    {
        var time = new ManualTime();
        var checks = IntegrityParts.Checks(new MemoryMetadataStore(), time);
        using var schedule = new ScrubSchedule(checks, new ScrubOptions { Interval = TimeSpan.Zero, Rate = 0 }, time);
        await schedule.StartAsync(Token);
        await schedule.ExecuteTask.ShouldNotBeNull();
        time.WaitingTimers.ShouldBe(0);
    }

    private static async Task UntilAsync(Func<bool> condition, string transition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit, transition);
            await Task.Yield();
        }
    }
}
