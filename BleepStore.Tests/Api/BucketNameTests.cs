using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>What a bucket may be called, where it may lie, and how a host can name it.</summary>
public sealed class BucketNameTests
{
    [Theory]
    [InlineData("abc", true)]
    [InlineData("a-b.c", true)]
    [InlineData("123", true)]
    [InlineData("1.2.3", true)]
    [InlineData("a.b.c.d", true)]
    [InlineData("1234.5.6.7", true)]
    [InlineData("ab", false)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("...", false)]
    [InlineData("a..b", false)]
    [InlineData("a.-b", false)]
    [InlineData("a-.b", false)]
    [InlineData(".abc", false)]
    [InlineData("abc.", false)]
    [InlineData("-abc", false)]
    [InlineData("abc-", false)]
    [InlineData("Abc", false)]
    [InlineData("a_b", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("a%b", false)]
    [InlineData("\u00FCbc", false)]
    [InlineData("192.168.5.4", false)]
    [InlineData("1.2.3.4", false)]
    [InlineData("xn--abc", false)]
    [InlineData("sthree-abc", false)]
    [InlineData("amzn-s3-demo-abc", false)]
    [InlineData("abc-s3alias", false)]
    [InlineData("abc--ol-s3", false)]
    [InlineData("abc.mrap", false)]
    [InlineData("abc--x-s3", false)]
    [InlineData("abc--table-s3", false)]
    [InlineData("health", true)]
    [InlineData("metrics", true)]
    [InlineData("docs", true)]
    public async Task A_bucket_can_be_made_under_valid_names_only(string name, bool isValid)
    {
        BucketName.IsValid(name).ShouldBe(isValid);
        await using var attack = await StartAsync();
        var answer = await attack.CallAsync(S3TestHost.Alice, "PUT", "/" + Uri.EscapeDataString(name));
        answer.Outcome.ShouldBe(name.Length == 0 ? "405 MethodNotAllowed" : isValid ? "200" : "400 InvalidBucketName", answer.Text);
        (await attack.PictureAsync()).Length.ShouldBe(isValid ? (await attack.PictureAsync()).Length : 0);
    }

    [Fact]
    public async Task The_length_of_a_name_is_from_3_to_63()
    {
        await using var attack = await StartAsync();
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/" + new string('a', 63));
        (await attack.CallAsync(S3TestHost.Alice, "PUT", "/" + new string('a', 64))).Outcome.ShouldBe("400 InvalidBucketName");
        (await attack.CallAsync(S3TestHost.Alice, "PUT", "/" + new string('a', 5000))).Outcome.ShouldBe("400 InvalidBucketName");
    }

    [Theory]
    [InlineData("/Absent", "404 NoSuchBucket")]
    [InlineData("/absent", "404 NoSuchBucket")]
    [InlineData("/..", "400 InvalidBucketName")]
    [InlineData("/ab", "400 InvalidBucketName")]
    [InlineData("//", "400 InvalidBucketName")]
    [InlineData("//key", "400 InvalidBucketName")]
    [InlineData("/%2e%2e/key", "400 InvalidBucketName")]
    [InlineData("/a%2Fb/key", "400 InvalidBucketName")]
    [InlineData("/%00%00%00", "400")]
    [InlineData("/%0d%0a%0d%0a", "400 InvalidBucketName")]
    public async Task A_name_that_no_bucket_has_is_answered_for_what_it_is(string target, string expected)
    {
        await using var attack = await StartAsync();
        foreach (var method in (string[])["GET", "DELETE"])
        {
            (await attack.CallAsync(S3TestHost.Alice, method, target)).Outcome.ShouldStartWith(expected);
        }
    }

    [Fact]
    public async Task A_trailing_slash_names_the_bucket()
    {
        await using var attack = await StartAsync();
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket/");
        await attack.MustAsync(S3TestHost.Alice, "HEAD", "/bucket/");
        (await attack.MustAsync(S3TestHost.Alice, "GET", "/bucket/?location")).Text.ShouldContain("LocationConstraint");
        await attack.MustAsync(S3TestHost.Alice, "DELETE", "/bucket/");
    }

    [Fact]
    public async Task Making_a_bucket_again_tells_owner_and_others_apart()
    {
        await using var attack = await StartAsync();
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket/key", "content");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket");
        (await attack.CallAsync(S3TestHost.Bob, "PUT", "/bucket")).Outcome.ShouldBe("409 BucketAlreadyExists");
        (await attack.CallAsync(S3TestHost.Root, "PUT", "/bucket")).Outcome.ShouldBe("409 BucketAlreadyExists");
        (await attack.CallAsync(S3TestHost.Alice, "DELETE", "/bucket")).Outcome.ShouldBe("409 BucketNotEmpty");
        await attack.MustAsync(S3TestHost.Alice, "DELETE", "/bucket/key");
        await attack.MustAsync(S3TestHost.Alice, "DELETE", "/bucket");
        await attack.MustAsync(S3TestHost.Bob, "PUT", "/bucket");
    }

    [Theory]
    [InlineData("", "200")]
    [InlineData("<LocationConstraint/>", "400 InvalidLocationConstraint")]
    [InlineData("<LocationConstraint></LocationConstraint>", "400 InvalidLocationConstraint")]
    [InlineData("<LocationConstraint>us-east-1</LocationConstraint>", "400 InvalidLocationConstraint")]
    [InlineData("<LocationConstraint>eu-west-1</LocationConstraint>", "400 IllegalLocationConstraintException")]
    [InlineData("<LocationConstraint>EU</LocationConstraint>", "400 IllegalLocationConstraintException")]
    [InlineData("<LocationConstraint>us-gov-west-1</LocationConstraint>", "400 IllegalLocationConstraintException")]
    [InlineData("<LocationConstraint>no such place</LocationConstraint>", "400 InvalidLocationConstraint")]
    [InlineData("<LocationConstraint>nowhere-1</LocationConstraint>", "400 InvalidLocationConstraint")]
    [InlineData("<LocationConstraint>../x</LocationConstraint>", "400 InvalidLocationConstraint")]
    [InlineData("<Location><Name>x</Name></Location>", "501 NotImplemented")]
    [InlineData("<Bucket><Type>Directory</Type></Bucket>", "501 NotImplemented")]
    [InlineData("<Tags/>", "200")]
    [InlineData("<Tags><Unknown/></Tags>", "400 MalformedXML")]
    [InlineData("<Tags><Tag><Key>aws:x</Key><Value/></Tag></Tags>", "400 InvalidTag")]
    [InlineData("<Tags><Tag><Key>a</Key><Value/></Tag><Tag><Key>a</Key><Value/></Tag></Tags>", "400 InvalidTag")]
    [InlineData("<Unknown/>", "400 MalformedXML")]
    public async Task A_bucket_lies_where_the_store_is(string configuration, string expected)
    {
        await using var attack = await StartAsync();
        var document = $"<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{configuration}</CreateBucketConfiguration>";
        (await attack.CallAsync(S3TestHost.Alice, "PUT", "/bucket", document)).Outcome.ShouldBe(expected);
    }

    [Fact]
    public async Task A_bucket_is_made_with_its_tags()
    {
        const string document = "<CreateBucketConfiguration><Tags><Tag><Key>team</Key><Value>red</Value></Tag></Tags></CreateBucketConfiguration>";
        await using var attack = await StartAsync();
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket", document);
        var tags = await attack.MustAsync(S3TestHost.Alice, "GET", "/bucket?tagging");
        (tags.Element("Key"), tags.Element("Value")).ShouldBe(("team", "red"));
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket", document);
        (await attack.CallAsync(S3TestHost.Alice, "PUT", "/bucket", document.Replace("red", "blue", StringComparison.Ordinal))).Outcome.ShouldBe("409 BucketAlreadyOwnedByYou");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket");
        (await attack.MustAsync(S3TestHost.Alice, "GET", "/bucket?tagging")).Element("Value").ShouldBe("red");
    }

    [Theory]
    [InlineData("bucket.s3.test", "/key")]
    [InlineData("BUCKET.S3.Test", "/key")]
    [InlineData("bucket.s3.test.", "/key")]
    [InlineData("bucket.s3.test:9000", "/key")]
    [InlineData("bucket.test", "/key")]
    [InlineData("s3.test", "/bucket/key")]
    [InlineData("test", "/bucket/key")]
    [InlineData("other.example", "/bucket/key")]
    [InlineData("bucket.s3.test.example", "/bucket/key")]
    [InlineData("buckets3.test.evil", "/bucket/key")]
    [InlineData("127.0.0.1:9000", "/bucket/key")]
    [InlineData("[::1]:9000", "/bucket/key")]
    [InlineData("localhost", "/bucket/key")]
    public async Task A_host_below_a_domain_names_the_bucket(string host, string target)
    {
        await using var attack = await StartAsync("test", "s3.test");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket/key", "content");
        (await ByHostAsync(attack, host, target)).Text.ShouldBe("content");
    }

    [Fact]
    public async Task Dots_before_the_domain_belong_to_the_bucket()
    {
        await using var attack = await StartAsync("s3.test");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/my.own.bucket");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/my.own.bucket/bucket/key", "content");
        (await ByHostAsync(attack, "my.own.bucket.s3.test", "/bucket/key")).Text.ShouldBe("content");
        (await ByHostAsync(attack, "my.own.bucket.s3.test", "/")).Element("Key").ShouldBe("bucket/key");
        (await ByHostAsync(attack, "own.bucket.s3.test", "/bucket/key")).Outcome.ShouldBe("404 NoSuchBucket");
        (await ByHostAsync(attack, ".s3.test", "/my.own.bucket/bucket/key")).Status.ShouldBeOneOf(200, 400);
    }

    [Fact]
    public async Task The_longest_domain_wins()
    {
        await using var attack = await StartAsync("test", "s3.test");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket");
        (await ByHostAsync(attack, "bucket.s3.test", "/")).Element("Name").ShouldBe("bucket");
        (await ByHostAsync(attack, "s3.test", "/")).Text.ShouldContain("ListAllMyBucketsResult");
    }

    [Fact]
    public async Task Forwarded_hosts_are_ignored()
    {
        await using var attack = await StartAsync("s3.test");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket");
        var request = new TestRequest("GET", "/", "s3.test").With("X-Forwarded-Host", "bucket.s3.test").With("Forwarded", "host=bucket.s3.test")
            .With("X-Host", "bucket.s3.test").With("X-Original-URL", "/bucket").With("X-HTTP-Method-Override", "DELETE");
        (await attack.CallAsync(S3TestHost.Alice, request)).Text.ShouldContain("ListAllMyBucketsResult");
    }

    [Fact]
    public async Task An_absolute_target_names_its_own_host()
    {
        await using var attack = await StartAsync("s3.test");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket");
        await attack.MustAsync(S3TestHost.Alice, "PUT", "/bucket/key", "content");

        // Signed in origin form, as clients do behind a proxy.
        async Task<RawAnswer> AbsoluteAsync(string host, string headerHost, string target)
        {
            var request = new TestRequest("GET", target, host);
            AttackHost.Signer(S3TestHost.Alice).SignHeader(request, AttackHost.Now);
            (request.Target, request.Host) = ($"http://{host}{target}", headerHost);
            return await attack.SendAsync(request);
        }

        (await AbsoluteAsync("s3.test", "s3.test", "/bucket/key")).Text.ShouldBe("content");
        (await AbsoluteAsync("bucket.s3.test", "bucket.s3.test", "/key")).Text.ShouldBe("content");

        // Two hosts are one too many.
        (await AbsoluteAsync("bucket.s3.test", "s3.test", "/key")).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("GET http://s3.test HTTP/1.1\r\nHost: s3.test\r\n", "403")]
    [InlineData("GET http://s3.test?acl HTTP/1.1\r\nHost: s3.test\r\n", "501 403 400")]
    [InlineData("GET * HTTP/1.1\r\nHost: s3.test\r\n", "400 405")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: s3.test\r\n", "400")]
    [InlineData("CONNECT s3.test:80 HTTP/1.1\r\nHost: s3.test:80\r\n", "400 405")]
    [InlineData("GET bucket/key HTTP/1.1\r\nHost: s3.test\r\n", "400")]
    [InlineData("GET  HTTP/1.1\r\nHost: s3.test\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: s3.test\r\nHost: bucket.s3.test\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: s3.test/bucket\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: user@s3.test\r\n", "400")]
    [InlineData("GET / HTTP/9.9\r\nHost: s3.test\r\n", "505 400")]
    public async Task An_odd_request_line_is_no_way_in(string head, string statuses)
    {
        await using var attack = await StartAsync("s3.test");
        var answer = await attack.SendAsync(System.Text.Encoding.ASCII.GetBytes($"{head}Connection: close\r\n\r\n"));
        statuses.Split(' ').ShouldContain(answer.Status.ToString());
        attack.LoggedErrors.ShouldBeEmpty();
    }

    private static async Task<AttackHost> StartAsync(params string[] domains)
    {
        var attack = new AttackHost(TestEngines.Memory, domains);
        await attack.InitializeAsync();
        return attack;
    }

    private static Task<RawAnswer> ByHostAsync(AttackHost attack, string host, string target)
        => attack.CallAsync(S3TestHost.Alice, new TestRequest("GET", target, host));
}
