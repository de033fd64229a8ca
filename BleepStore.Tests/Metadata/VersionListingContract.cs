using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every engine promises about listings of versions.</summary>
public abstract class VersionListingContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal) { ["null"] = "null" };

    [Fact]
    public async Task Versions_are_listed_by_key_and_newest_first_with_both_markers()
    {
        await FillAsync();

        (await PageAsync("", "", null, null, 100))
            .ShouldBe("a:a3+ a:a2 a:a1 b/x:b2+ b/x:b1 b/y:y1+ c:d1+ c:c1 d:null+ | | False  ");
        (await PageAsync("", "", null, null, 2)).ShouldBe("a:a3+ a:a2 | | True a a2");
        (await PageAsync("", "", "a", "a2", 2)).ShouldBe("a:a1 b/x:b2+ | | True b/x b2");
        (await PageAsync("", "", "a", null, 1)).ShouldBe("b/x:b2+ | | True b/x b2");
        (await PageAsync("", "", "a", "a1", 1)).ShouldBe("b/x:b2+ | | True b/x b2");
        (await PageAsync("", "", "c", "d1", 9)).ShouldBe("c:c1 d:null+ | | False  ");
        (await PageAsync("", "", "d", "null", 9)).ShouldBe(" | | False  ");
        (await PageAsync("", "", "zz", null, 9)).ShouldBe(" | | False  ");
        (await PageAsync("", "", null, null, 0)).ShouldBe(" | | False  ");
        (await PageAsync("b/", "", null, null, 9)).ShouldBe("b/x:b2+ b/x:b1 b/y:y1+ | | False  ");
        (await PageAsync("b/", "", "a", "a2", 2)).ShouldBe("b/x:b2+ b/x:b1 | | True b/x b1");
    }

    [Fact]
    public async Task Common_prefixes_are_rolled_up_over_all_versions_of_their_keys()
    {
        await FillAsync();

        (await PageAsync("", "/", null, null, 100)).ShouldBe("a:a3+ a:a2 a:a1 c:d1+ c:c1 d:null+ | b/ | False  ");
        (await PageAsync("", "/", null, null, 4)).ShouldBe("a:a3+ a:a2 a:a1 | b/ | True b/ ");
        (await PageAsync("", "/", "b/", null, 1)).ShouldBe("c:d1+ | | True c d1");
        (await PageAsync("", "/", "b/", "b1", 1)).ShouldBe("c:d1+ | | True c d1");
        (await PageAsync("b/", "/", null, null, 9)).ShouldBe("b/x:b2+ b/x:b1 b/y:y1+ | | False  ");
        (await PageAsync("", "y", null, null, 9)).ShouldBe("a:a3+ a:a2 a:a1 b/x:b2+ b/x:b1 c:d1+ c:c1 d:null+ | b/y | False  ");
    }

    [Fact]
    public async Task A_page_goes_on_where_the_last_one_ended_although_that_version_is_gone()
    {
        await FillAsync();
        var second = _names.Single(pair => pair.Value == "a2").Key;
        await RemoveAsync("a", second);

        (await PageAsync("", "", "a", "a2", 1)).ShouldBe("a:a1 | | True a a1");

        // Now the newest goes too, and the first of the next page is the latest of its key.
        await RemoveAsync("a", _names.Single(pair => pair.Value == "a3").Key);
        (await PageAsync("", "", "a", "a2", 1)).ShouldBe("a:a1+ | | True a a1");
        await RemoveAsync("a", _names.Single(pair => pair.Value == "a1").Key);
        (await PageAsync("", "", "a", "a2", 1)).ShouldBe("b/x:b2+ | | True b/x b2");

        // The null version's id says nothing of its age: its key begins anew.
        await ExecuteAsync(Put("d", 9));
        (await PageAsync("", "", "d", "null", 9)).ShouldBe(" | | False  ");
        await RemoveAsync("d", "null");
        (await PageAsync("", "", "d", "null", 9)).ShouldContain("d:");
    }

    [Fact]
    public async Task Pages_of_any_size_add_up_to_one_full_scan()
    {
        await VersioningAsync(isEnabled: true);
        var random = new Random(7);
        for (var count = 0; count < 400; count++)
        {
            var key = $"dir-{random.Next(9)}/key-{random.Next(4)}";
            Task change = random.Next(4) == 0 ? ExecuteAsync(Delete(key)).AsTask() : ExecuteAsync(Put(key)).AsTask();
            await change;
        }

        await VersionRules.CheckAsync(Store, BucketId, Cancellation);
        var all = await AllAsync("", "", 1000);
        all.Count.ShouldBe(400);
        foreach (var size in new[] { 1, 2, 7, 99, 399, 400 })
        {
            (await AllAsync("", "", size)).ShouldBe(all);
            (await AllAsync("dir-3", "", size)).ShouldBe(all.Where(line => line.StartsWith("dir-3", StringComparison.Ordinal)));
            (await AllAsync("", "/", size)).ShouldBe(Enumerable.Range(0, 9).Select(number => $"dir-{number}/"));
            (await AllAsync("dir-3/", "/", size)).ShouldBe(all.Where(line => line.StartsWith("dir-3/", StringComparison.Ordinal)));
        }
    }

    private async Task FillAsync()
    {
        await ExecuteAsync(Put("d", 1));
        await VersioningAsync(isEnabled: true);
        foreach (var (key, name) in new[] { ("a", "a1"), ("b/x", "b1"), ("a", "a2"), ("c", "c1"), ("b/y", "y1"), ("a", "a3"), ("b/x", "b2") })
        {
            _names[(await ExecuteAsync(Put(key))).VersionId!] = name;
        }

        _names[(await ExecuteAsync(Delete("c")))[0].VersionId!] = "d1";
    }

    private async Task VersioningAsync(bool isEnabled)
        => (await ExecuteAsync(new SetBucketVersioning { Time = Now(), Bucket = Bucket, BucketId = BucketId, IsEnabled = isEnabled })).IsDone.ShouldBeTrue();

    private async Task RemoveAsync(string key, string versionId)
        => (await ExecuteAsync(Delete(key) with { Keys = [new ObjectToDelete(key, VersionId: versionId)] }))[0].IsDone.ShouldBeTrue();

    private async Task<string> PageAsync(string prefix, string delimiter, string? key, string? version, int limit)
    {
        var id = version is null ? null : _names.Single(pair => pair.Value == version).Key;
        var page = await Store.ListVersionsAsync(BucketId, new VersionListQuery(prefix, delimiter, key, id, limit), Cancellation);
        var prefixes = string.Concat(page.CommonPrefixes.Select(common => common + " "));
        var versions = string.Join(' ', page.Versions.Select(row => $"{row.Version.Key}:{Name(row.Version)}{(row.IsLatest ? "+" : "")}"));
        return $"{versions} | {prefixes}| {page.IsTruncated} {page.NextKeyMarker} {(page.NextVersionIdMarker is { } next ? _names[next] : "")}";
    }

    private string Name(ObjectRecord version) => _names.GetValueOrDefault(version.VersionId, version.VersionId);

    /// <summary>All versions and common prefixes, page by page; every page but the last is full.</summary>
    private async Task<List<string>> AllAsync(string prefix, string delimiter, int size)
    {
        var all = new List<string>();
        var (key, version) = ((string?)null, (string?)null);
        do
        {
            var page = await Store.ListVersionsAsync(BucketId, new VersionListQuery(prefix, delimiter, key, version, size), Cancellation);
            (page.Versions.Length + page.CommonPrefixes.Length).ShouldBeLessThanOrEqualTo(size);
            page.IsTruncated.ShouldBe(page.NextKeyMarker is not null);
            if (page.IsTruncated)
            {
                (page.Versions.Length + page.CommonPrefixes.Length).ShouldBe(size);
            }

            all.AddRange(page.CommonPrefixes);
            all.AddRange(page.Versions.Select(VersionRules.Describe));
            (key, version) = (page.NextKeyMarker, page.NextVersionIdMarker);
        }
        while (key is not null);
        return all;
    }
}
