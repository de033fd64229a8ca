using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace BleepStore.Tests.Api;

/// <summary>The same operations as a program sees them through the SDK, unconfigured but for the endpoint.</summary>
public abstract class SdkObjectTests(ApiHost fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_file_goes_up_in_parts_and_comes_down_again()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        using var client = fixture.Host.Client();
        using var transfer = new TransferUtility(client);
        var bytes = TestBucket.Bytes((17 << 20) + 3);
        using var source = new MemoryStream(bytes);
        await transfer.UploadAsync(
            new TransferUtilityUploadRequest { BucketName = bucket.Name, Key = "big", InputStream = source, PartSize = 5 << 20, AutoCloseStream = false }, Token);
        using var got = await client.GetObjectAsync(bucket.Name, "big", Token);
        using var copy = new MemoryStream();
        await got.ResponseStream.CopyToAsync(copy, Token);
        copy.GetBuffer().AsSpan(0, (int)copy.Length).SequenceEqual(bytes).ShouldBeTrue();
        got.ETag.ShouldEndWith("-4\"");
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task Each_checksum_that_the_SDK_sends_is_taken_and_given_back(string name)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        using var client = fixture.Host.Client();
        var put = await client.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket.Name, Key = "key", ContentBody = "123456789", ChecksumAlgorithm = ChecksumAlgorithm.FindValue(name) }, Token);
        var sent = (string[])[put.ChecksumCRC32, put.ChecksumCRC32C, put.ChecksumSHA1, put.ChecksumSHA256];
        sent.Count(value => !string.IsNullOrEmpty(value)).ShouldBe(1);
        using var got = await client.GetObjectAsync(new GetObjectRequest { BucketName = bucket.Name, Key = "key", ChecksumMode = ChecksumMode.ENABLED }, Token);
        ((string[])[got.ChecksumCRC32, got.ChecksumCRC32C, got.ChecksumSHA1, got.ChecksumSHA256]).ShouldBe(sent);
        using var reader = new StreamReader(got.ResponseStream);
        (await reader.ReadToEndAsync(Token)).ShouldBe("123456789");
    }

    [Fact]
    public async Task Conditions_copies_tags_and_removals_work_through_the_SDK()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        using var client = fixture.Host.Client();
        var put = new PutObjectRequest { BucketName = bucket.Name, Key = "a b/ü+.txt", ContentBody = "Hello", IfNoneMatch = "*" };
        await client.PutObjectAsync(put, Token);
        var again = await Should.ThrowAsync<AmazonS3Exception>(() => client.PutObjectAsync(put, Token));
        again.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);

        await client.CopyObjectAsync(bucket.Name, put.Key, bucket.Name, "copy", Token);
        await client.PutObjectTaggingAsync(
            new PutObjectTaggingRequest { BucketName = bucket.Name, Key = "copy", Tagging = new Tagging { TagSet = [new Tag { Key = "k", Value = "v" }] } }, Token);
        var tags = await client.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = bucket.Name, Key = "copy" }, Token);
        tags.Tagging.ShouldHaveSingleItem().Value.ShouldBe("v");
        await client.DeleteObjectTaggingAsync(new DeleteObjectTaggingRequest { BucketName = bucket.Name, Key = "copy" }, Token);
        (await client.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = bucket.Name, Key = "copy" }, Token)).Tagging.ShouldBeNull();
        var head = await client.GetObjectMetadataAsync(bucket.Name, "copy", Token);
        head.ContentLength.ShouldBe(5);
        var missed = await Should.ThrowAsync<AmazonS3Exception>(() => client.GetObjectMetadataAsync(bucket.Name, "absent", Token));
        missed.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var presigned = await client.GetPreSignedURLAsync(
            new GetPreSignedUrlRequest { BucketName = bucket.Name, Key = put.Key, Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5), Protocol = Protocol.HTTP });
        using var http = new HttpClient();
        (await http.GetStringAsync(new Uri(presigned), Token)).ShouldBe("Hello");
        var upload = await client.InitiateMultipartUploadAsync(bucket.Name, "aborted", Token);
        await client.AbortMultipartUploadAsync(bucket.Name, "aborted", upload.UploadId, Token);
        (await client.ListMultipartUploadsAsync(bucket.Name, Token)).MultipartUploads.ShouldBeNull();
        (await client.GetBucketLocationAsync(bucket.Name, Token)).Location.Value.ShouldBe("");
        await client.DeleteObjectAsync(bucket.Name, put.Key, Token);
        await client.DeleteObjectAsync(bucket.Name, "copy", Token);
        await client.DeleteBucketAsync(bucket.Name, Token);
    }
}

/// <inheritdoc/>
public sealed class MemorySdkObjectTests(MemoryApiHost fixture) : SdkObjectTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableSdkObjectTests(DurableApiHost fixture) : SdkObjectTests(fixture), IClassFixture<DurableApiHost>;
