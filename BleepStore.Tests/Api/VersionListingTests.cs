using System.Globalization;

namespace BleepStore.Tests.Api;

/// <summary>ListObjectVersions as clients see it: shape, order, pages, prefixes and what is refused.</summary>
public abstract class VersionListingTests(ApiHost fixture)
{
    [Fact]
    public async Task A_listing_names_every_version_and_marker_in_S3s_words()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello", ("x-amz-storage-class", "STANDARD_IA"));
        await bucket.SetVersioningAsync("Enabled");
        var marker = (await bucket.DeleteAsync("key")).Header("x-amz-version-id");

        var answer = await bucket.SendAsync("GET", null, "versions", null);

        answer.Status.ShouldBe(200);
        answer.Header("Content-Type").ShouldBe("application/xml");
        answer.Xml.Name.ToString().ShouldBe("{http://s3.amazonaws.com/doc/2006-03-01/}ListVersionsResult");
        Names(answer.Xml.Elements()).ShouldBe(
            ["Name", "Prefix", "KeyMarker", "VersionIdMarker", "MaxKeys", "IsTruncated", "DeleteMarker", "Version"]);
        var rows = answer.Xml.Elements().Skip(6).ToList();
        Names(rows[0].Elements()).ShouldBe(["Key", "VersionId", "IsLatest", "LastModified", "Owner"]);
        Names(rows[1].Elements()).ShouldBe(
            ["Key", "VersionId", "IsLatest", "LastModified", "ETag", "ChecksumAlgorithm", "ChecksumType", "Size", "Owner", "StorageClass"]);
        answer.Elements("VersionId").ShouldBe([marker!, "null"]);
        answer.Elements("IsLatest").ShouldBe(["true", "false"]);
        answer.Elements("ID").ShouldBe(["bleepstore", "bleepstore"]);
        (answer.Element("Size"), answer.Element("StorageClass"), answer.Element("ETag")).ShouldBe(("5", "STANDARD_IA", "\"8b1a9953c4611296a827abf8c47804d7\""));
    }

    [Fact]
    public async Task Pages_of_any_size_add_up_to_the_whole_and_say_where_they_go_on()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.SetVersioningAsync("Enabled");
        foreach (var key in new[] { "a", "b/1", "b/2", "a", "c", "b/1", "a" })
        {
            await bucket.PutAsync(key, key);
        }

        await bucket.DeleteAsync("b/2");
        var whole = await bucket.SendAsync("GET", null, "versions", null);
        whole.Elements("Key").ShouldBe(["a", "a", "a", "b/1", "b/1", "b/2", "b/2", "c"]);
        whole.Elements("IsLatest").ShouldBe(["true", "false", "false", "true", "false", "true", "false", "true"]);
        foreach (var size in new[] { 1, 2, 3, 7, 8 })
        {
            var ids = new List<string>();
            var query = string.Create(CultureInfo.InvariantCulture, $"versions&max-keys={size}");
            for (var more = ""; ;)
            {
                var page = await bucket.SendAsync("GET", null, query + more, null);
                page.Element("MaxKeys").ShouldBe(size.ToString(CultureInfo.InvariantCulture));
                ids.AddRange(page.Elements("VersionId"));
                if (page.Element("IsTruncated") == "false")
                {
                    page.Element("NextKeyMarker").ShouldBeNull();
                    break;
                }

                (page.Elements("Key")[^1], page.Elements("VersionId")[^1]).ShouldBe((page.Element("NextKeyMarker"), page.Element("NextVersionIdMarker")));
                more = $"&key-marker={Uri.EscapeDataString(page.Element("NextKeyMarker")!)}&version-id-marker={page.Element("NextVersionIdMarker")}";
            }

            ids.ShouldBe(whole.Elements("VersionId"));
        }
    }

    [Fact]
    public async Task Keys_with_the_delimiter_are_rolled_up_and_a_marker_alone_makes_a_prefix()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.SetVersioningAsync("Enabled");
        await bucket.PutAsync("a", "1");
        await bucket.PutAsync("b/1", "1");
        await bucket.PutAsync("b/1", "2");
        await bucket.DeleteAsync("d/x");
        await bucket.PutAsync("e", "1");

        var whole = await bucket.SendAsync("GET", null, "versions&delimiter=/", null);
        whole.Elements("Key").ShouldBe(["a", "e"]);
        whole.Xml.Elements().Where(row => row.Name.LocalName == "CommonPrefixes").Select(row => row.Value).ShouldBe(["b/", "d/"]);
        var page = await bucket.SendAsync("GET", null, "versions&delimiter=/&max-keys=2", null);
        (page.Element("NextKeyMarker"), page.Element("NextVersionIdMarker"), page.Element("Delimiter")).ShouldBe(("b/", null, "/"));
        var next = await bucket.SendAsync("GET", null, "versions&delimiter=/&key-marker=b/", null);
        next.Elements("Key").ShouldBe(["e"]);
        (await bucket.SendAsync("GET", null, "versions&delimiter=/&prefix=b/", null)).Elements("Key").ShouldBe(["b/1", "b/1"]);
    }

    [Fact]
    public async Task Keys_that_XML_cannot_hold_come_encoded_where_that_is_asked_for()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("sp ace/\u00fc+&\u0001", "1");
        await bucket.PutAsync("sp ace/z", "1");

        var page = await bucket.SendAsync("GET", null, "versions&encoding-type=url&prefix=sp%20ace/&max-keys=1", null);

        (page.Element("EncodingType"), page.Element("Key")).ShouldBe(("url", "sp%20ace/z"));
        (page.Element("Prefix"), page.Element("NextKeyMarker"), page.Element("NextVersionIdMarker")).ShouldBe(("sp%20ace/", "sp%20ace/z", "null"));
        var next = await bucket.SendAsync("GET", null, "versions&encoding-type=url&key-marker=sp%20ace/z&version-id-marker=null", null);
        (next.Element("KeyMarker"), next.Element("VersionIdMarker"), next.Element("Key")).ShouldBe(("sp%20ace/z", "null", "sp%20ace/%C3%BC%2B%26%01"));
    }

    [Theory]
    [InlineData("version-id-marker=null", "version-id-marker", "A version-id marker cannot be specified without a key marker.")]
    [InlineData("key-marker=&version-id-marker=null", "version-id-marker", "A version-id marker cannot be specified without a key marker.")]
    [InlineData("key-marker=a&version-id-marker=", "version-id-marker", "A version-id marker cannot be empty.")]
    [InlineData("key-marker=a&version-id-marker=invalid", "version-id-marker", "Invalid version id specified")]
    [InlineData("max-keys=-1", "max-keys", "max-keys cannot be negative")]
    [InlineData("max-keys=x", "max-keys", "Provided max-keys not an integer or within integer range")]
    [InlineData("encoding-type=base64", "encoding-type", "Invalid Encoding Method specified in Request")]
    public async Task A_parameter_that_makes_no_sense_is_refused_by_name(string query, string argument, string message)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var answer = await bucket.SendAsync("GET", null, "versions&" + query, null);
        (answer.Status, answer.ErrorCode, answer.Element("ArgumentName"), answer.Element("Message")).ShouldBe((400, "InvalidArgument", argument, message));
    }

    [Fact]
    public async Task Emptying_a_bucket_page_by_page_leaves_nothing()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "null");
        await bucket.PutAsync("other", "null");
        await bucket.SetVersioningAsync("Enabled");
        for (var count = 0; count < 7; count++)
        {
            await bucket.PutAsync("key", "x");
        }

        var more = "";
        for (var page = await ListAsync(); ; page = await ListAsync())
        {
            foreach (var (key, id) in page.Elements("Key").Zip(page.Elements("VersionId")))
            {
                (await bucket.SendAsync("DELETE", key, $"versionId={id}", null)).Status.ShouldBe(204);
            }

            if (page.Element("IsTruncated") == "false")
            {
                break;
            }

            more = $"&key-marker={page.Element("NextKeyMarker")}&version-id-marker={page.Element("NextVersionIdMarker")}";
        }

        (await bucket.SendAsync("DELETE", null, "", null)).Status.ShouldBe(204);

        Task<Http.RawResponse> ListAsync() => bucket.SendAsync("GET", null, "versions&max-keys=2" + more, null);
    }

    [Fact]
    public async Task An_empty_page_of_no_keys_is_whole()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "1");
        var page = await bucket.SendAsync("GET", null, "versions&max-keys=0", null);
        (page.Element("IsTruncated"), page.Elements("Key").Count).ShouldBe(("false", 0));
    }

    private static IEnumerable<string> Names(IEnumerable<System.Xml.Linq.XElement> elements) => elements.Select(element => element.Name.LocalName);
}

/// <inheritdoc/>
public sealed class MemoryVersionListingApiTests(MemoryApiHost fixture) : VersionListingTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableVersionListingApiTests(DurableApiHost fixture) : VersionListingTests(fixture), IClassFixture<DurableApiHost>;
