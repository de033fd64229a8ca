using System.Globalization;
using System.Text;
using BleepStore.Tests.Api;

namespace BleepStore.Tests.Configurations;

/// <summary>PutBucketTagging, GetBucketTagging and DeleteBucketTagging.</summary>
public abstract class BucketTaggingTests(ApiHost fixture)
{
    [Fact]
    public async Task Tags_are_absent_set_replaced_and_removed()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var absent = await bucket.GetDocumentAsync("tagging");
        absent.ShouldRefuse(404, "NoSuchTagSet");
        absent.Element("BucketName").ShouldBe(bucket.Name);

        (await bucket.PutDocumentAsync("tagging", Tags(("b", "2"), ("a", "ü x"), ("empty", "")))).Status.ShouldBe(204);
        (await bucket.GetDocumentAsync("tagging")).Document().ShouldBe(
            "<Tagging><TagSet><Tag><Key>b</Key><Value>2</Value></Tag><Tag><Key>a</Key><Value>ü x</Value></Tag>"
            + "<Tag><Key>empty</Key><Value></Value></Tag></TagSet></Tagging>");
        (await bucket.PutDocumentAsync("tagging", Tags(("c", "3")))).Status.ShouldBe(204);
        (await bucket.GetDocumentAsync("tagging")).Elements("Key").ShouldBe(["c"]);
        (await bucket.DeleteDocumentAsync("tagging")).Status.ShouldBe(204);
        (await bucket.DeleteDocumentAsync("tagging")).Status.ShouldBe(204);
        (await bucket.GetDocumentAsync("tagging")).ShouldRefuse(404, "NoSuchTagSet");
    }

    [Fact]
    public async Task Fifty_tags_are_taken_and_one_more_is_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var tags = Enumerable.Range(0, 51).Select(i => (i.ToString(CultureInfo.InvariantCulture), "x")).ToArray();
        (await bucket.PutDocumentAsync("tagging", Tags(tags[..50]))).Status.ShouldBe(204);
        (await bucket.PutDocumentAsync("tagging", Tags(tags))).ShouldRefuse(400, "BadRequest");
        (await bucket.GetDocumentAsync("tagging")).Elements("Tag").Count.ShouldBe(50);
    }

    [Theory]
    [InlineData("k", "1", "k", "2")]
    [InlineData("aws:k", "1", "j", "2")]
    [InlineData("", "1", "j", "2")]
    public async Task Tags_that_break_the_rules_are_refused(string firstKey, string first, string secondKey, string second)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutDocumentAsync("tagging", Tags((firstKey, first), (secondKey, second)))).ShouldRefuse(400, "InvalidTag");
        (await bucket.GetDocumentAsync("tagging")).ShouldRefuse(404, "NoSuchTagSet");
    }

    [Theory]
    [InlineData("<Tagging>", "MalformedXML")]
    [InlineData("<Tagging/>", "MalformedXML")]
    [InlineData("<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>", "MalformedXML")]
    [InlineData("<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet><Other/></Tagging>", "MalformedXML")]
    [InlineData("", "MissingRequestBodyError")]
    public async Task A_document_of_another_shape_is_refused(string document, string code)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutDocumentAsync("tagging", document)).ShouldRefuse(400, code);
    }

    [Fact]
    public async Task A_document_needs_a_digest_of_any_kind_and_it_must_be_right()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var body = Encoding.UTF8.GetBytes(Tags(("a", "b")));
        (await bucket.SendAsync("PUT", null, "tagging", body)).ShouldRefuse(400, "InvalidRequest");
        (await bucket.SendAsync("PUT", null, "tagging", body, ("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="))).ShouldRefuse(400, "BadDigest");
        (await bucket.SendAsync("PUT", null, "tagging", body, ("x-amz-checksum-crc32", TestBucket.Checksum(BleepStore.Api.Checksums.ChecksumAlgorithm.Crc32, body))))
            .Status.ShouldBe(204);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Only_the_owner_may(string method)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host, S3TestHost.Alice);
        var answer = method switch
        {
            "GET" => bucket.GetDocumentAsync("tagging", S3TestHost.Bob),
            "PUT" => bucket.PutDocumentAsync("tagging", Tags(("a", "b")), S3TestHost.Bob),
            _ => bucket.DeleteDocumentAsync("tagging", S3TestHost.Bob),
        };
        (await answer).ShouldRefuse(403, "AccessDenied");
        (await bucket.GetDocumentAsync("tagging", S3TestHost.Alice)).ShouldRefuse(404, "NoSuchTagSet");
    }

    private static string Tags(params (string Key, string Value)[] tags)
        => "<Tagging><TagSet>" + string.Concat(tags.Select(tag => $"<Tag><Key>{tag.Key}</Key><Value>{tag.Value}</Value></Tag>")) + "</TagSet></Tagging>";
}

/// <inheritdoc/>
public sealed class MemoryBucketTaggingTests(MemoryApiHost fixture) : BucketTaggingTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableBucketTaggingTests(DurableApiHost fixture) : BucketTaggingTests(fixture), IClassFixture<DurableApiHost>;
