namespace BleepStore.Tests.Api;

/// <summary>ListParts and ListMultipartUploads: order, pages, markers, prefixes.</summary>
public abstract class MultipartListingTests(ApiHost fixture)
{
    [Fact]
    public async Task Parts_are_listed_in_order_page_by_page()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key", ("x-amz-storage-class", "STANDARD_IA"), ("x-amz-checksum-algorithm", "CRC32C"), ("x-amz-checksum-type", "FULL_OBJECT"));
        foreach (var number in (int[])[7, 3, 10_000, 1, 5])
        {
            await bucket.PutPartAsync("key", id, number, TestBucket.Bytes(number % 100));
        }

        var all = await bucket.SendAsync("GET", "key", $"uploadId={id}", null);
        all.Status.ShouldBe(200);
        all.Elements("PartNumber").ShouldBe(["1", "3", "5", "7", "10000"]);
        all.Elements("Size").ShouldBe(["1", "3", "5", "7", "0"]);
        all.Element("ETag").ShouldBe($"\"{TestBucket.Md5(TestBucket.Bytes(1))}\"");
        all.Element("StorageClass").ShouldBe("STANDARD_IA");
        all.Element("ChecksumAlgorithm").ShouldBe("CRC32C");
        all.Element("ChecksumType").ShouldBe("FULL_OBJECT");
        all.Elements("ChecksumCRC32C").Count.ShouldBe(5);
        all.Element("IsTruncated").ShouldBe("false");
        all.Element("MaxParts").ShouldBe("1000");
        all.Elements("ID").ShouldBe(["bleepstore", "bleepstore"]);

        List<string> seen = [];
        for (var marker = "0"; ;)
        {
            var page = await bucket.SendAsync("GET", "key", $"uploadId={id}&max-parts=2&part-number-marker={marker}", null);
            page.Elements("PartNumber").Count.ShouldBeLessThanOrEqualTo(2);
            page.Element("PartNumberMarker").ShouldBe(marker);
            seen.AddRange(page.Elements("PartNumber"));
            if (page.Element("IsTruncated") == "false")
            {
                break;
            }

            marker = page.Element("NextPartNumberMarker")!;
        }

        seen.ShouldBe(["1", "3", "5", "7", "10000"]);
    }

    [Theory]
    [InlineData("max-parts=-1", 400)]
    [InlineData("max-parts=x", 400)]
    [InlineData("max-parts=99999999999", 400)]
    [InlineData("part-number-marker=-1", 400)]
    [InlineData("part-number-marker=x", 400)]
    [InlineData("part-number-marker=2147483647", 200)]
    [InlineData("max-parts=0", 200)]
    [InlineData("max-parts=2000", 200)]
    [InlineData("encoding-type=url", 200)]
    [InlineData("encoding-type=base64", 400)]
    public async Task Parameters_of_ListParts_are_checked(string query, int status)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        (await bucket.SendAsync("GET", "key", $"uploadId={id}&{query}", null)).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("-1", "Argument part-number-marker must be an integer between 0 and 2147483647")]
    [InlineData("x", "Provided part-number-marker not an integer or within integer range")]
    [InlineData("2147483648", "Provided part-number-marker not an integer or within integer range")]
    public async Task A_marker_that_is_no_number_of_a_part_is_told_apart(string marker, string message)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        var refused = await bucket.SendAsync("GET", "key", $"uploadId={id}&part-number-marker={marker}", null);
        (refused.Element("Message"), refused.Element("ArgumentName"), refused.Element("ArgumentValue")).ShouldBe((message, "part-number-marker", marker));
    }

    [Fact]
    public async Task Uploads_are_listed_by_key_and_then_in_the_order_they_were_opened()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        List<(string Key, string Id)> opened = [];
        foreach (var key in (string[])["b", "a/2", "a/1", "b", "c/1", "a", "ü"])
        {
            opened.Add((key, await bucket.CreateUploadAsync(key)));
        }

        var all = await bucket.SendAsync("GET", null, "uploads", null);
        all.Status.ShouldBe(200, all.Text);
        all.Elements("Key").ShouldBe(["a", "a/1", "a/2", "b", "b", "c/1", "ü"]);
        all.Elements("UploadId").Skip(3).Take(2).ShouldBe(opened.Where(upload => upload.Key == "b").Select(upload => upload.Id));
        all.Element("IsTruncated").ShouldBe("false");

        List<string> seen = [];
        for (var marker = ""; ;)
        {
            var page = await bucket.SendAsync("GET", null, $"uploads&max-uploads=1{marker}", null);
            seen.AddRange(page.Xml.Elements().Where(element => element.Name.LocalName == "Upload").Select(element => element.Elements().First().Value));
            if (page.Element("IsTruncated") == "false")
            {
                break;
            }

            marker = $"&key-marker={Uri.EscapeDataString(page.Element("NextKeyMarker")!)}&upload-id-marker={page.Element("NextUploadIdMarker")}";
        }

        seen.ShouldBe(["a", "a/1", "a/2", "b", "b", "c/1", "ü"]);
        (await bucket.SendAsync("GET", null, "uploads&key-marker=b", null)).Elements("Key").ShouldBe(["c/1", "ü"]);
        (await bucket.SendAsync("GET", null, "uploads&prefix=a/", null)).Elements("Key").ShouldBe(["a/1", "a/2"]);
        (await bucket.SendAsync("GET", null, "uploads&prefix=%C3%BC&encoding-type=url", null)).Elements("Key").ShouldBe(["%C3%BC"]);
    }

    [Fact]
    public async Task Keys_below_a_delimiter_are_rolled_up_also_over_pages()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        foreach (var key in (string[])["a/1", "a/2", "b", "c/1", "c/2", "d"])
        {
            await bucket.CreateUploadAsync(key);
        }

        List<string> seen = [];
        for (var marker = ""; ;)
        {
            var page = await bucket.SendAsync("GET", null, $"uploads&delimiter=/&max-uploads=1{marker}", null);
            seen.AddRange(page.Xml.Elements().Where(element => element.Name.LocalName is "Upload" or "CommonPrefixes").Select(element => element.Elements().First().Value));
            if (page.Element("IsTruncated") == "false")
            {
                break;
            }

            marker = $"&key-marker={Uri.EscapeDataString(page.Element("NextKeyMarker")!)}&upload-id-marker={page.Element("NextUploadIdMarker")}";
        }

        seen.ShouldBe(["a/", "b", "c/", "d"]);
    }
}

/// <inheritdoc/>
public sealed class MemoryMultipartListingTests(MemoryApiHost fixture) : MultipartListingTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableMultipartListingTests(DurableApiHost fixture) : MultipartListingTests(fixture), IClassFixture<DurableApiHost>;
