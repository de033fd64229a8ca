using System.Globalization;
using System.Text;

namespace BleepStore.Tests.Api;

/// <summary>Tags of objects: in a header, as a document, copied, counted, and refused where S3 refuses them.</summary>
public abstract class TaggingTests(ApiHost fixture)
{
    [Fact]
    public async Task Tags_are_set_read_replaced_and_removed_and_the_object_stays()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello", ("x-amz-tagging", "b=2&a=%C3%BC%20x&empty="));
        await ShouldBeAsync("b=2", "a=ü x", "empty=");
        (await bucket.HeadAsync("key")).Header("x-amz-tagging-count").ShouldBe("3");
        var modified = (await bucket.HeadAsync("key")).Header("Last-Modified");

        (await bucket.SendAsync("PUT", "key", "tagging", Document(("x", "y")))).Status.ShouldBe(200);
        await ShouldBeAsync("x=y");
        (await bucket.SendAsync("PUT", "key", "tagging", Document())).Status.ShouldBe(200);
        await ShouldBeAsync();
        await bucket.SendAsync("PUT", "key", "tagging&versionId=null", Document(("x", "y")));
        (await bucket.SendAsync("DELETE", "key", "tagging", null)).Status.ShouldBe(204);
        await ShouldBeAsync();
        var head = await bucket.HeadAsync("key");
        head.Header("x-amz-tagging-count").ShouldBeNull();
        head.Header("Last-Modified").ShouldBe(modified);
        (await bucket.GetAsync("key")).Text.ShouldBe("Hello");

        async Task ShouldBeAsync(params string[] tags)
        {
            var response = await bucket.SendAsync("GET", "key", "tagging", null);
            response.Status.ShouldBe(200);
            response.Elements("Key").Zip(response.Elements("Value"), (key, value) => $"{key}={value}").ShouldBe(tags);
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Tags_of_what_is_not_there_are_404(string method)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var body = method == "PUT" ? Document(("a", "b")) : null;
        (await bucket.SendAsync(method, "absent", "tagging", body)).ErrorCode.ShouldBe("NoSuchKey");
        await bucket.PutAsync("key", "Hello");
        (await bucket.SendAsync(method, "key", "tagging&versionId=f723f5a366ff3fff0123456789abcdef", body)).ErrorCode.ShouldBe("NoSuchVersion");
    }

    [Fact]
    public async Task Tags_of_what_is_not_there_are_refused_before_the_document_is_read()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.SendAsync("PUT", "absent", "tagging", "no document"u8.ToArray())).ErrorCode.ShouldBe("NoSuchKey");
    }

    [Theory]
    [InlineData("eleven", "BadRequest")]
    [InlineData("long-key", "InvalidTag")]
    [InlineData("long-value", "InvalidTag")]
    [InlineData("empty-key", "InvalidTag")]
    [InlineData("aws-key", "InvalidTag")]
    [InlineData("characters", "InvalidTag")]
    [InlineData("twice", "InvalidTag")]
    public async Task Tags_beyond_the_rules_are_refused(string how, string code)
    {
        (string Key, string Value)[] tags = how switch
        {
            "eleven" => [.. Enumerable.Range(0, 11).Select(i => (i.ToString(CultureInfo.InvariantCulture), "x"))],
            "long-key" => [(new string('k', 129), "x")],
            "long-value" => [("k", new string('v', 257))],
            "empty-key" => [("", "x")],
            "aws-key" => [("aws:x", "x")],
            "characters" => [("k", "<x>")],
            _ => [("k", "1"), ("k", "2")],
        };
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello", ("x-amz-tagging", "old=1"));
        var refused = await bucket.SendAsync("PUT", "key", "tagging", Document(tags));
        refused.Status.ShouldBe(400);
        refused.ErrorCode.ShouldBe(code);
        refused.Element("Message").ShouldBe(how switch
        {
            "eleven" => "Object tags cannot be greater than 10",
            "aws-key" => "Your TagKey cannot be prefixed with aws:",
            "twice" => "Cannot provide multiple Tags with the same key",
            "long-value" or "characters" => "The TagValue you have provided is invalid",
            _ => "The TagKey you have provided is invalid",
        });
        (await bucket.SendAsync("GET", "key", "tagging", null)).Element("Key").ShouldBe("old");

        var header = string.Join('&', tags.Select(tag => $"{Uri.EscapeDataString(tag.Key)}={Uri.EscapeDataString(tag.Value)}"));
        var put = await bucket.PutAsync("other", "Hello", ("x-amz-tagging", header));
        put.Status.ShouldBe(400);
        put.ErrorCode.ShouldBe(how is "twice" or "empty-key" ? "InvalidArgument" : code);
        (await bucket.SendAsync("POST", "other", "uploads", null, ("x-amz-tagging", header))).Status.ShouldBe(400);
        (await bucket.CopyAsync("key", "other", ("x-amz-tagging-directive", "REPLACE"), ("x-amz-tagging", header))).Status.ShouldBe(400);
        (await bucket.HeadAsync("other")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("key1=val1,key2=val2")]
    [InlineData("a=b=c")]
    [InlineData("a=1&b=2=3")]
    public async Task A_header_of_tags_is_a_query(string header)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var refused = await bucket.PutAsync("key", "Hello", ("x-amz-tagging", header));
        (refused.Status, refused.ErrorCode, refused.Element("ArgumentName"), refused.Element("ArgumentValue"))
            .ShouldBe((400, "InvalidArgument", "x-amz-tagging", header));
    }

    [Theory]
    [InlineData("<Tagging>")]
    [InlineData("<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value><Other/></Tag></TagSet></Tagging>")]
    [InlineData("<Tagging/>")]
    [InlineData("<TagSet/>")]
    [InlineData("<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>")]
    [InlineData("<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value><Value>c</Value></Tag></TagSet></Tagging>")]
    [InlineData("<Tagging><TagSet><Other/></TagSet></Tagging>")]
    [InlineData("<!DOCTYPE x [<!ENTITY e 'x'>]><Tagging><TagSet><Tag><Key>&e;</Key><Value/></Tag></TagSet></Tagging>")]
    public async Task A_document_of_another_shape_is_malformed(string document)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello");
        (await bucket.SendAsync("PUT", "key", "tagging", Encoding.UTF8.GetBytes(document))).ErrorCode.ShouldBe("MalformedXML");
    }

    [Fact]
    public async Task The_longest_tags_are_taken()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello");
        var tags = Enumerable.Range(0, 10).Select(i => (new string('ü', 127) + i.ToString(CultureInfo.InvariantCulture), new string('v', 256))).ToArray();
        (await bucket.SendAsync("PUT", "key", "tagging", Document(tags))).Status.ShouldBe(200);
        (await bucket.SendAsync("GET", "key", "tagging", null)).Elements("Tag").Count.ShouldBe(10);
    }

    private static byte[] Document(params (string Key, string Value)[] tags) => Encoding.UTF8.GetBytes(
        "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>"
        + string.Concat(tags.Select(tag => $"<Tag><Key>{tag.Key}</Key><Value>{System.Security.SecurityElement.Escape(tag.Value)}</Value></Tag>"))
        + "</TagSet></Tagging>");
}

/// <inheritdoc/>
public sealed class MemoryTaggingTests(MemoryApiHost fixture) : TaggingTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableTaggingTests(DurableApiHost fixture) : TaggingTests(fixture), IClassFixture<DurableApiHost>;
