using BleepStore.Tests.Encryption;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Ranges, response overrides and conditions of reads, in every form.</summary>
public abstract class ObjectReadTests(ApiHost fixture)
{
    private const string Content = "0123456789";

    [Theory]
    [InlineData("bytes=0-0", "0", "bytes 0-0/10")]
    [InlineData("bytes=2-4", "234", "bytes 2-4/10")]
    [InlineData("bytes=7-", "789", "bytes 7-9/10")]
    [InlineData("bytes=9-9", "9", "bytes 9-9/10")]
    [InlineData("bytes=8-99999999999999999999", "89", "bytes 8-9/10")]
    [InlineData("bytes=-3", "789", "bytes 7-9/10")]
    [InlineData("bytes=-10", Content, "bytes 0-9/10")]
    [InlineData("bytes=-99", Content, "bytes 0-9/10")]
    [InlineData("bytes=0-", Content, "bytes 0-9/10")]
    public async Task One_range_is_answered_with_206(string range, string expected, string contentRange)
    {
        var bucket = await BucketAsync();
        var got = await bucket.GetAsync("key", ("Range", range));
        got.Status.ShouldBe(206);
        got.Text.ShouldBe(expected);
        got.Header("Content-Range").ShouldBe(contentRange);
        var head = await bucket.HeadAsync("key", ("Range", range));
        head.Status.ShouldBe(206);
        head.Header("Content-Length").ShouldBe($"{expected.Length}");
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=10-20")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=99999999999999999999-")]
    public async Task A_range_behind_the_end_is_416_with_the_size(string range)
    {
        var bucket = await BucketAsync();
        var got = await bucket.GetAsync("key", ("Range", range));
        got.Status.ShouldBe(416);
        got.ErrorCode.ShouldBe("InvalidRange");
        got.Element("ActualObjectSize").ShouldBe("10");
        got.Element("RangeRequested").ShouldBe(range);
        (await bucket.HeadAsync("key", ("Range", range))).Status.ShouldBe(416);
    }

    [Theory]
    [InlineData("bytes=4-2")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=-")]
    [InlineData("bytes=")]
    [InlineData("bytes")]
    [InlineData("lines=0-1")]
    [InlineData("bytes=0-1,3-4")]
    [InlineData("bytes=+1-2")]
    [InlineData("0-1")]
    public async Task A_malformed_range_is_ignored(string range)
    {
        var got = await (await BucketAsync()).GetAsync("key", ("Range", range));
        got.Status.ShouldBe(200);
        got.Text.ShouldBe(Content);
        got.Header("Content-Range").ShouldBeNull();
    }

    [Theory]
    [InlineData("bytes=0-", 416)]
    [InlineData("bytes=-1", 416)]
    [InlineData("bytes=5-4", 200)]
    [InlineData(null, 200)]
    public async Task An_empty_object_has_no_range(string? range, int status)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("empty", "");
        var got = range is null ? await bucket.GetAsync("empty") : await bucket.GetAsync("empty", ("Range", range));
        got.Status.ShouldBe(status);
        (await bucket.SendAsync("GET", "empty", "partNumber=1", null)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_rest_of_another_object_is_not_sent_as_the_rest_of_this_one()
    {
        var bucket = await BucketAsync();
        var head = await bucket.HeadAsync("key");
        (await bucket.GetAsync("key", ("Range", "bytes=5-"), ("If-Range", head.Header("ETag")!))).Text.ShouldBe("56789");
        (await bucket.GetAsync("key", ("Range", "bytes=5-"), ("If-Range", head.Header("Last-Modified")!))).Text.ShouldBe("56789");
        (await bucket.GetAsync("key", ("Range", "bytes=5-"), ("If-Range", "\"another\""))).Text.ShouldBe(Content);
        (await bucket.GetAsync("key", ("Range", "bytes=5-"), ("If-Range", "Sat, 01 Jan 2000 00:00:00 GMT"))).Text.ShouldBe(Content);
    }

    [Fact]
    public async Task A_signed_request_may_override_headers_of_the_response()
    {
        var bucket = await BucketAsync();
        const string Query = "response-content-type=text%2Fx-other&response-content-encoding=a&response-content-language=b"
            + "&response-content-disposition=inline%3B%20filename%3D%22%C3%BC%22&response-cache-control=c&response-expires=d";
        foreach (var method in (string[])["GET", "HEAD"])
        {
            var response = await bucket.SendAsync(method, "key", Query, null);
            response.Status.ShouldBe(200);
            response.Header("Content-Type").ShouldBe("text/x-other");
            response.Header("Content-Encoding").ShouldBe("a");
            response.Header("Content-Language").ShouldBe("b");
            response.Header("Content-Disposition").ShouldBe("inline; filename=\"ü\"");
            response.Header("Cache-Control").ShouldBe("c");
            response.Header("Expires").ShouldBe("d");
        }

        await bucket.SendAsync("PUT", "key", "acl", null, ("x-amz-acl", "public-read"));
        (await bucket.SendAsItIsAsync(bucket.Request("GET", "key"))).Status.ShouldBe(200);
        var anonymous = await bucket.SendAsItIsAsync(bucket.Request("GET", "key", Query));
        anonymous.Status.ShouldBe(400);
        anonymous.ErrorCode.ShouldBe("InvalidRequest");
    }

    [Theory]
    [InlineData("response-content-type")]
    [InlineData("response-content-disposition")]
    [InlineData("response-expires")]
    public async Task No_override_breaks_out_of_its_header(string parameter)
    {
        var response = await (await BucketAsync()).SendAsync("GET", "key", $"{parameter}=a%0D%0AX-Injected:%20b", null);
        response.Status.ShouldBe(400);
        response.ErrorCode.ShouldBe("InvalidArgument");
        response.Header("X-Injected").ShouldBeNull();
    }

    [Theory]
    [InlineData("x-amz-meta-a=b%0D%0AX-Injected:%20c", 400)]
    [InlineData("x-amz-meta-a%20b=c", 400)]
    [InlineData("x-amz-meta-=c", 400)]
    [InlineData("x-amz-meta-%C3%BC=c", 400)]
    [InlineData("x-amz-meta-a=%C3%BC%01", 400)]
    public async Task Metadata_of_a_presigned_query_never_breaks_a_response(string query, int status)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var put = bucket.Request("PUT", "key", query);
        TestBucket.Signer().Presign(put, TimeProvider.System.GetUtcNow());
        (await bucket.SendAsItIsAsync(put)).Status.ShouldBe(status);
        var got = await bucket.GetAsync("key");
        got.Status.ShouldBe(status == 200 ? 200 : 404);
        got.Header("X-Injected").ShouldBeNull();
    }

    [Fact]
    public async Task Encryption_keys_of_a_client_fit_no_object_here()
    {
        var got = await (await BucketAsync()).GetAsync("key", EncryptionParts.Customer(1));
        got.Status.ShouldBe(400);
        got.ErrorCode.ShouldBe("InvalidRequest");
    }

    // Columns: If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since; + holds, - does not, space is not sent.
    [Theory]
    [InlineData("+   ", 200)]
    [InlineData("-   ", 412)]
    [InlineData(" +  ", 200)]
    [InlineData(" -  ", 304)]
    [InlineData("  + ", 200)]
    [InlineData("  - ", 304)]
    [InlineData("   +", 200)]
    [InlineData("   -", 412)]
    [InlineData("+  -", 200)]
    [InlineData("-  +", 412)]
    [InlineData(" -+ ", 304)]
    [InlineData(" +- ", 200)]
    [InlineData("++  ", 200)]
    [InlineData("+-  ", 304)]
    [InlineData("--  ", 412)]
    [InlineData("-+  ", 412)]
    [InlineData("  -+", 304)]
    [InlineData("  +-", 412)]
    [InlineData("++--", 200)]
    public async Task Conditions_of_reads_have_the_precedence_of_S3(string columns, int status)
    {
        var bucket = await BucketAsync();
        var head = await bucket.HeadAsync("key");
        List<(string, string)> headers = [];
        Add(0, "If-Match", head.Header("ETag")!, "\"another\"");
        Add(1, "If-None-Match", "\"another\"", head.Header("ETag")!);
        Add(2, "If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT", head.Header("Last-Modified")!);
        Add(3, "If-Unmodified-Since", head.Header("Last-Modified")!, "Sat, 01 Jan 2000 00:00:00 GMT");
        foreach (var response in (RawResponse[])[await bucket.GetAsync("key", [.. headers]), await bucket.HeadAsync("key", [.. headers])])
        {
            response.Status.ShouldBe(status);
            response.Header("ETag").ShouldBe(head.Header("ETag"));
            response.Header("Last-Modified").ShouldBe(head.Header("Last-Modified"));
            response.IsWhole.ShouldBe(true);
        }

        void Add(int column, string name, string holds, string fails)
        {
            if (columns[column] != ' ')
            {
                headers.Add((name, columns[column] == '+' ? holds : fails));
            }
        }
    }

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", 412)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", 412)]
    [InlineData("Mon, 06 Nov 1994 08:49:37 GMT", 412)]
    [InlineData("Any, 06 Nov 1994 08:49:37 GMT", 200)]
    [InlineData("Sun Nov  6 08:49:37 1994", 412)]
    [InlineData("Sun Nov 13 08:49:37 1994", 412)]
    [InlineData("Sun, 06 Nov 2044 08:49:37 GMT", 200)]
    [InlineData("Sunday, 06-Nov-44 08:49:37 GMT", 200)]
    [InlineData("1994-11-06T08:49:37Z", 200)]
    [InlineData("gibberish", 200)]
    public async Task Dates_come_in_three_forms_and_others_are_ignored(string date, int status)
        => (await (await BucketAsync()).GetAsync("key", ("If-Unmodified-Since", date))).Status.ShouldBe(status);

    [Fact]
    public async Task Nothing_is_unmodified_since_a_time_that_is_still_to_come()
    {
        var bucket = await BucketAsync();
        var modified = (await bucket.HeadAsync("key")).Header("Last-Modified")!;
        (await bucket.GetAsync("key", ("If-Modified-Since", modified))).Status.ShouldBe(304);
        (await bucket.GetAsync("key", ("If-Modified-Since", "Sun, 06 Nov 2044 08:49:37 GMT"))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("bytes=0-9", true)]
    [InlineData("bytes=0-100", true)]
    [InlineData("bytes=-10", true)]
    [InlineData("bytes=0-8", false)]
    [InlineData("bytes=1-", false)]
    public async Task A_range_of_all_bytes_tells_the_checksum_of_the_whole(string range, bool tells)
    {
        var answer = await (await BucketAsync()).GetAsync("key", ("Range", range), ("x-amz-checksum-mode", "ENABLED"));
        answer.Status.ShouldBe(206);
        (answer.Header("x-amz-checksum-crc64nvme") is not null).ShouldBe(tells);
    }

    [Theory]
    [InlineData("*", 200)]
    [InlineData("781e5e245d69b566979b86e28d23f2c7", 200)]
    [InlineData("\"x\", \"781e5e245d69b566979b86e28d23f2c7\"", 200)]
    [InlineData("\"x\", \"y\"", 412)]
    public async Task Tags_match_with_and_without_quotes_in_lists_and_by_star(string tags, int status)
        => (await (await BucketAsync()).GetAsync("key", ("If-Match", tags))).Status.ShouldBe(status);

    private async Task<TestBucket> BucketAsync()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutAsync("key", Content)).Status.ShouldBe(200);
        return bucket;
    }
}

/// <inheritdoc/>
public sealed class MemoryObjectReadTests(MemoryApiHost fixture) : ObjectReadTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableObjectReadTests(DurableApiHost fixture) : ObjectReadTests(fixture), IClassFixture<DurableApiHost>;
