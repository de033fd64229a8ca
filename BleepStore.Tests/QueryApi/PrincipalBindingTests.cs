using BleepStore.Tests.Hosting;

namespace BleepStore.Tests.QueryApi;

/// <summary>A policy that names a user means that user: not who gets the name later, and still the one who gets another name.</summary>
public sealed class PrincipalBindingTests(TestServerFixture fixture) : IClassFixture<TestServerFixture>
{
    private const string Bucket = "/binding";

    private readonly QueryClient _root = new(fixture.Server);

    [Fact]
    public async Task A_bucket_gives_nothing_to_a_user_made_anew_under_the_name_of_another()
    {
        await _root.S3Async("PUT", Bucket);
        var (accessKey, secret) = await _root.CreateUserWithKeyAsync("bound");
        var first = (await _root.IamAsync("GetUser", ("UserName", "bound"))).Ok();
        var policy = BucketPolicy("Allow", first["Arn"]!);
        (await _root.S3Async("PUT", Bucket + "?policy", policy)).Status.ShouldBe(204);
        (await new QueryClient(fixture.Server, accessKey, secret).S3Async("GET", Bucket)).ShouldBe((200, null));
        (await _root.S3TextAsync("GET", Bucket + "?policy")).ShouldBe(policy);

        (await _root.IamAsync("DeleteAccessKey", ("UserName", "bound"), ("AccessKeyId", accessKey))).Ok();
        (await _root.IamAsync("DeleteUser", ("UserName", "bound"))).Ok();
        var shown = BucketPolicy("Allow", first["UserId"]!);
        (await _root.S3TextAsync("GET", Bucket + "?policy")).ShouldBe(shown);
        (await _root.S3Async("PUT", Bucket + "?policy", shown)).ShouldBe((400, "MalformedPolicy"), "who is gone cannot be named again");

        (accessKey, secret) = await _root.CreateUserWithKeyAsync("bound");
        (await new QueryClient(fixture.Server, accessKey, secret).S3Async("GET", Bucket)).ShouldBe((403, "AccessDenied"));
        (await _root.S3TextAsync("GET", Bucket + "?policy")).ShouldBe(shown);
        (await _root.S3Async("PUT", Bucket + "?policy", policy)).Status.ShouldBe(204);
        (await new QueryClient(fixture.Server, accessKey, secret).S3Async("GET", Bucket)).ShouldBe((200, null));
    }

    [Fact]
    public async Task A_denial_goes_along_with_a_user_who_is_renamed()
    {
        const string bucket = "/binding-renamed";
        await _root.S3Async("PUT", bucket);
        var (accessKey, secret) = await _root.CreateUserWithKeyAsync("before");
        var user = new QueryClient(fixture.Server, accessKey, secret);
        (await _root.IamAsync("PutUserPolicy", ("UserName", "before"), ("PolicyName", "p"), ("PolicyDocument", QueryClient.Allow("s3:*")))).Ok();
        var arn = (await _root.IamAsync("GetUser", ("UserName", "before"))).Ok()["Arn"]!;
        (await user.S3Async("GET", bucket)).ShouldBe((200, null));
        (await _root.S3Async("PUT", bucket + "?policy", BucketPolicy("Deny", arn, bucket))).Status.ShouldBe(204);
        (await user.S3Async("GET", bucket)).ShouldBe((403, "AccessDenied"));

        (await _root.IamAsync("UpdateUser", ("UserName", "before"), ("NewUserName", "after"))).Ok();

        (await user.S3Async("GET", bucket)).ShouldBe((403, "AccessDenied"));
        var session = (await user.StsAsync("GetSessionToken")).Ok();
        var inSession = new QueryClient(fixture.Server, session["AccessKeyId"]!, session["SecretAccessKey"]!, session["SessionToken"]);
        (await inSession.S3Async("GET", bucket)).ShouldBe((403, "AccessDenied"), "a session is its user's");
    }

    [Fact]
    public async Task A_role_trusts_nobody_made_anew_under_the_name_of_another()
    {
        var (accessKey, secret) = await _root.CreateUserWithKeyAsync("trusted");
        var first = (await _root.IamAsync("GetUser", ("UserName", "trusted"))).Ok();
        var trust = QueryClient.Trust(first["Arn"]!);
        var role = (await _root.IamAsync("CreateRole", ("RoleName", "trusting"), ("AssumeRolePolicyDocument", trust))).Ok();
        Uri.UnescapeDataString(role["AssumeRolePolicyDocument"]!).ShouldBe(trust);
        (await AssumeAsync()).Ok();

        (await _root.IamAsync("DeleteAccessKey", ("UserName", "trusted"), ("AccessKeyId", accessKey))).Ok();
        (await _root.IamAsync("DeleteUser", ("UserName", "trusted"))).Ok();
        (accessKey, secret) = await _root.CreateUserWithKeyAsync("trusted");

        (await AssumeAsync()).ShouldRefuse(403, "AccessDenied");
        var shown = QueryClient.Trust(first["UserId"]!);
        Uri.UnescapeDataString((await _root.IamAsync("GetRole", ("RoleName", "trusting"))).Ok()["AssumeRolePolicyDocument"]!).ShouldBe(shown);
        (await _root.IamAsync("UpdateAssumeRolePolicy", ("RoleName", "trusting"), ("PolicyDocument", trust))).Ok();
        (await AssumeAsync()).Ok();

        async Task<QueryResult> AssumeAsync() => await new QueryClient(fixture.Server, accessKey, secret)
            .StsAsync("AssumeRole", ("RoleArn", role["Arn"]!), ("RoleSessionName", "session"));
    }

    [Theory]
    [InlineData("ARN-nobody")]
    [InlineData("AIDAAAAAAAAAAAAAAAAAA|ARN")]
    [InlineData("ARN-case")]
    [InlineData("AIDAAAAAAAAAAAAAAAAAA")]
    public async Task Who_is_not_there_is_no_principal(string name)
    {
        await _root.S3Async("PUT", Bucket);
        await _root.IamAsync("CreateUser", ("UserName", "There"));
        var arn = (await _root.IamAsync("GetUser", ("UserName", "there"))).Ok()["Arn"]!;
        var principal = name.Replace("ARN-case", arn.ToLowerInvariant(), StringComparison.Ordinal).Replace("ARN", arn, StringComparison.Ordinal);

        (await _root.S3Async("PUT", Bucket + "?policy", BucketPolicy("Deny", principal))).ShouldBe((400, "MalformedPolicy"));
        var refused = await _root.IamAsync("CreateRole", ("RoleName", "no-principal"), ("AssumeRolePolicyDocument", QueryClient.Trust(principal)));
        refused.ShouldRefuse(400, "MalformedPolicyDocument");
        refused["Message"]!.ShouldStartWith("Invalid principal in policy");
    }

    private static string BucketPolicy(string effect, string principal, string bucket = Bucket)
        => $$"""{ "Version" : "2012-10-17","Statement":[{"Effect":"{{effect}}","Principal":{"AWS":["{{principal}}"]},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::{{bucket[1..]}}"} ]}""";
}
