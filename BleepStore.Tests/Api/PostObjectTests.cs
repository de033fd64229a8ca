using System.Globalization;
using System.Text;
using BleepStore.Api.Checksums;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>PostObject: what a browser's form can upload, and what it is answered with.</summary>
public abstract class PostObjectTests(ApiHost fixture)
{
    [Fact]
    public async Task A_form_that_its_policy_allows_is_stored_with_all_it_says()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var answer = await PostAsync(bucket, Signed(
            bucket,
            new TestForm().With("key", "user/eric/photo").With("acl", "public-read").With("Content-Type", "text/plain").With("Cache-Control", "no-cache")
                .With("x-amz-meta-Uuid", "14").With("x-amz-storage-class", "STANDARD_IA").With("x-ignore-this", "x")
                .With("tagging", "<Tagging><TagSet><Tag><Key>a b</Key><Value>1+1</Value></Tag></TagSet></Tagging>").WithFile("Hello"),
            """["starts-with", "$key", "user/eric/"], {"acl": "public-read"}, ["eq", "$Content-Type", "text/plain"], ["starts-with", "$cache-control", ""]""",
            """["starts-with", "$x-amz-meta-uuid", ""], {"x-amz-storage-class": "STANDARD_IA"}, ["starts-with", "$tagging", ""]"""));
        answer.Status.ShouldBe(204, answer.Text);
        answer.Body.ShouldBeEmpty();
        answer.Header("ETag").ShouldBe($"\"{TestBucket.Md5("Hello"u8.ToArray())}\"");
        answer.Header("Location").ShouldBe($"http://{bucket.Host.Endpoint.Authority}/{bucket.Name}/user/eric/photo");

        // Anybody may read it, as the form's ACL says.
        var read = await bucket.SendAsItIsAsync(bucket.Request("GET", "user/eric/photo"));
        read.Text.ShouldBe("Hello");
        read.Header("Content-Type").ShouldBe("text/plain");
        read.Header("Cache-Control").ShouldBe("no-cache");
        read.Header("x-amz-meta-uuid").ShouldBe("14");
        read.Header("x-amz-storage-class").ShouldBe("STANDARD_IA");
        read.Headers.ShouldNotContain(header => header.Key.StartsWith("x-ignore", StringComparison.Ordinal));
        var tags = await bucket.SendAsync("GET", "user/eric/photo", "tagging", null);
        tags.Element("Key").ShouldBe("a b");
        tags.Element("Value").ShouldBe("1+1");
    }

    [Fact]
    public async Task Signature_version_2_signs_forms_too()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var signer = new TestSignerV2(S3TestHost.Root.AccessKey, S3TestHost.Root.Secret);
        var policy = Policy(bucket, """["starts-with", "$key", ""]""");
        var answer = await PostAsync(bucket, new TestForm().With("key", "old").Sign(signer, S3TestHost.Root.AccessKey, policy).WithFile("Hello"));
        answer.Status.ShouldBe(204, answer.Text);
        var forged = new TestSignerV2(S3TestHost.Root.AccessKey, "guess");
        var refused = await PostAsync(bucket, new TestForm().With("key", "forged").Sign(forged, S3TestHost.Root.AccessKey, policy).WithFile("Hello"));
        refused.ErrorCode.ShouldBe("SignatureDoesNotMatch");
        (await bucket.HeadAsync("forged")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Anybody_may_upload_to_a_bucket_that_anybody_may_write_to_and_to_no_other()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var form = new TestForm().With("key", "anonymous").With("Content-Type", "text/plain").With("acl", "public-read").WithFile("Hello");
        (await PostAsync(bucket, form)).ErrorCode.ShouldBe("AccessDenied");
        (await bucket.HeadAsync("anonymous")).Status.ShouldBe(404);
        (await bucket.SendAsync("PUT", null, "acl", null, ("x-amz-acl", "public-read-write"))).Status.ShouldBe(200);
        (await PostAsync(bucket, form)).Status.ShouldBe(204);
        (await bucket.SendAsItIsAsync(bucket.Request("GET", "anonymous"))).Text.ShouldBe("Hello");
    }

    [Fact]
    public async Task The_signer_needs_the_right_to_write_as_well()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var form = new TestForm().With("key", "bobs").WithFile("Hello")
            .Sign(TestBucket.Signer(S3TestHost.Bob), Policy(bucket, """{"key": "bobs"}, ["starts-with", "$x-amz-", ""]""", SignatureFields), TimeProvider.System.GetUtcNow());
        (await PostAsync(bucket, form)).ErrorCode.ShouldBe("AccessDenied");
        form.Fields.Clear();
        form.With("key", "bobs").Sign(TestBucket.Signer(S3TestHost.Bob), Policy(bucket, """{"key": "bobs"}""", SignatureFields), TimeProvider.System.GetUtcNow());
        (await PostAsync(bucket, form)).ErrorCode.ShouldBe("AccessDenied");
        (await bucket.SendAsync("PUT", null, "acl", null, ("x-amz-grant-write", "id=bob"))).Status.ShouldBe(200);
        (await PostAsync(bucket, form)).Status.ShouldBe(204);
    }

    [Theory]
    [InlineData("photo.jpg", "photo.jpg")]
    [InlineData("C:\\Program Files\\photo.jpg", "photo.jpg")]
    [InlineData("/data/eric/photo.jpg", "photo.jpg")]
    [InlineData("../../../etc/passwd", "passwd")]
    [InlineData("..\\..", "..")]
    [InlineData("ü €.txt", "ü €.txt")]
    [InlineData("${filename}", "${filename}")]
    public async Task The_variable_filename_is_the_name_behind_the_last_slash(string fileName, string expected)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var form = new TestForm().With("key", "user/${filename}/x").With("x-amz-meta-name", "${filename}").WithFile("Hello", fileName);
        var answer = await PostAsync(bucket, Signed(bucket, form, """["starts-with", "$key", "user/"], ["starts-with", "$x-amz-meta-name", ""]"""));
        answer.Status.ShouldBe(204, answer.Text);
        (await bucket.GetAsync($"user/{expected}/x")).Text.ShouldBe("Hello");
    }

    [Theory]
    [InlineData("200", 200)]
    [InlineData("201", 201)]
    [InlineData("204", 204)]
    [InlineData("404", 204)]
    [InlineData("", 204)]
    [InlineData("2 01", 204)]
    public async Task The_form_chooses_the_status_of_its_success(string wanted, int status)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var form = new TestForm().With("key", "a b/ü").With("success_action_status", wanted).WithFile("Hello");
        var answer = await PostAsync(bucket, Signed(bucket, form, """["starts-with", "$key", ""], ["starts-with", "$success_action_status", ""]"""));
        answer.Status.ShouldBe(status, answer.Text);
        answer.Header("Location").ShouldBe($"http://{bucket.Host.Endpoint.Authority}/{bucket.Name}/a%20b/%C3%BC");
        if (status != 201)
        {
            answer.Body.ShouldBeEmpty();
            return;
        }

        answer.Xml.Name.ShouldBe("PostResponse");
        answer.Xml.Elements().Select(element => element.Name.LocalName).ShouldBe(["Location", "Bucket", "Key", "ETag"]);
        answer.Element("Location").ShouldBe(answer.Header("Location"));
        answer.Element("Bucket").ShouldBe(bucket.Name);
        answer.Element("Key").ShouldBe("a b/ü");
        answer.Element("ETag").ShouldBe(answer.Header("ETag"));
    }

    [Theory]
    [InlineData("success_action_redirect", "http://localhost/done", "http://localhost/done?bucket={b}&key=k%2F1&etag=%22{e}%22")]
    [InlineData("success_action_redirect", "https://example.com/done?a=b", "https://example.com/done?a=b&bucket={b}&key=k%2F1&etag=%22{e}%22")]
    [InlineData("redirect", "http://localhost/", "http://localhost/?bucket={b}&key=k%2F1&etag=%22{e}%22")]
    [InlineData("success_action_redirect", "no address", null)]
    [InlineData("success_action_redirect", "javascript:alert(1)", null)]
    [InlineData("success_action_redirect", "/relative", null)]
    public async Task The_form_chooses_where_its_success_leads(string field, string address, string? expected)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var form = new TestForm().With("key", "k/1").With(field, address).WithFile("Hello");
        var answer = await PostAsync(bucket, Signed(bucket, form, $$"""["starts-with", "$key", ""], ["starts-with", "${{field}}", ""]"""));
        answer.Status.ShouldBe(expected is null ? 204 : 303, answer.Text);
        if (expected is not null)
        {
            answer.Header("Location").ShouldBe(expected
                .Replace("{b}", bucket.Name, StringComparison.Ordinal).Replace("{e}", TestBucket.Md5("Hello"u8.ToArray()), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_redirect_cannot_split_the_answer()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var form = new TestForm().With("key", "k").With("success_action_redirect", "http://localhost/\r\nSet-Cookie: a=b").WithFile("Hello");
        var answer = await PostAsync(bucket, Signed(bucket, form, """["starts-with", "$key", ""], ["starts-with", "$success_action_redirect", ""]"""));
        answer.Status.ShouldBeOneOf(204, 303, 400);
        answer.Header("Set-Cookie").ShouldBeNull();
    }

    [Theory]
    [InlineData(4, "EntityTooSmall", "5", "MinSizeAllowed")]
    [InlineData(5, null, null, null)]
    [InlineData(10, null, null, null)]
    [InlineData(11, "EntityTooLarge", "10", "MaxSizeAllowed")]
    [InlineData(200_000, "EntityTooLarge", "10", "MaxSizeAllowed")]
    public async Task The_length_of_the_file_lies_within_the_policys_range(int length, string? error, string? limit, string? element)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.CollectAsync();
        var blobs = await bucket.CountBlobsAsync();
        var form = new TestForm { File = TestBucket.Bytes(length) }.With("key", "k");
        var answer = await PostAsync(bucket, Signed(bucket, form, """["starts-with", "$key", ""], ["content-length-range", 5, 10]"""));
        answer.ErrorCode.ShouldBe(error, answer.Text);
        answer.Status.ShouldBe(error is null ? 204 : 400);
        if (error is not null)
        {
            answer.Element("ProposedSize").ShouldBe(length.ToString(CultureInfo.InvariantCulture));
            answer.Element(element!).ShouldBe(limit);
            (await bucket.CountBlobsAsync()).ShouldBe(blobs);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(300_000)]
    [InlineData(3_000_000)]
    public async Task Files_of_every_length_come_back_as_they_were_sent(int length)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var bytes = TestBucket.Bytes(length, seed: length);

        // Within the file, all that looks like a boundary and is none.
        Encoding.ASCII.GetBytes($"\r\n--{TestForm.Boundary[..^1]}\r\n\r\n--").AsSpan(0, Math.Min(length, 30)).CopyTo(bytes);
        var form = new TestForm { File = bytes }.With("key", "k");
        form.Behind.Add(new("submit", "Upload"));
        (await PostAsync(bucket, Signed(bucket, form, """["starts-with", "$key", ""]"""))).Status.ShouldBe(204);
        (await bucket.GetAsync("k")).Body.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("x-amz-checksum-sha256")]
    [InlineData("x-amz-checksum-crc32")]
    [InlineData("x-amz-checksum-crc64nvme")]
    public async Task A_checksum_among_the_fields_is_verified_and_kept(string field)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var value = TestBucket.Checksum(ChecksumAlgorithms.FromHeaderName(field)!.Value, "Hello"u8.ToArray());
        var conditions = $$"""["starts-with", "$key", ""], ["starts-with", "${{field}}", ""]""";
        var answer = await PostAsync(bucket, Signed(bucket, new TestForm().With("key", "good").With(field, value).WithFile("Hello"), conditions));
        answer.Status.ShouldBe(204, answer.Text);
        answer.Header(field).ShouldBe(value);
        (await bucket.HeadAsync("good", ("x-amz-checksum-mode", "ENABLED"))).Header(field).ShouldBe(value);
        var bad = await PostAsync(bucket, Signed(bucket, new TestForm().With("key", "bad").With(field, value).WithFile("hello"), conditions));
        bad.ErrorCode.ShouldBe("BadDigest");
        var md5 = await PostAsync(bucket, Signed(
            bucket, new TestForm().With("key", "bad").With("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw==").WithFile("Hello"), """["starts-with", "$key", ""], ["starts-with", "$content-md5", ""]"""));
        md5.ErrorCode.ShouldBe("BadDigest");
        (await bucket.HeadAsync("bad")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task What_is_wrong_with_the_fields_is_said_as_for_a_put()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        async Task<string?> CodeAsync(string name, string value)
            => (await PostAsync(bucket, Signed(bucket, new TestForm().With("key", "k").With(name, value).WithFile("x"), $$"""{"key": "k"}, ["starts-with", "${{name}}", ""]"""))).ErrorCode;

        (await CodeAsync("acl", "everybody")).ShouldBe("InvalidArgument");
        (await CodeAsync("x-amz-storage-class", "FLOPPY")).ShouldBe("InvalidStorageClass");
        (await CodeAsync("tagging", "a=b")).ShouldBe("MalformedXML");
        (await CodeAsync("x-amz-meta-a", new string('a', 3000))).ShouldBe("MetadataTooLarge");
        (await CodeAsync("Content-Type", "a\u0001b")).ShouldBe("InvalidArgument");
        (await CodeAsync("x-amz-checksum-crc32", "x")).ShouldBe("InvalidRequest");
        (await bucket.HeadAsync("k")).Status.ShouldBe(404);
    }

    internal const string SignatureFields =
        """["starts-with", "$x-amz-credential", ""], ["starts-with", "$x-amz-algorithm", ""], ["starts-with", "$x-amz-date", ""]""";

    internal static string Policy(TestBucket bucket, params string[] conditions) => $$"""
        { "expiration": "{{TimeProvider.System.GetUtcNow().AddMinutes(10):yyyy-MM-ddTHH:mm:ss.fffZ}}",
          "conditions": [ {"bucket": "{{bucket.Name}}" }, {{string.Join(", ", conditions)}} ] }
        """;

    internal static TestForm Signed(TestBucket bucket, TestForm form, params string[] conditions)
        => form.Sign(TestBucket.Signer(), Policy(bucket, [.. conditions, SignatureFields]), TimeProvider.System.GetUtcNow());

    internal static Task<RawResponse> PostAsync(TestBucket bucket, TestForm form) => bucket.SendAsItIsAsync(form.WriteTo(bucket.Request("POST")));
}

/// <inheritdoc/>
public sealed class MemoryPostObjectTests(MemoryApiHost fixture) : PostObjectTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurablePostObjectTests(DurableApiHost fixture) : PostObjectTests(fixture), IClassFixture<DurableApiHost>;
