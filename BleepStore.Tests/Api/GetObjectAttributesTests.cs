using BleepStore.Api.Checksums;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>GetObjectAttributes: what is told of objects put whole and in parts, page by page, and what is refused.</summary>
public abstract class GetObjectAttributesTests(ApiHost fixture)
{
    private const string All = "ETag,Checksum,ObjectParts,StorageClass,ObjectSize";
    private const int MinPart = 5 << 20;

    [Fact]
    public async Task All_attributes_of_an_object_put_whole()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var value = TestBucket.Checksum(ChecksumAlgorithm.Sha256, "Hello"u8.ToArray());
        await bucket.PutAsync("key", "Hello", ("x-amz-storage-class", "ONEZONE_IA"), ("x-amz-checksum-sha256", value));
        var answer = await AskAsync(bucket, "key", All);
        answer.Status.ShouldBe(200, answer.Text);
        answer.Xml.Name.ToString().ShouldBe("{http://s3.amazonaws.com/doc/2006-03-01/}GetObjectAttributesResponse");
        answer.Element("ETag").ShouldBe(TestBucket.Md5("Hello"u8.ToArray()));
        answer.Element("ChecksumSHA256").ShouldBe(value);
        answer.Element("ChecksumType").ShouldBe("FULL_OBJECT");
        answer.Element("ObjectParts").ShouldBeNull();
        answer.Element("StorageClass").ShouldBe("ONEZONE_IA");
        answer.Element("ObjectSize").ShouldBe("5");
        answer.Header("Last-Modified").ShouldBe((await bucket.HeadAsync("key")).Header("Last-Modified"));
    }

    [Theory]
    [InlineData("ETag")]
    [InlineData("Checksum")]
    [InlineData("StorageClass")]
    [InlineData("ObjectSize")]
    public async Task Only_what_is_asked_for_is_told(string attribute)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello");
        (await AskAsync(bucket, "key", attribute)).Xml.Elements().Select(element => element.Name.LocalName).ShouldBe([attribute]);
        (await AskAsync(bucket, "key", "ObjectParts")).Xml.Elements().ShouldBeEmpty();
        (await AskAsync(bucket, "key", $" {attribute} , ObjectParts")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("SHA256", "COMPOSITE")]
    [InlineData("CRC32", "FULL_OBJECT")]
    [InlineData("CRC32C", "COMPOSITE")]
    [InlineData("CRC64NVME", "FULL_OBJECT")]
    public async Task Parts_come_with_their_sizes_and_checksums_page_by_page(string name, string type)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var algorithm = ChecksumAlgorithms.ParseName(name);
        byte[][] parts = [TestBucket.Bytes(MinPart, seed: 1), TestBucket.Bytes(MinPart + 1, seed: 2), TestBucket.Bytes(7, seed: 3)];
        var id = await bucket.CreateUploadAsync("key", ("x-amz-checksum-algorithm", name), ("x-amz-checksum-type", type));
        for (var i = 0; i < parts.Length; i++)
        {
            (await bucket.PutPartAsync("key", id, i + 1, parts[i], (algorithm.Info().HeaderName, TestBucket.Checksum(algorithm, parts[i])))).Status.ShouldBe(200);
        }

        // What is not listed at completion is not one of the object's parts.
        (await bucket.PutPartAsync("key", id, 9, parts[2], (algorithm.Info().HeaderName, TestBucket.Checksum(algorithm, parts[2])))).Status.ShouldBe(200);
        var completed = await bucket.CompleteAsync("key", id, TestBucket.PartList(algorithm, parts));
        completed.ErrorCode.ShouldBeNull(completed.Text);

        var all = await AskAsync(bucket, "key", All);
        all.Element("ETag").ShouldBe(completed.Element("ETag")!.Trim('"'));
        all.Element("Checksum" + name).ShouldBe(completed.Element("Checksum" + name)!.Split('-')[0]);
        all.Element("ChecksumType").ShouldBe(type);
        all.Element("PartsCount").ShouldBe("3");
        all.Element("IsTruncated").ShouldBe("false");
        all.Element("MaxParts").ShouldBe("1000");
        all.Element("PartNumberMarker").ShouldBe("0");
        all.Element("NextPartNumberMarker").ShouldBe("3");
        all.Elements("PartNumber").ShouldBe(["1", "2", "3"]);
        all.Elements("Size").ShouldBe([.. parts.Select(part => $"{part.Length}")]);
        all.Elements("Checksum" + name).Skip(1).ShouldBe(parts.Select(part => TestBucket.Checksum(algorithm, part)));

        var first = await AskAsync(bucket, "key", "ObjectParts", ("x-amz-max-parts", "2"));
        first.Elements("PartNumber").ShouldBe(["1", "2"]);
        first.Element("IsTruncated").ShouldBe("true");
        first.Element("NextPartNumberMarker").ShouldBe("2");
        first.Element("MaxParts").ShouldBe("2");
        first.Element("PartsCount").ShouldBe("3");
        var second = await AskAsync(bucket, "key", "ObjectParts", ("x-amz-part-number-marker", "2"), ("x-amz-max-parts", "1"));
        second.Elements("PartNumber").ShouldBe(["3"]);
        second.Element("PartNumberMarker").ShouldBe("2");
        second.Element("IsTruncated").ShouldBe("false");
        (await AskAsync(bucket, "key", "ObjectParts", ("x-amz-part-number-marker", "3"))).Elements("PartNumber").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello");
        (await bucket.SendAsync("GET", "key", "attributes", null)).ErrorCode.ShouldBe("InvalidRequest");
        (await AskAsync(bucket, "key", "")).ErrorCode.ShouldBe("InvalidRequest");
        (await AskAsync(bucket, "key", "ETag,Owner")).ErrorCode.ShouldBe("InvalidArgument");
        (await AskAsync(bucket, "key", "etag")).ErrorCode.ShouldBe("InvalidArgument");
        (await AskAsync(bucket, "key", All, ("x-amz-max-parts", "-1"))).Status.ShouldBe(200, "as on AWS, which takes no notice");
        (await AskAsync(bucket, "key", All, ("x-amz-part-number-marker", "x"))).ErrorCode.ShouldBe("InvalidArgument");
        (await AskAsync(bucket, "absent", All)).ErrorCode.ShouldBe("NoSuchKey");
        (await bucket.SendAsync("GET", "key", "attributes&versionId=", null, ("x-amz-object-attributes", All))).ErrorCode.ShouldBe("InvalidArgument");
        (await bucket.SendAsItIsAsync(bucket.Request("GET", "key", "attributes").With("x-amz-object-attributes", All))).ErrorCode.ShouldBe("AccessDenied");
    }

    private static Task<RawResponse> AskAsync(TestBucket bucket, string key, string attributes, params (string Name, string Value)[] headers)
        => bucket.SendAsync("GET", key, "attributes", null, [("x-amz-object-attributes", attributes), .. headers]);
}

/// <inheritdoc/>
public sealed class MemoryGetObjectAttributesTests(MemoryApiHost fixture) : GetObjectAttributesTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableGetObjectAttributesTests(DurableApiHost fixture) : GetObjectAttributesTests(fixture), IClassFixture<DurableApiHost>;
