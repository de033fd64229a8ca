using System.Globalization;
using BleepStore.Metadata.Sqlite;

namespace BleepStore.Tests.Metadata;

/// <summary>What makes the rows kept in memory exact, and bounded.</summary>
public sealed class RowCacheTests
{
    private readonly RowCache<string> _cache = new(limit: 3);

    [Fact]
    public void A_row_is_kept_until_it_changes()
    {
        _cache.Keep("a", "1", _cache.Epoch);
        _cache.Keep("b", "1", _cache.Epoch);
        _cache.Change("a");
        _cache.TryFind("a", out var before).ShouldBeTrue("what is not committed changes nothing");
        before.ShouldBe("1");

        _cache.ForgetChanged();

        _cache.TryFind("a", out _).ShouldBeFalse();
        _cache.TryFind("b", out _).ShouldBeTrue();
    }

    [Fact]
    public void A_row_that_was_read_before_a_commit_is_not_kept_after_it()
    {
        var epoch = _cache.Epoch;
        _cache.Change("a");
        _cache.ForgetChanged();

        _cache.Keep("a", "old", epoch);

        _cache.TryFind("a", out _).ShouldBeFalse();
        _cache.Keep("a", "new", _cache.Epoch);
        _cache.TryFind("a", out var row).ShouldBeTrue();
        row.ShouldBe("new");
    }

    [Fact]
    public void No_more_rows_are_kept_than_the_limit()
    {
        for (var number = 0; number < 100; number++)
        {
            _cache.Keep(Text(number), "row", _cache.Epoch);
            Enumerable.Range(0, 100).Count(other => _cache.TryFind(Text(other), out _)).ShouldBeInRange(1, 3);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
