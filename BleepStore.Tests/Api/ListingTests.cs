using System.Globalization;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Listings of both versions, compared with a plain computation over the same keys.</summary>
public sealed class ListingTests(ListingTests.Fixture fixture) : IClassFixture<ListingTests.Fixture>
{
    private AttackHost Attack => fixture.Attack;

    public static TheoryData<string, string, int> Pages => new()
    {
        { "", "", 1000 },
        { "", "", 7 },
        { "", "/", 1000 },
        { "", "/", 1 },
        { "", "/", 3 },
        { "dir", "/", 2 },
        { "dir/", "/", 2 },
        { "dir/1/", "/", 100 },
        { "dir/1", "", 11 },
        { "", "r/", 5 },
        { "", "dir/", 5 },
        { "", "-long-delimiter-", 9 },
        { "absent", "/", 10 },
        { "", "\U0001F600", 10 },
        { "\uFFFD", "", 1 },
        { "dir/", "0", 13 },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Pages_together_hold_what_one_computation_finds(string prefix, string delimiter, int size)
    {
        var expected = Compute(prefix, delimiter).ToList();
        foreach (var version in (int[])[1, 2])
        {
            var found = new List<string>();
            for (var marker = ""; ;)
            {
                var page = await ListAsync(version, prefix, delimiter, marker, size);
                var items = page.Elements("Key").Concat(CommonPrefixes(page)).Select(Uri.UnescapeDataString).OrderBy(item => item, Utf8Order.Instance).ToList();
                items.Count.ShouldBeLessThanOrEqualTo(size);
                found.AddRange(items);
                if (version == 2)
                {
                    page.Element("KeyCount").ShouldBe(items.Count.ToString(CultureInfo.InvariantCulture));
                }

                if (page.Element("IsTruncated") == "false")
                {
                    (page.Elements("NextMarker").Count + page.Elements("NextContinuationToken").Count).ShouldBe(0);
                    break;
                }

                items.Count.ShouldBe(size);
                marker = version == 2 ? page.Element("NextContinuationToken")
                    : delimiter.Length > 0 ? Uri.UnescapeDataString(page.Element("NextMarker")) : items[^1];
            }

            found.ShouldBe(expected, $"version {version}");
        }
    }

    [Theory]
    [InlineData("0", 0, false)]
    [InlineData("1", 1, true)]
    [InlineData("1000", 1000, true)]
    [InlineData("1001", 1000, true)]
    [InlineData("2147483647", 1000, true)]
    [InlineData("", 1000, true)]
    public async Task The_limit_is_clamped(string maxKeys, int count, bool isTruncated)
    {
        foreach (var version in (string[])["", "list-type=2&"])
        {
            var page = await Attack.MustAsync(S3TestHost.Alice, "GET", $"/list?{version}max-keys={maxKeys}");
            page.Elements("Contents").Count.ShouldBe(count);
            page.Element("MaxKeys").ShouldBe(count.ToString(CultureInfo.InvariantCulture));
            page.Element("IsTruncated").ShouldBe(isTruncated ? "true" : "false");
        }
    }

    [Theory]
    [InlineData("max-keys=-1", "maxKeys")]
    [InlineData("max-keys=2147483648")]
    [InlineData("max-keys=99999999999999999999")]
    [InlineData("max-keys=-99999999999999999999")]
    [InlineData("max-keys=abc")]
    [InlineData("max-keys=1.5")]
    [InlineData("max-keys=%201")]
    [InlineData("max-keys=1%00")]
    [InlineData("max-keys=%D9%A1")]
    [InlineData("encoding-type=xml")]
    [InlineData("encoding-type=ur")]
    public async Task A_parameter_that_is_none_is_refused(string query, string? argument = null)
    {
        foreach (var (version, name) in ((string, string)[])[("", ""), ("list-type=2&", "")])
        {
            var answer = await Attack.CallAsync(S3TestHost.Alice, "GET", $"/list?{version}{query}{name}");
            answer.Outcome.ShouldBe("400 InvalidArgument");
            answer.Element("ArgumentName").ShouldBe(argument ?? query.Split('=')[0]);
        }

        if (query.StartsWith("max-keys", StringComparison.Ordinal))
        {
            (await Attack.CallAsync(S3TestHost.Alice, "GET", $"/list?uploads&{query.Replace("max-keys", "max-uploads", StringComparison.Ordinal)}"))
                .Outcome.ShouldBe("400 InvalidArgument");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("1")]
    [InlineData("1!!!")]
    [InlineData("1_w")]
    [InlineData("1wK8")]
    [InlineData("2ZGly")]
    [InlineData("1ZGly%00")]
    [InlineData("%F0%9F%98%80")]
    [InlineData("1ZGly=")]
    public async Task A_token_that_was_never_given_is_refused_or_harmless(string token)
    {
        var answer = await Attack.CallAsync(S3TestHost.Alice, "GET", $"/list?list-type=2&continuation-token={token}");
        answer.Status.ShouldBeOneOf(200, 400);
        if (answer.Status == 400)
        {
            answer.Code.ShouldBe("InvalidArgument");
            answer.Element("ArgumentName").ShouldBe("continuation-token");
        }
    }

    [Fact]
    public async Task Garbage_tokens_are_refused()
    {
        foreach (var token in (string[])["", "garbage", "2ZGly", "1!!!", "1wK8"])
        {
            (await Attack.CallAsync(S3TestHost.Alice, "GET", $"/list?list-type=2&continuation-token={token}")).Outcome.ShouldBe("400 InvalidArgument", token);
        }

        (await Attack.CallAsync(S3TestHost.Alice, "GET", "/?continuation-token=garbage")).Outcome.ShouldBe("400 InvalidArgument");
        (await Attack.CallAsync(S3TestHost.Alice, "GET", "/?max-buckets=0")).Outcome.ShouldBe("400 InvalidArgument");
        (await Attack.CallAsync(S3TestHost.Alice, "GET", "/?max-buckets=10001")).Outcome.ShouldBe("400 InvalidArgument");
    }

    [Fact]
    public async Task A_marker_starts_after_itself_and_after_its_common_prefix()
    {
        async Task<List<string>> AfterAsync(int version, string marker, string delimiter)
        {
            var name = version == 2 ? "start-after" : "marker";
            var page = await Attack.MustAsync(
                S3TestHost.Alice, "GET", $"/list?{(version == 2 ? "list-type=2&" : "")}encoding-type=url&max-keys=3&delimiter={delimiter}&{name}={Uri.EscapeDataString(marker)}");
            return [.. page.Elements("Key").Concat(CommonPrefixes(page)).Select(Uri.UnescapeDataString).OrderBy(item => item, Utf8Order.Instance)];
        }

        foreach (var version in (int[])[1, 2])
        {
            foreach (var marker in (string[])["a", "dir/", "dir/1/0005", "zzz", "\uFFFD", "\U0001F600", "\0", "dir/1"])
            {
                (await AfterAsync(version, marker, "")).ShouldBe(fixture.Keys.Where(key => Utf8Order.Instance.Compare(key, marker) > 0).Take(3), marker);
            }

            // Inside a common prefix: S3 shows the prefix again as long as a key of it follows, but not after the prefix itself.
            (await AfterAsync(version, "dir/", "/")).ShouldNotContain("dir/");
            (await AfterAsync(version, "dir0", "/")).ShouldNotContain("dir/");
            (await AfterAsync(version, "b-long-delimiter-d", "/")).ShouldContain("dir/");
        }
    }

    [Fact]
    public async Task A_continuation_token_wins_over_start_after()
    {
        var first = await Attack.MustAsync(S3TestHost.Alice, "GET", "/list?list-type=2&max-keys=2");
        var token = Uri.EscapeDataString(first.Element("NextContinuationToken"));
        var second = await Attack.MustAsync(S3TestHost.Alice, "GET", $"/list?list-type=2&max-keys=2&encoding-type=url&start-after=zzz&continuation-token={token}");
        second.Elements("Key").Select(Uri.UnescapeDataString).ShouldBe(fixture.Keys.Skip(2).Take(2));
        second.Element("ContinuationToken").ShouldBe(first.Element("NextContinuationToken"));
        second.Elements("StartAfter").ShouldBeEmpty();
    }

    [Fact]
    public async Task Owners_are_shown_by_version_1_and_on_demand_by_version_2()
    {
        (await Attack.MustAsync(S3TestHost.Alice, "GET", "/list?max-keys=2")).Elements("ID").ShouldBe(["alice", "alice"]);
        (await Attack.MustAsync(S3TestHost.Alice, "GET", "/list?list-type=2&max-keys=2")).Elements("ID").ShouldBeEmpty();
        var fetched = await Attack.MustAsync(S3TestHost.Alice, "GET", "/list?list-type=2&max-keys=2&fetch-owner=true");
        fetched.Elements("ID").ShouldBe(["alice", "alice"]);
        fetched.Elements("DisplayName").ShouldBe(["Alice", "Alice"]);
        (await Attack.MustAsync(S3TestHost.Alice, "GET", "/list?list-type=2&max-keys=2&fetch-owner=false")).Elements("ID").ShouldBeEmpty();
    }

    [Fact]
    public async Task Everything_that_can_be_encoded_is_encoded()
    {
        var page = await Attack.MustAsync(
            S3TestHost.Alice, "GET", "/list?encoding-type=url&prefix=%F0%9F%98%80%20&delimiter=%26&marker=%C3%BC");
        page.Element("EncodingType").ShouldBe("url");
        page.Element("Prefix").ShouldBe("%F0%9F%98%80%20");
        page.Element("Delimiter").ShouldBe("%26");
        page.Element("Marker").ShouldBe("%C3%BC");
    }

    private Task<RawAnswer> ListAsync(int version, string prefix, string delimiter, string after, int size)
    {
        var name = version == 2 ? "continuation-token" : "marker";
        return Attack.MustAsync(S3TestHost.Alice, "GET", $"/list?{(version == 2 ? "list-type=2&" : "")}encoding-type=url&max-keys={size}"
            + $"&prefix={Uri.EscapeDataString(prefix)}&delimiter={Uri.EscapeDataString(delimiter)}{(after.Length == 0 ? "" : $"&{name}={Uri.EscapeDataString(after)}")}");
    }

    private static IEnumerable<string> CommonPrefixes(RawAnswer page) => page.Elements("CommonPrefixes");

    private IEnumerable<string> Compute(string prefix, string delimiter)
        => fixture.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(key => delimiter.Length > 0 && key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is var at and >= 0 ? key[..(at + delimiter.Length)] : key)
            .Distinct();

    /// <summary>2,500 keys: many below few prefixes, some of awkward characters.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public AttackHost Attack { get; } = new();

        /// <summary>All keys in the order of S3.</summary>
        internal IReadOnlyList<string> Keys { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            await Attack.InitializeAsync();
            await Attack.MustAsync(S3TestHost.Alice, "PUT", "/list");
            var keys = new List<string>();
            for (var i = 0; i < 2500 - 20; i++)
            {
                keys.Add(string.Create(CultureInfo.InvariantCulture, $"dir/{i % 5}/{i:d4}"));
            }

            keys.AddRange(
            [
                "a", "a/", "a//b", "b-long-delimiter-c", "b-long-delimiter-d", "b-long-delimiter", "dir", "dir.", "dir0", "dir/", "z", "\u007F", "\u00FC/x", "\uD7FF", "\uE000", "\uFFFD", "\uFFFF",
                "\U00010000", "\U0001F600/a", "\U0001F600/b",
            ]);
            Keys = [.. keys.OrderBy(key => key, Utf8Order.Instance)];
            using var client = Attack.Host.Client(S3TestHost.Alice);
            await Parallel.ForEachAsync(keys, TestContext.Current.CancellationToken, async (key, token) => await client.PutObjectAsync(
                new Amazon.S3.Model.PutObjectRequest { BucketName = "list", Key = key, ContentBody = "" }, token));
        }

        public ValueTask DisposeAsync() => Attack.DisposeAsync();
    }
}
