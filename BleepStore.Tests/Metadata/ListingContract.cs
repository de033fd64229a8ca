using System.Globalization;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every engine promises about listings of objects and uploads.</summary>
public abstract class ListingContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    [Theory]
    [MemberData(nameof(ListingPages.Pages), MemberType = typeof(ListingPages))]
    public async Task A_page_is_what_S3_says(
        string prefix, string delimiter, string? after, int limit, string[] objects, string[] prefixes, string? next)
    {
        await PutAllAsync(ListingPages.Keys);

        var page = await Store.ListObjectsAsync(BucketId, new ListQuery(prefix, delimiter, after, limit), Cancellation);

        page.Objects.Select(row => row.Key).ShouldBe(objects);
        page.CommonPrefixes.ShouldBe(prefixes);
        page.NextAfter.ShouldBe(next);
    }

    [Fact]
    public async Task Keys_are_ordered_by_their_UTF8_bytes()
    {
        string[] keys = ["\U0001F600", "\uE000", "\uFFFD", "a", "\u00e9", "\U00010000", "a\u0000b", "Z", "\uD7FF"];
        await PutAllAsync(keys);
        var expected = keys.OrderBy(key => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(key)), StringComparer.Ordinal).ToList();

        (await AllAsync("", "", 2)).ShouldBe(expected);
        var page = await Store.ListObjectsAsync(BucketId, new ListQuery("", "\U0001F600", "\uFFFD", 10), Cancellation);
        page.Objects.Select(row => row.Key).ShouldBe(["\U00010000"]);
        page.CommonPrefixes.ShouldBe(["\U0001F600"]);
    }

    [Fact]
    public async Task Pages_of_any_size_add_up_to_one_full_scan_of_10000_keys()
    {
        var keys = Enumerable.Range(0, 10_000)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"dir-{number % 37:d2}/sub-{number % 11}/{number:x}")).ToList();
        await PutAllAsync(keys);
        keys.Sort(string.CompareOrdinal);

        foreach (var size in new[] { 1000, 999, 7 })
        {
            (await AllAsync("", "", size)).ShouldBe(keys);
        }

        foreach (var size in new[] { 1, 5, 36, 37, 38 })
        {
            (await AllAsync("", "/", size)).ShouldBe(keys.Select(key => key[..7]).Distinct(StringComparer.Ordinal));
        }

        (await AllAsync("dir-05/", "/", 3)).Count.ShouldBe(11);
        (await AllAsync("dir-05/sub-", "-", 2)).ShouldBe(keys.Where(key => key.StartsWith("dir-05/sub-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_page_ends_exactly_where_the_listing_ends()
    {
        await PutAllAsync(["a", "b", "c/1", "c/2"]);

        (await Store.ListObjectsAsync(BucketId, new ListQuery("", "/", null, 3), Cancellation)).NextAfter.ShouldBeNull();
        (await Store.ListObjectsAsync(BucketId, new ListQuery("", "", null, 4), Cancellation)).NextAfter.ShouldBeNull();
        (await Store.ListObjectsAsync(BucketId, new ListQuery("", "/", null, 2), Cancellation)).NextAfter.ShouldBe("b");
    }

    [Fact]
    public async Task A_listing_sees_its_own_bucket_alone()
    {
        await PutAllAsync(["b"]);
        var other = await CreateBucketAsync("other");
        await ExecuteAsync(Put("a") with { Bucket = "other", BucketId = other });
        await ExecuteAsync(Put("c") with { Bucket = "other", BucketId = other });

        (await AllAsync("", "", 10)).ShouldBe(["b"]);
    }

    [Fact]
    public async Task Uploads_are_listed_by_key_and_then_upload_id()
    {
        foreach (var (key, id) in new[] { ("b", "u3"), ("a/x", "u1"), ("b", "u2"), ("a/y", "u4"), ("c", "u5"), ("b", "u9") })
        {
            await ExecuteAsync(Initiate(key, id));
        }

        (await UploadsAsync("", "", null, null, 10)).ShouldBe("a/x:u1 a/y:u4 b:u2 b:u3 b:u9 c:u5 | | False  ");
        (await UploadsAsync("", "", null, null, 3)).ShouldBe("a/x:u1 a/y:u4 b:u2 | | True b u2");
        (await UploadsAsync("", "", "b", "u2", 1)).ShouldBe("b:u3 | | True b u3");
        (await UploadsAsync("", "", "b", "u3", 10)).ShouldBe("b:u9 c:u5 | | False  ");
        (await UploadsAsync("", "", "b", "u25", 1)).ShouldBe("b:u3 | | True b u3");
        (await UploadsAsync("", "", "b", null, 10)).ShouldBe("c:u5 | | False  ");
        (await UploadsAsync("", "/", null, null, 1)).ShouldBe(" | a/ | True a/ ");
        (await UploadsAsync("", "/", "a/", null, 1)).ShouldBe("b:u2 | | True b u2");
        (await UploadsAsync("a/", "/", null, null, 10)).ShouldBe("a/x:u1 a/y:u4 | | False  ");
        (await UploadsAsync("", "", null, null, 0)).ShouldBe(" | | False  ");
        (await UploadsAsync("", "", "c", "u5", 10)).ShouldBe(" | | False  ");
    }

    private async Task<string> UploadsAsync(string prefix, string delimiter, string? key, string? upload, int limit)
    {
        var page = await Store.ListUploadsAsync(BucketId, new UploadListQuery(prefix, delimiter, key, upload, limit), Cancellation);
        var prefixes = string.Concat(page.CommonPrefixes.Select(common => common + " "));
        var uploads = string.Join(' ', page.Uploads.Select(row => $"{row.Key}:{row.UploadId}"));
        return $"{uploads} | {prefixes}| {page.IsTruncated} {page.NextKeyMarker} {page.NextUploadIdMarker}";
    }

    private async Task PutAllAsync(IEnumerable<string> keys)
    {
        foreach (var chunk in keys.Chunk(500))
        {
            await Task.WhenAll(chunk.Select(key => ExecuteAsync(Put(key)).AsTask()));
        }
    }

    /// <summary>All keys and common prefixes, page by page; every page but the last is full.</summary>
    private async Task<List<string>> AllAsync(string prefix, string delimiter, int size)
    {
        var all = new List<string>();
        string? after = null;
        do
        {
            var page = await Store.ListObjectsAsync(BucketId, new ListQuery(prefix, delimiter, after, size), Cancellation);
            var lines = page.Objects.Select(row => row.Key).Concat(page.CommonPrefixes).Order(KeyOrder.Instance).ToList();
            lines.Count.ShouldBe(page.NextAfter is null ? lines.Count : size);
            (page.NextAfter ?? lines.LastOrDefault()).ShouldBe(lines.LastOrDefault());
            all.AddRange(lines);
            after = page.NextAfter;
        }
        while (after is not null);
        return all;
    }
}

/// <summary>
/// Pages of one small bucket: prefix, delimiter, marker, limit, then the objects, common prefixes and next marker expected.
/// </summary>
public static class ListingPages
{
    internal static readonly string[] Keys = ["a", "a/1", "a/2", "a/b/c", "ab", "b/", "b/x", "c", "d--e--f", "d--g", "z/y"];

    public static TheoryData<string, string, string?, int, string[], string[], string?> Pages => new()
    {
        { "", "", null, 100, Keys, [], null },
        { "", "", null, 0, [], [], null },
        { "", "", null, 3, ["a", "a/1", "a/2"], [], "a/2" },
        { "", "", "a/2", 2, ["a/b/c", "ab"], [], "ab" },
        { "", "", "zzz", 2, [], [], null },
        { "", "", "z/y", 2, [], [], null },
        { "", "", "c", 3, ["d--e--f", "d--g", "z/y"], [], null },
        { "", "/", null, 100, ["a", "ab", "c", "d--e--f", "d--g"], ["a/", "b/", "z/"], null },
        { "", "/", null, 2, ["a"], ["a/"], "a/" },
        { "", "/", "a/", 2, ["ab"], ["b/"], "b/" },
        { "", "/", "b/", 100, ["c", "d--e--f", "d--g"], ["z/"], null },
        { "", "/", "a/1", 2, ["ab"], ["b/"], "b/" },
        { "", "/", "a/b/c", 2, ["ab"], ["b/"], "b/" },
        { "", "/", "a/b/", 1, ["ab"], [], "ab" },
        { "", "/", "z/", 5, [], [], null },
        { "", "/", "z/y", 5, [], [], null },
        { "a/", "/", null, 100, ["a/1", "a/2"], ["a/b/"], null },
        { "a/", "/", "a/", 100, ["a/1", "a/2"], ["a/b/"], null },
        { "a/", "/", "a/2", 1, [], ["a/b/"], null },
        { "a/", "/", "a/b/", 1, [], [], null },
        { "b/", "/", null, 100, ["b/", "b/x"], [], null },
        { "a", "", null, 100, ["a", "a/1", "a/2", "a/b/c", "ab"], [], null },
        { "a", "/", null, 100, ["a", "ab"], ["a/"], null },
        { "a", "", "0", 1, ["a"], [], "a" },
        { "a", "", "b", 1, [], [], null },
        { "d", "--", null, 100, [], ["d--"], null },
        { "d--", "--", null, 100, ["d--g"], ["d--e--"], null },
        { "", "b/c", null, 100, ["a", "a/1", "a/2", "ab", "b/", "b/x", "c", "d--e--f", "d--g", "z/y"], ["a/b/c"], null },
        { "", "longer than any key", null, 100, Keys, [], null },
        { "none", "/", null, 100, [], [], null },
    };
}
