using BleepStore.Api.Content;

namespace BleepStore.Tests.Content;

/// <summary>The last part of a disk stays free, whichever of the two file systems it is.</summary>
public sealed class FreeSpaceGuardTests
{
    private const long GiB = 1L << 30;

    [Theory]
    [InlineData(2 * GiB, 10 * GiB, null, GiB, true)]
    [InlineData(2 * GiB, 10 * GiB, null, GiB + 1, false)]
    [InlineData(30 * GiB, 1000 * GiB, null, 10 * GiB, true)]
    [InlineData(30 * GiB, 1000 * GiB, null, 11 * GiB, false)]
    [InlineData(10, 100, 0L, 10, true)]
    [InlineData(10, 100, 0L, 11, false)]
    [InlineData(10, 100, 5L, 6, false)]
    public void Bytes_are_added_only_where_the_reserve_stays(long free, long total, long? minFree, long bytes, bool allowed)
        => Guard(() => new DiskSpace(free, total), () => new DiskSpace(null, Total: null), minFree).CanAddBytes(bytes).ShouldBe(allowed);

    [Fact]
    public void A_full_metadata_disk_stops_additions_too()
        => Guard(() => new DiskSpace(100 * GiB, 200 * GiB), () => new DiskSpace(GiB - 1, 10 * GiB), minFree: null).CanAddBytes(1).ShouldBeFalse();

    [Fact]
    public void What_has_no_bound_has_room()
        => Guard(() => default, () => default, minFree: null).CanAddBytes(long.MaxValue).ShouldBeTrue();

    [Fact]
    public void The_disk_is_looked_at_once_a_second()
    {
        var time = new Clock();
        var looks = 0;
        var free = 100L;
        var guard = new FreeSpaceGuard(
            () =>
            {
                looks++;
                return new DiskSpace(free, 100);
            },
            () => default,
            minFree: 0,
            time);
        guard.CanAddBytes(50).ShouldBeTrue();
        free = 0;
        guard.CanAddBytes(50).ShouldBeTrue();
        looks.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(1));
        guard.CanAddBytes(50).ShouldBeFalse();
        looks.ShouldBe(2);
    }

    [Fact]
    public void What_was_let_in_since_the_last_look_counts_until_a_look_shows_otherwise()
    {
        var free = 100L;
        var guard = new FreeSpaceGuard(() => new DiskSpace(free, 1000), () => default, minFree: 20, new Clock());
        guard.CanAddBytes(50).ShouldBeTrue();
        free = 50;
        guard.CanAddBytes(31).ShouldBeFalse();
        guard.CanAddBytes(30).ShouldBeTrue();
        free = 20;
        guard.CanAddBytes(1).ShouldBeFalse();
        free = 100;
        guard.CanAddBytes(80).ShouldBeTrue();
    }

    private static FreeSpaceGuard Guard(Func<DiskSpace> blobs, Func<DiskSpace> metadata, long? minFree) => new(blobs, metadata, minFree, TimeProvider.System);

    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
