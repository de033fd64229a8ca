using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace BleepStore.Tests.Api;

/// <summary>The life of a bucket through the SDK: made, found, described, listed, removed.</summary>
public sealed class BucketTests
{
    [Fact]
    public async Task A_bucket_is_made_found_and_removed()
    {
        var token = TestContext.Current.CancellationToken;
        await using var host = await S3TestHost.StartAsync();
        using var alice = host.Client(S3TestHost.Alice);
        using var bob = host.Client(S3TestHost.Bob);
        await alice.PutBucketAsync("photos", token);
        (await alice.HeadBucketAsync(new HeadBucketRequest { BucketName = "photos" }, token)).BucketRegion.ShouldBe("us-east-1");
        (await alice.GetBucketLocationAsync(new GetBucketLocationRequest { BucketName = "photos" }, token)).Location.Value.ShouldBe("");
        (await alice.ListBucketsAsync(token)).Buckets.ShouldHaveSingleItem().BucketName.ShouldBe("photos");
        ((await bob.ListBucketsAsync(token)).Buckets ?? []).ShouldBeEmpty();

        // Its owner may ask again, in the classic region; another may not have it.
        (await alice.PutBucketAsync("photos", token)).HttpStatusCode.ShouldBe(HttpStatusCode.OK);
        (await Should.ThrowAsync<AmazonS3Exception>(() => bob.PutBucketAsync("photos", token))).ErrorCode.ShouldBe("BucketAlreadyExists");

        await alice.PutObjectAsync(new PutObjectRequest { BucketName = "photos", Key = "one", ContentBody = "1" }, token);
        (await Should.ThrowAsync<AmazonS3Exception>(() => alice.DeleteBucketAsync("photos", token))).ErrorCode.ShouldBe("BucketNotEmpty");
        await alice.DeleteObjectAsync("photos", "one", token);
        await alice.DeleteBucketAsync("photos", token);
        (await Should.ThrowAsync<AmazonS3Exception>(() => alice.GetBucketLocationAsync(new GetBucketLocationRequest { BucketName = "photos" }, token)))
            .ErrorCode.ShouldBe("NoSuchBucket");
    }
}
