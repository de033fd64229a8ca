using BleepStore.Tests.Hosting;
using BleepStore.Tests.Http;
using BleepStore.Tests.Observability;

namespace BleepStore.Tests.QueryApi;

/// <summary>STS as clients see it: who gets temporary credentials, what they may do, and when they end.</summary>
public sealed class StsTests(TestServerFixture fixture) : IClassFixture<TestServerFixture>
{
    private const string Bucket = "/sts-bucket";

    private readonly QueryClient _root = new(fixture.Server);

    [Fact]
    public async Task A_session_of_a_user_has_its_rights_and_ends_with_its_key_and_with_itself()
    {
        var (accessKey, secret) = await CreateUserAsync("own-session", QueryClient.Allow("s3:ListBucket"));
        var user = new QueryClient(fixture.Server, accessKey, secret);

        var session = ClientOf((await user.StsAsync("GetSessionToken")).Ok());

        (await session.S3Async("GET", Bucket)).ShouldBe((200, null));
        (await session.S3Async("DELETE", Bucket)).ShouldBe((403, "AccessDenied"));
        (await session.StsAsync("GetCallerIdentity")).Ok()["Arn"]!.ShouldEndWith(":user/own-session");
        (await session.StsAsync("GetSessionToken")).ShouldRefuse(403, "AccessDenied");
        (await session.IamAsync("GetUser")).ShouldRefuse(403, "InvalidClientTokenId");
        await _root.IamAsync("UpdateAccessKey", ("UserName", "own-session"), ("AccessKeyId", accessKey), ("Status", "Inactive"));
        (await session.S3Async("GET", Bucket)).ShouldBe((403, "InvalidAccessKeyId"));
        await _root.IamAsync("UpdateAccessKey", ("UserName", "own-session"), ("AccessKeyId", accessKey), ("Status", "Active"));
        (await session.S3Async("GET", Bucket)).ShouldBe((200, null));
        await DeleteUserAsync("own-session", accessKey);
        (await session.S3Async("GET", Bucket)).ShouldBe((403, "InvalidAccessKeyId"));
        await CreateUserAsync("own-session", QueryClient.Allow("s3:*"));
        (await session.S3Async("GET", Bucket)).ShouldBe((403, "InvalidAccessKeyId"), "another user of that name has none of the first one's sessions");
    }

    [Fact]
    public async Task A_token_works_for_its_own_key_alone_and_to_the_last_bit()
    {
        var (accessKey, secret) = await CreateUserAsync("token-user", QueryClient.Allow("s3:*"));
        var user = new QueryClient(fixture.Server, accessKey, secret);
        var first = (await user.StsAsync("GetSessionToken")).Ok();
        var second = (await user.StsAsync("GetSessionToken")).Ok();
        var (key, keySecret, token) = (first["AccessKeyId"]!, first["SecretAccessKey"]!, first["SessionToken"]!);

        (await With(key, keySecret, token)).ShouldBe((200, null));
        (await With(key, keySecret, token: null)).ShouldBe((403, "InvalidAccessKeyId"));
        (await With(key, keySecret, "")).ShouldBe((400, "InvalidToken"));
        (await With(key, keySecret, "token")).ShouldBe((400, "InvalidToken"));
        (await With(key, keySecret, second["SessionToken"]!)).ShouldBe((400, "InvalidToken"));
        (await With(accessKey, secret, token)).ShouldBe((400, "InvalidToken"));
        (await With(key, second["SecretAccessKey"]!, token)).ShouldBe((403, "SignatureDoesNotMatch"));
        foreach (var position in Enumerable.Range(0, token.Length).Where(position => position % 23 == 0).Append(token.Length - 1))
        {
            var forged = token[..position] + (token[position] == 'A' ? 'B' : 'A') + token[(position + 1)..];
            (await With(key, keySecret, forged)).ShouldBe((400, "InvalidToken"), $"character {position} was changed");
            (await With(key, keySecret, token[..position])).ShouldBe((400, "InvalidToken"), $"cut at {position}");
        }

        (await With(key, keySecret, token + "A")).ShouldBe((400, "InvalidToken"));
        (await With(key, keySecret, token[..10] + " " + token[10..])).ShouldBe((400, "InvalidToken"), "one token has one spelling");
        var unsigned = new QueryClient(fixture.Server, key, keySecret) { Spoil = request => request.With("x-amz-security-token", token) };
        (await unsigned.S3Async("GET", Bucket)).ShouldBe((403, "AccessDenied"), "the token was added after signing");
        var nobody = new QueryClient(fixture.Server, key, keySecret, token) { Spoil = request => request.Remove("Authorization") };
        (await nobody.S3Async("GET", Bucket)).ShouldBe((400, "InvalidToken"), "a token is no signature");

        Task<(int, string?)> With(string withKey, string withSecret, string? token) => new QueryClient(fixture.Server, withKey, withSecret, token).S3Async("GET", Bucket);
    }

    [Fact]
    public async Task A_token_of_another_store_is_foreign()
    {
        await using var other = await TestServer.StartAsync(_ => { });
        var foreign = (await new QueryClient(other).StsAsync("GetSessionToken")).Ok();

        (await ClientOf(foreign).S3Async("GET", "/")).ShouldBe((400, "InvalidToken"));
        (await ClientOf(foreign).IamAsync("ListUsers")).ShouldRefuse(403, "InvalidClientTokenId");
    }

    [Fact]
    public async Task Temporary_credentials_sign_urls_and_forget_no_token()
    {
        await _root.S3Async("PUT", Bucket);
        var (accessKey, secret) = await CreateUserAsync("presigner", QueryClient.Allow("s3:*"));
        var session = (await new QueryClient(fixture.Server, accessKey, secret).StsAsync("GetSessionToken")).Ok();
        var signer = new TestSigner(session["AccessKeyId"]!, session["SecretAccessKey"]!);
        var http = fixture.Server.CreateHttpClient();

        (await GetAsync($"X-Amz-Security-Token={session["SessionToken"]}")).ShouldBe(200);
        (await GetAsync("x=y")).ShouldBe(403);
        (await GetAsync($"X-Amz-Security-Token={session["SessionToken"]}&X-Amz-Security-Token={session["SessionToken"]}")).ShouldBe(400);

        async Task<int> GetAsync(string query)
        {
            var request = new TestRequest("GET", Bucket, fixture.Server.Endpoint.Authority).WithQuery(query);
            signer.Presign(request, TimeProvider.System.GetUtcNow());
            using var answer = await http.GetAsync(request.Target, TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_role_is_taken_on_by_whom_its_trust_names_and_ends_when_it_is_deleted()
    {
        var (accessKey, secret) = await CreateUserAsync("actor", policy: null);
        var user = new QueryClient(fixture.Server, accessKey, secret);
        var arn = await CreateRoleAsync("stage", await ArnOfAsync(user), QueryClient.Allow("s3:ListBucket"));

        var answer = (await user.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "night"))).Ok();

        answer["Arn"]!.ShouldMatch("^arn:aws:sts::[0-9]{12}:assumed-role/stage/night$");
        answer["AssumedRoleId"]!.ShouldMatch("^AROA[A-Z2-7]{17}:night$");
        var session = ClientOf(answer);
        (await session.S3Async("GET", Bucket)).ShouldBe((200, null));
        (await session.S3Async("PUT", Bucket + "/key")).ShouldBe((403, "AccessDenied"));
        (await user.S3Async("GET", Bucket)).ShouldBe((403, "AccessDenied"), "the role's rights are not the user's");
        (await session.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "again"))).ShouldRefuse(403, "AccessDenied");
        await _root.IamAsync("DeleteRolePolicy", ("RoleName", "stage"), ("PolicyName", "p"));
        (await session.S3Async("GET", Bucket)).ShouldBe((403, "AccessDenied"));
        (await _root.IamAsync("DeleteRole", ("RoleName", "stage"))).Ok();
        (await session.S3Async("GET", Bucket)).ShouldBe((403, "InvalidAccessKeyId"));
        await CreateRoleAsync("stage", await ArnOfAsync(user), QueryClient.Allow("s3:*"));
        (await session.S3Async("GET", Bucket)).ShouldBe((403, "InvalidAccessKeyId"), "another role of that name");
    }

    [Fact]
    public async Task Session_policies_narrow_and_never_widen()
    {
        var (accessKey, secret) = await CreateUserAsync("narrowed", policy: null);
        var user = new QueryClient(fixture.Server, accessKey, secret);
        var arn = await CreateRoleAsync("wide", await ArnOfAsync(user), QueryClient.Allow("s3:ListBucket", "s3:PutObject"));

        var narrow = await AssumeAsync(("Policy", QueryClient.Allow("s3:ListBucket", "s3:DeleteBucket")));
        (await narrow.S3Async("GET", Bucket)).ShouldBe((200, null));
        (await narrow.S3Async("PUT", Bucket + "/key")).ShouldBe((403, "AccessDenied"));
        (await narrow.S3Async("DELETE", Bucket)).ShouldBe((403, "AccessDenied"), "the role has no such right to let through");
        var readOnly = await AssumeAsync(("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"));
        (await readOnly.S3Async("GET", Bucket)).ShouldBe((200, null));
        (await readOnly.S3Async("PUT", Bucket + "/key")).ShouldBe((403, "AccessDenied"));
        var denying = await AssumeAsync(("Policy", QueryClient.Policy("Deny", "s3:ListBucket")));
        (await denying.S3Async("GET", Bucket)).ShouldBe((403, "AccessDenied"));
        (await denying.S3Async("PUT", Bucket + "/key")).ShouldBe((403, "AccessDenied"), "a denial alone allows nothing");

        (await user.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "s1"), ("Policy", "{"))).ShouldRefuse(400, "MalformedPolicyDocument");
        (await user.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "s1"), ("Policy", QueryClient.Allow(new string('x', 2048))))).ShouldRefuse(400, "ValidationError");
        (await user.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "s1"), ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/None"))).ShouldRefuse(400, "MalformedPolicyDocument");

        async Task<QueryClient> AssumeAsync((string, string) narrowing)
            => ClientOf((await user.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "narrow"), narrowing)).Ok());
    }

    [Fact]
    public async Task Trust_in_an_account_needs_the_user_s_own_policy_and_a_denial_wins()
    {
        var (accessKey, secret) = await CreateUserAsync("trusted", policy: null);
        var user = new QueryClient(fixture.Server, accessKey, secret);
        var account = (await user.StsAsync("GetCallerIdentity")).Ok()["Account"];
        var arn = await CreateRoleAsync("for-account", $"arn:aws:iam::{account}:root", QueryClient.Allow("s3:*"));
        (await AssumeAsync()).ShouldRefuse(403, "AccessDenied");

        await _root.IamAsync("PutUserPolicy", ("UserName", "trusted"), ("PolicyName", "may"), ("PolicyDocument", QueryClient.Allow("sts:AssumeRole")));
        (await AssumeAsync()).Ok();
        await _root.IamAsync("PutUserPolicy", ("UserName", "trusted"), ("PolicyName", "not"), ("PolicyDocument", QueryClient.Policy("Deny", "sts:*")));
        (await AssumeAsync()).ShouldRefuse(403, "AccessDenied");

        Task<QueryResult> AssumeAsync() => user.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "session"));
    }

    [Fact]
    public async Task Tags_and_external_ids_are_what_the_trust_says()
    {
        var (accessKey, secret) = await CreateUserAsync("tagger", policy: null);
        var user = new QueryClient(fixture.Server, accessKey, secret);
        var trust = $$$$"""
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"{{{{await ArnOfAsync(user)}}}}"},"Action":"sts:AssumeRole",
            "Condition":{"StringEquals":{"sts:ExternalId":"secret-word"}}}]}
            """;
        var arn = (await _root.IamAsync("CreateRole", ("RoleName", "external"), ("AssumeRolePolicyDocument", trust))).Ok()["Arn"]!;

        (await user.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "s1"))).ShouldRefuse(403, "AccessDenied");
        (await user.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "s1"), ("ExternalId", "secret-word"))).Ok();
        (await user.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "s1"), ("ExternalId", "secret-word"), ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")))
            .ShouldRefuse(403, "AccessDenied");
    }

    [Theory]
    [InlineData("RoleArn", "arn:aws:iam::1:user/x")]
    [InlineData("RoleArn", "role")]
    [InlineData("RoleArn", "arn:aws:iam::1:role/")]
    [InlineData("RoleSessionName", "x")]
    [InlineData("RoleSessionName", "a/b")]
    [InlineData("RoleSessionName", "")]
    [InlineData("ExternalId", "x")]
    [InlineData("DurationSeconds", "899")]
    [InlineData("DurationSeconds", "43201")]
    [InlineData("DurationSeconds", "3601")]
    public async Task What_no_session_can_be_asked_for_with_is_refused(string parameter, string value)
    {
        await _root.IamAsync("CreateRole", ("RoleName", "bounds"), ("AssumeRolePolicyDocument", QueryClient.Trust("*")));
        var arn = (await _root.IamAsync("GetRole", ("RoleName", "bounds"))).Ok()["Arn"]!;
        var parameters = new Dictionary<string, string> { ["RoleArn"] = arn, ["RoleSessionName"] = "session", [parameter] = value };

        (await _root.StsAsync("AssumeRole", [.. parameters.Select(pair => (pair.Key, pair.Value))])).ShouldRefuse(400, "ValidationError");
    }

    [Fact]
    public async Task A_role_that_is_not_there_is_refused_like_one_that_is_not_allowed()
    {
        var account = (await _root.StsAsync("GetCallerIdentity")).Ok()["Account"];
        foreach (var arn in new[] { $"arn:aws:iam::{account}:role/none", "arn:aws:iam::999999999999:role/none", "arn:aws:iam::nobody:role/none" })
        {
            (await _root.StsAsync("AssumeRole", ("RoleArn", arn), ("RoleSessionName", "session"))).ShouldRefuse(403, "AccessDenied");
        }
    }

    [Fact]
    public async Task Federated_users_have_what_their_policy_lets_through()
    {
        var (accessKey, secret) = await CreateUserAsync("federator", QueryClient.Allow("sts:GetFederationToken", "s3:ListBucket"));
        var user = new QueryClient(fixture.Server, accessKey, secret);

        var answer = (await user.StsAsync("GetFederationToken", ("Name", "guest"), ("Policy", QueryClient.Allow("s3:*")))).Ok();
        var nothing = ClientOf((await user.StsAsync("GetFederationToken", ("Name", "guest"))).Ok());

        answer["Arn"]!.ShouldEndWith(":federated-user/guest");
        var guest = ClientOf(answer);
        (await guest.S3Async("GET", Bucket)).ShouldBe((200, null));
        (await guest.S3Async("DELETE", Bucket)).ShouldBe((403, "AccessDenied"));
        (await guest.IamAsync("ListUsers")).ShouldRefuse(403, "InvalidClientTokenId");
        (await nothing.S3Async("GET", Bucket)).ShouldBe((403, "AccessDenied"));
    }

    [Fact]
    public async Task Nobody_gives_tags_to_its_own_federated_sessions_without_the_right_to()
    {
        var (accessKey, secret) = await CreateUserAsync("tagging-federator", QueryClient.Allow("sts:GetFederationToken"));
        var user = new QueryClient(fixture.Server, accessKey, secret);
        Task<QueryResult> FederateAsync() => user.StsAsync("GetFederationToken", ("Name", "guest"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "others"));

        (await FederateAsync()).ShouldRefuse(403, "AccessDenied");
        (await user.StsAsync("GetFederationToken", ("Name", "guest"))).Ok();
        var more = QueryClient.Allow("sts:GetFederationToken", "sts:TagSession");
        (await _root.IamAsync("PutUserPolicy", ("UserName", "tagging-federator"), ("PolicyName", "p"), ("PolicyDocument", more))).Ok();
        (await FederateAsync()).Ok();
    }

    [Fact]
    public async Task What_a_bucket_says_of_a_user_or_role_it_says_of_their_sessions()
    {
        var (accessKey, secret) = await CreateUserAsync("said-of", QueryClient.Allow("sts:*", "s3:*"));
        var user = new QueryClient(fixture.Server, accessKey, secret);
        var userArn = await ArnOfAsync(user);
        var roleArn = await CreateRoleAsync("said-of-role", userArn, QueryClient.Allow("s3:*"));
        var guest = ClientOf((await user.StsAsync("GetFederationToken", ("Name", "guest"), ("Policy", QueryClient.Allow("s3:*")))).Ok());
        var narrow = ClientOf((await user.StsAsync(
            "AssumeRole", ("RoleArn", roleArn), ("RoleSessionName", "narrow"), ("Policy", QueryClient.Allow("s3:ListBucket")))).Ok());
        const string bucket = "/sts-said";
        await _root.S3Async("PUT", bucket);
        string Policy(string effect, string principal, string action)
            => $$"""{"Version":"2012-10-17","Statement":[{"Effect":"{{effect}}","Principal":{"AWS":"{{principal}}"},"Action":"{{action}}","Resource":"arn:aws:s3:::sts-said"}]}""";
        async Task SayAsync(string policy) => (await _root.S3Async("PUT", bucket + "?policy", policy)).ShouldBe((204, null));

        (await guest.S3Async("GET", bucket)).ShouldBe((200, null));
        await SayAsync(Policy("Deny", userArn, "s3:ListBucket"));
        (await guest.S3Async("GET", bucket)).ShouldBe((403, "AccessDenied"), "a federated session is no way around what is denied to its user");
        await SayAsync(Policy("Deny", roleArn, "s3:ListBucket"));
        (await narrow.S3Async("GET", bucket)).ShouldBe((403, "AccessDenied"));
        await SayAsync(Policy("Allow", roleArn, "s3:*"));
        (await narrow.S3Async("GET", bucket)).ShouldBe((200, null));
        (await narrow.S3Async("GET", bucket + "?acl")).ShouldBe((403, "AccessDenied"), "what is given to the role ends at the session's policy");
        await SayAsync(Policy("Allow", await ArnOfAsync(narrow), "s3:GetBucketAcl"));
        (await narrow.S3Async("GET", bucket + "?acl")).ShouldBe((200, null), "what is given to the session itself does not");
        (await narrow.S3Async("GET", bucket + "?cors")).ShouldBe((403, "AccessDenied"));
        var nothing = ClientOf((await user.StsAsync("GetFederationToken", ("Name", "nobody"))).Ok());
        (await nothing.S3Async("GET", bucket + "?acl")).ShouldBe((403, "AccessDenied"));
        await SayAsync(Policy("Allow", await ArnOfAsync(nothing), "s3:GetBucketAcl"));
        (await nothing.S3Async("GET", bucket + "?acl")).ShouldBe((200, null));
    }

    [Fact]
    public async Task Credentials_end_at_their_time()
    {
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(options => options.Time = time);
        var root = new QueryClient(server) { Time = time };
        var answer = (await root.StsAsync("GetSessionToken", ("DurationSeconds", "900"))).Ok();
        answer["Expiration"].ShouldBe("2026-01-02T03:19:05Z");
        var session = new QueryClient(server, answer["AccessKeyId"]!, answer["SecretAccessKey"]!, answer["SessionToken"]) { Time = time };
        (await session.S3Async("GET", "/")).ShouldBe((200, null));

        time.Advance(TimeSpan.FromSeconds(899));
        (await session.S3Async("GET", "/")).ShouldBe((200, null));
        time.Advance(TimeSpan.FromSeconds(1));

        (await session.S3Async("GET", "/")).ShouldBe((400, "ExpiredToken"));
        (await session.StsAsync("GetCallerIdentity")).ShouldRefuse(403, "ExpiredToken");
    }

    [Fact]
    public async Task Who_has_no_signature_is_told_what_there_is_not()
    {
        var anonymous = new QueryClient(fixture.Server) { Spoil = request => request.Remove("Authorization") };

        (await anonymous.StsAsync("AssumeRoleWithWebIdentity", ("RoleSessionName", "session"), ("WebIdentityToken", "token"))).ShouldRefuse(501, "NotImplemented");
        (await anonymous.StsAsync("GetCallerIdentity")).ShouldRefuse(403, "MissingAuthenticationToken");
    }

    [Fact]
    public async Task A_malformed_list_of_signed_headers_is_called_one_of_the_header()
    {
        var spoilt = new QueryClient(fixture.Server)
        {
            Spoil = request => request.Set("Authorization", request.Header("Authorization")!.Replace("SignedHeaders=content-type", "SignedHeaders=Content-type", StringComparison.Ordinal)),
        };
        var answer = await spoilt.StsAsync("GetCallerIdentity");
        answer.Code.ShouldBe("IncompleteSignature");
        answer["Message"]!.ShouldStartWith("The authorization header is malformed; SignedHeaders ");
    }

    private QueryClient ClientOf(QueryResult answer)
        => new(fixture.Server, answer["AccessKeyId"]!, answer["SecretAccessKey"]!, answer["SessionToken"]);

    private async Task<(string AccessKey, string Secret)> CreateUserAsync(string name, string? policy)
    {
        await _root.S3Async("PUT", Bucket);
        var key = await _root.CreateUserWithKeyAsync(name);
        if (policy is not null)
        {
            (await _root.IamAsync("PutUserPolicy", ("UserName", name), ("PolicyName", "p"), ("PolicyDocument", policy))).Ok();
        }

        return key;
    }

    private async Task DeleteUserAsync(string name, string accessKey)
    {
        (await _root.IamAsync("DeleteAccessKey", ("UserName", name), ("AccessKeyId", accessKey))).Ok();
        (await _root.IamAsync("DeleteUserPolicy", ("UserName", name), ("PolicyName", "p"))).Ok();
        (await _root.IamAsync("DeleteUser", ("UserName", name))).Ok();
    }

    private async Task<string> CreateRoleAsync(string name, string trusted, string policy)
    {
        var arn = (await _root.IamAsync("CreateRole", ("RoleName", name), ("AssumeRolePolicyDocument", QueryClient.Trust(trusted)))).Ok()["Arn"]!;
        (await _root.IamAsync("PutRolePolicy", ("RoleName", name), ("PolicyName", "p"), ("PolicyDocument", policy))).Ok();
        return arn;
    }

    private static async Task<string> ArnOfAsync(QueryClient client) => (await client.StsAsync("GetCallerIdentity")).Ok()["Arn"]!;
}
