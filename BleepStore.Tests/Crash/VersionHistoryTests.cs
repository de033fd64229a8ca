using BleepStore.Metadata.Records;
using BleepStore.Tests.Crash.Recording;

namespace BleepStore.Tests.Crash;

/// <summary>A history that is told falsely is false whatever became of the request that got no answer.</summary>
public sealed class VersionHistoryTests
{
    private const string Bucket = "bucket";
    private static readonly KnownVersion Version = new("key-0", "1", "content", Tag: null, ObjectLock.None);
    private static readonly BucketVersions Empty = new(VersioningState.Enabled, []);
    private static readonly BucketVersions One = Empty.Put(Version).WithId("1");
    private static readonly BucketVersions Two = One.Put(Version with { Content = "newer" }).WithId("2");

    [Fact]
    public void A_version_less_is_no_falsehood_where_the_newest_may_not_have_been_put()
        => TheFalsehoodIsFalse([Empty, One, Two], unanswered: Two.Put(Version with { Content = "newest" }), WithoutTheFirst, expected: One);

    [Fact]
    public void A_version_less_is_no_falsehood_where_the_first_may_have_been_removed()
        => TheFalsehoodIsFalse([Empty, One, Two], unanswered: Two.Without(Two.Versions[0]), WithoutTheFirst, expected: One);

    [Fact]
    public void A_version_more_is_no_falsehood_where_it_may_have_been_put()
        => TheFalsehoodIsFalse([Empty, One], unanswered: Two, state => state.Put(Version with { Content = "newer" }).WithId("2"), expected: Two);

    [Fact]
    public void Another_order_shows_where_there_were_two_versions()
        => TheFalsehoodIsFalse([Empty, Two, One], unanswered: Empty, Reversed, expected: Reversed(Two));

    [Fact]
    public void Objects_for_delete_markers_show_where_there_was_a_marker()
    {
        var marked = One.Put(Version with { Content = null }).WithId("2");
        BucketVersions WithoutMarkers(BucketVersions state) => state with { Versions = [.. state.Versions.Select(version => version with { Content = version.Content ?? "object" })] };
        TheFalsehoodIsFalse([Empty, marked, Two], unanswered: marked, WithoutMarkers, expected: WithoutMarkers(marked));
    }

    [Fact]
    public void What_shows_in_no_state_that_was_told_is_no_falsehood()
    {
        HistoryOf([Empty, One], unanswered: Two).FindFalsehood(Bucket, Reversed).ShouldBeNull();
        HistoryOf([Empty], unanswered: One).FindFalsehood(Bucket, WithoutTheFirst).ShouldBeNull();
        HistoryOf([Empty, Two], unanswered: Empty).FindFalsehood("other", Reversed).ShouldBeNull();
    }

    /// <summary>The disk may be as the last state that was told, or as the request without an answer: at the moment of the falsehood it is as neither.</summary>
    private static void TheFalsehoodIsFalse(BucketVersions[] answered, BucketVersions unanswered, Func<BucketVersions, BucketVersions> change, BucketVersions expected)
    {
        var history = HistoryOf(answered, unanswered);
        var (told, moment) = history.FindFalsehood(Bucket, change).ShouldNotBeNull();
        var truth = history.VersionsAt(moment).Single().Allowed.ShouldHaveSingleItem().ShouldNotBeNull();
        var falsehood = told.VersionsAt(moment).Single().Allowed.ShouldHaveSingleItem().ShouldNotBeNull();
        falsehood.IsAs(truth).ShouldBeFalse();
        falsehood.IsAs(expected).ShouldBeTrue($"{falsehood}");
    }

    private static History HistoryOf(BucketVersions[] answered, BucketVersions unanswered)
    {
        var changes = answered.Select((state, index) => new VersionChange(Bucket, (index * 10) + 1, (index * 10) + 9, state)).ToList();
        return new History(0, [], [], [.. changes, new VersionChange(Bucket, (answered.Length * 10) + 1, Answered: null, unanswered)]);
    }

    private static BucketVersions WithoutTheFirst(BucketVersions state) => state.Without(state.Versions.Take(1));

    private static BucketVersions Reversed(BucketVersions state) => state with { Versions = [.. state.Versions.AsEnumerable().Reverse()] };
}
