using BleepStore.Tests.Hosting;
using BleepStore.Tests.QueryApi;

namespace BleepStore.Tests.Access;

/// <summary>CreateBucket: what its headers say takes the rights of the operations that would say it later, also where the bucket is there already.</summary>
public sealed class CreateBucketRightsTests(TestServerFixture fixture) : IClassFixture<TestServerFixture>
{
    private readonly QueryClient _root = new(fixture.Server);

    [Theory]
    [InlineData("x-amz-acl", "public-read", "s3:PutBucketAcl")]
    [InlineData("x-amz-grant-read", "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"", "s3:PutBucketAcl")]
    [InlineData("x-amz-object-ownership", "BucketOwnerPreferred", "s3:PutBucketOwnershipControls")]
    [InlineData("x-amz-bucket-object-lock-enabled", "true", "s3:PutBucketObjectLockConfiguration,s3:PutBucketVersioning")]
    public async Task A_header_takes_the_right_to_what_it_does(string header, string value, string actions)
    {
        var name = $"rights-{header}";
        var user = await CreateUserAsync(name, "s3:CreateBucket");
        (await user.S3Async("PUT", $"/{name}-a")).ShouldBe((200, null));
        (await user.S3Async("PUT", $"/{name}-b", "", (header, value))).ShouldBe((403, "AccessDenied"));
        (await _root.S3Async("GET", $"/{name}-b")).ShouldBe((404, "NoSuchBucket"));
        await AllowAsync(name, ["s3:CreateBucket", .. actions.Split(',')]);
        (await user.S3Async("PUT", $"/{name}-b", "", (header, value))).ShouldBe((200, null));
    }

    [Fact]
    public async Task A_header_that_asks_for_no_lock_takes_no_right_to_locks()
    {
        var user = await CreateUserAsync("rights-no-lock", "s3:CreateBucket");
        (await user.S3Async("PUT", "/rights-no-lock-a", "", ("x-amz-bucket-object-lock-enabled", "false"))).ShouldBe((200, null));
        (await user.S3Async("PUT", "/rights-no-lock-b", "", ("x-amz-bucket-object-lock-enabled", "False"))).ShouldBe((200, null));
        (await user.S3Async("PUT", "/rights-no-lock-c", "", ("x-amz-bucket-object-lock-enabled", "TRUE"))).ShouldBe((403, "AccessDenied"));
    }

    [Fact]
    public async Task A_bucket_is_made_with_tags_by_those_alone_who_may_tag()
    {
        const string document = "<CreateBucketConfiguration><Tags><Tag><Key>team</Key><Value>red</Value></Tag></Tags></CreateBucketConfiguration>";
        var user = await CreateUserAsync("rights-tags", "s3:CreateBucket", "s3:PutBucketTagging");
        (await user.S3Async("PUT", "/rights-tags", document)).ShouldBe((403, "AccessDenied"));
        (await _root.S3Async("GET", "/rights-tags")).ShouldBe((404, "NoSuchBucket"));
        await AllowAsync("rights-tags", "s3:CreateBucket", "s3:TagResource");
        (await user.S3Async("PUT", "/rights-tags", document)).ShouldBe((200, null));
        (await _root.S3Async("GET", "/rights-tags?tagging")).ShouldBe((200, null));
    }

    [Fact]
    public async Task A_policy_of_a_user_can_say_where_buckets_are_made()
    {
        const string policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:CreateBucket","Resource":"*","Condition":{"StringEquals":{"s3:LocationConstraint":"eu-west-1"}}}]}""";
        var user = await CreateUserAsync("rights-place", "s3:ListAllMyBuckets");
        (await _root.IamAsync("PutUserPolicy", ("UserName", "rights-place"), ("PolicyName", "place"), ("PolicyDocument", policy))).Ok();
        (await user.S3Async("PUT", "/rights-place")).ShouldBe((403, "AccessDenied"));
        (await user.S3Async("PUT", "/rights-place", Place("eu-central-1"))).ShouldBe((403, "AccessDenied"));

        // Allowed, and not possible here.
        (await user.S3Async("PUT", "/rights-place", Place("eu-west-1"))).ShouldBe((400, "IllegalLocationConstraintException"));

        static string Place(string name) => $"<CreateBucketConfiguration><LocationConstraint>{name}</LocationConstraint></CreateBucketConfiguration>";
    }

    [Fact]
    public async Task To_create_a_bucket_again_is_no_way_around_what_it_says_of_lists()
    {
        const string block = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>";
        const string enforced = "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>";
        var open = ("x-amz-acl", "public-read");
        (await _root.S3Async("PUT", "/rights-again")).ShouldBe((200, null));
        (await _root.S3Async("PUT", "/rights-again?publicAccessBlock", block)).ShouldBe((200, null));
        (await _root.S3Async("PUT", "/rights-again", "", open)).ShouldBe((403, "AccessDenied"));
        (await _root.S3Async("DELETE", "/rights-again?publicAccessBlock")).ShouldBe((204, null));
        (await _root.S3Async("PUT", "/rights-again?ownershipControls", enforced)).ShouldBe((200, null));
        (await _root.S3Async("PUT", "/rights-again", "", open)).ShouldBe((400, "AccessControlListNotSupported"));
        (await _root.S3Async("DELETE", "/rights-again?ownershipControls")).ShouldBe((204, null));

        var user = await CreateUserAsync("rights-again", "s3:CreateBucket", "s3:PutBucketAcl");
        const string denial = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutBucketAcl","Resource":"arn:aws:s3:::rights-again"}]}""";
        (await _root.S3Async("PUT", "/rights-again?policy", denial)).ShouldBe((204, null));
        (await user.S3Async("PUT", "/rights-again", "", open)).ShouldBe((403, "AccessDenied"));
        (await _root.S3Async("DELETE", "/rights-again?policy")).ShouldBe((204, null));
        (await user.S3Async("PUT", "/rights-again", "", open)).ShouldBe((200, null));
        (await user.S3Async("PUT", "/rights-again")).ShouldBe((200, null));
    }

    private async Task<QueryClient> CreateUserAsync(string name, params string[] actions)
    {
        var (accessKey, secret) = await _root.CreateUserWithKeyAsync(name);
        await AllowAsync(name, actions);
        return new QueryClient(fixture.Server, accessKey, secret);
    }

    private async Task AllowAsync(string user, params string[] actions)
        => (await _root.IamAsync("PutUserPolicy", ("UserName", user), ("PolicyName", "p"), ("PolicyDocument", QueryClient.Allow(actions)))).Ok();
}
