using System.Collections.Immutable;
using System.Net;
using BleepStore.Api.Auth;
using BleepStore.Api.Configuration;
using BleepStore.Api.Identities;
using BleepStore.Api.Operations;
using BleepStore.Api.Operations.Buckets;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Operations.Uploads;
using BleepStore.Metadata.Records;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>Every condition key of a request: its value where the request has one, and none where it has not.</summary>
public sealed class RequestConditionKeysTests
{
    private static readonly Demand s_put = new("s3:PutObject", S3Resource.Object, Permission: null, "b", "k");
    private static readonly Demand s_list = new("s3:ListBucket", S3Resource.Bucket, Permission: null, "b");
    private readonly VerifierFixture _fixture = new();

    [Theory]
    [InlineData("aws:currenttime", "2013-05-24T00:00:10Z")]
    [InlineData("aws:epochtime", "1369353610")]
    [InlineData("aws:referer", "http://example.com/")]
    [InlineData("aws:requestedregion", "us-east-1")]
    [InlineData("aws:resourceaccount", "NUMBER")]
    [InlineData("aws:securetransport", "true")]
    [InlineData("aws:sourceip", "10.1.2.3")]
    [InlineData("aws:useragent", "tester")]
    [InlineData("aws:principalisawsservice", "false")]
    [InlineData("aws:viaawsservice", "false")]
    [InlineData("aws:principaltype", "Account")]
    [InlineData("aws:principaltag/team", null)]
    [InlineData("s3:versionid", "v1")]
    [InlineData("s3:resourceaccount", "NUMBER")]
    [InlineData("s3:authtype", "REST-HEADER")]
    [InlineData("s3:signatureversion", "AWS4-HMAC-SHA256")]
    [InlineData("s3:signatureage", "10000")]
    [InlineData("s3:x-amz-copy-source", "source/key")]
    [InlineData("s3:if-match", "\"etag\"")]
    [InlineData("s3:if-none-match", "*")]
    [InlineData("s3:object-lock-mode", "GOVERNANCE")]
    [InlineData("s3:object-lock-legal-hold", "ON")]
    [InlineData("s3:object-lock-retain-until-date", "2013-05-26T00:00:10Z")]
    [InlineData("s3:object-lock-remaining-retention-days", "2")]
    [InlineData("s3:objectcreationoperation", "true")]
    [InlineData("s3:x-amz-acl", "private")]
    [InlineData("s3:x-amz-storage-class", null)]
    [InlineData("s3:requestobjecttag/a", "1")]
    [InlineData("s3:requestobjecttag/A", "1")]
    [InlineData("s3:requestobjecttag/b", "2")]
    [InlineData("s3:requestobjecttagkeys", "a,b")]
    [InlineData("s3:existingobjecttag/old", "yes")]
    [InlineData("s3:buckettag/team", "red")]
    [InlineData("aws:resourcetag/team", "red")]
    [InlineData("s3:unknowntag/team", null)]
    [InlineData("s3:prefix", null)]
    [InlineData("s3:delimiter", null)]
    [InlineData("s3:max-keys", null)]
    [InlineData("s3:locationconstraint", null)]
    [InlineData("x-amz-acl", null)]
    [InlineData("iam:x", null)]
    public async Task A_write_has_these(string key, string? expected)
        => Join(await AskAsync(Write(), PutObject.Definition, s_put with { VersionId = "v1" }, key)).ShouldBe(Number(expected));

    [Theory]
    [InlineData("s3:prefix", "a")]
    [InlineData("s3:delimiter", "/")]
    [InlineData("s3:max-keys", "5")]
    [InlineData("s3:versionid", null)]
    [InlineData("s3:objectcreationoperation", null)]
    [InlineData("s3:x-amz-copy-source", null)]
    [InlineData("s3:if-match", null)]
    public async Task A_listing_has_these(string key, string? expected)
        => Join(await AskAsync(new TestRequest("GET", "/b?prefix=a&delimiter=/&max-keys=5"), ListObjects.Definition, s_list, key)).ShouldBe(expected);

    [Theory]
    [InlineData("s3:resourceaccount", "NUMBER")]
    [InlineData("s3:versionid", "v1")]
    [InlineData("s3:authtype", "REST-HEADER")]
    [InlineData("s3:x-amz-copy-source", null)]
    [InlineData("s3:if-match", null)]
    [InlineData("s3:x-amz-acl", null)]
    [InlineData("s3:objectcreationoperation", null)]
    [InlineData("s3:object-lock-mode", null)]
    [InlineData("s3:requestobjecttag/a", null)]
    [InlineData("s3:requestobjecttagkeys", null)]
    [InlineData("s3:existingobjecttag/old", "yes")]
    public async Task Of_the_source_of_a_copy_the_headers_say_nothing(string key, string? expected)
        => Join(await AskAsync(Write(), PutObject.Definition, s_put with { IsCopySource = true, VersionId = "v1" }, key)).ShouldBe(Number(expected));

    [Fact]
    public async Task Without_a_bucket_nobody_owns_what_is_asked_for()
    {
        foreach (var key in (string[])["aws:resourceaccount", "s3:resourceaccount", "s3:buckettag/team"])
        {
            Join(await AskAsync(Write(), PutObject.Definition, s_put, key, bucket: null)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task Only_what_stores_an_object_is_its_creation()
    {
        const string key = "s3:objectcreationoperation";
        Join(await AskAsync(Write(), UploadPart.Definition, s_put, key)).ShouldBe("false");
        Join(await AskAsync(Write(), CreateMultipartUpload.Definition, s_put, key)).ShouldBe("false");
        Join(await AskAsync(Write(), CompleteMultipartUpload.Definition, s_put, key)).ShouldBe("true");
        Join(await AskAsync(Write(), PutObject.Definition, s_put with { Action = "s3:PutObjectTagging" }, key)).ShouldBeNull();
    }

    [Fact]
    public async Task A_tag_is_looked_for_by_its_exact_name_first()
    {
        var request = new TestRequest("PUT", "/b/k").With("x-amz-tagging", "A=upper&a=lower&B=other");
        Join(await AskAsync(request, PutObject.Definition, s_put, "s3:requestobjecttag/a")).ShouldBe("lower");
        Join(await AskAsync(request, PutObject.Definition, s_put, "s3:requestobjecttag/A")).ShouldBe("upper");
        Join(await AskAsync(request, PutObject.Definition, s_put, "s3:requestobjecttag/b")).ShouldBe("other");
    }

    [Fact]
    public async Task A_document_tells_its_tags_and_the_place_of_a_bucket()
    {
        var tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"u8.ToArray();
        var place = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"u8.ToArray();
        Join(await AskAsync(Write(), PutObjectTagging.Definition, s_put, "s3:requestobjecttagkeys", document: tags)).ShouldBe("a");
        Join(await AskAsync(Write(), CreateBucket.Definition, s_put, "s3:locationconstraint", document: place)).ShouldBe("eu-west-1");
        Join(await AskAsync(Write(), CreateBucket.Definition, s_put, "s3:locationconstraint", document: tags)).ShouldBeNull();
        Join(await AskAsync(Write(), PutObject.Definition, s_put, "s3:locationconstraint", document: place)).ShouldBeNull();
    }

    private static TestRequest Write() => new TestRequest("PUT", "/b/k?prefix=a&delimiter=/&max-keys=5").With("Referer", "http://example.com/").With("User-Agent", "tester")
        .With("x-amz-copy-source", "/source/key").With("If-Match", "\"etag\"").With("If-None-Match", "*").With("x-amz-acl", "private").With("x-amz-tagging", "a=1&b=2")
        .With("x-amz-object-lock-mode", "GOVERNANCE").With("x-amz-object-lock-legal-hold", "ON").With("x-amz-object-lock-retain-until-date", "2013-05-26T00:00:10Z");

    private static string? Number(string? text) => text == "NUMBER" ? AccountNumber.Of("owner") : text;

    private static string? Join(ImmutableArray<string> values) => values.IsEmpty ? null : string.Join(',', values);

    private static BucketRecord Bucket() => new()
    {
        Name = "b",
        Region = "us-east-1",
        OwnerId = "owner",
        Acl = new AccessControlList("owner", []),
        Configurations = ImmutableSortedDictionary<string, string>.Empty.Add(
            "tagging", new string("<Tagging><TagSet><Tag><Key>team</Key><Value>red</Value></Tag></TagSet></Tagging>".AsSpan())),
    };

    private Task<ImmutableArray<string>> AskAsync(TestRequest request, S3OperationDefinition definition, Demand demand, string key, byte[]? document = null)
        => AskAsync(request, definition, demand, key, Bucket(), document);

    private async Task<ImmutableArray<string>> AskAsync(
        TestRequest request, S3OperationDefinition definition, Demand demand, string key, BucketRecord? bucket, byte[]? document = null)
    {
        request.IsTls = true;
        request.RemoteAddress = IPAddress.Parse("10.1.2.3");
        _fixture.Signer.SignHeader(request, VerifierFixture.Now);
        var verified = await _fixture.VerifyAsync(request);
        var record = new ObjectRecord { Key = "k", Acl = new AccessControlList("owner", []), Tags = [KeyValuePair.Create("old", "yes")] };
        var question = new AccessQuestion(verified, definition, demand, bucket, record) { Document = document };
        return new RequestConditionKeys(question, new StoreRegion("us-east-1"), VerifierFixture.Now.AddSeconds(10)).Find(key);
    }
}
