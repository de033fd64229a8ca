using System.Text;
using Amazon.S3;
using Amazon.S3.Model;

namespace BleepStore.Tests.Api;

/// <summary>What an SDK user relies on first: bytes, headers and metadata come back as they went.</summary>
public sealed class ObjectRoundTripTests
{
    [Theory]
    [InlineData(TestEngines.Memory)]
    [InlineData(TestEngines.Durable)]
    public async Task An_object_comes_back_as_it_was_put(TestEngines engines)
    {
        await using var host = await S3TestHost.StartAsync(engines);
        using var client = host.Client();
        var token = TestContext.Current.CancellationToken;
        await client.PutBucketAsync("bucket", token);
        var put = new PutObjectRequest
        {
            BucketName = "bucket",
            Key = "a/../b c+d/ü€😀",
            ContentBody = "Hello",
            ContentType = "text/x-test",
        };
        put.Metadata.Add("colour", "blue");
        var stored = await client.PutObjectAsync(put, token);
        stored.ETag.ShouldBe("\"8b1a9953c4611296a827abf8c47804d7\"");

        using var got = await client.GetObjectAsync("bucket", put.Key, token);
        using var reader = new StreamReader(got.ResponseStream, Encoding.UTF8);
        (await reader.ReadToEndAsync(token)).ShouldBe("Hello");
        got.Headers.ContentType.ShouldBe("text/x-test");
        got.Metadata["colour"].ShouldBe("blue");

        var list = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "bucket" }, token);
        list.S3Objects.Select(item => item.Key).ShouldBe([put.Key]);
        await client.DeleteObjectAsync("bucket", put.Key, token);
        var gone = await Should.ThrowAsync<AmazonS3Exception>(() => client.GetObjectAsync("bucket", put.Key, token));
        gone.ErrorCode.ShouldBe("NoSuchKey");
        await client.DeleteBucketAsync("bucket", token);
    }
}
