using System.Collections.Immutable;
using BleepStore.Api.Acl;
using BleepStore.Api.Auth;
using BleepStore.Api.Configuration;
using BleepStore.Api.Identities;
using BleepStore.Api.Operations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Policies;
using BleepStore.Metadata.Records;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>
/// The decision by itself, for the owner's account, its user, another account, that one's user, a session and nobody: what their own policies, the
/// bucket's policy, the lists and the bucket's settings say, and what follows.
/// </summary>
public sealed class AccessRulesTests
{
    private const string Role = "arn:aws:iam::111122223333:role/reader";
    private const string Session = "arn:aws:sts::111122223333:assumed-role/reader/now";
    private const string Restricted = "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
    private const string Ignored = "<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>";
    private const string Enforced = "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>";

    private static readonly Demand s_list = new("s3:ListBucket", S3Resource.Bucket, AclPermission.Read, "b");
    private static readonly Demand s_get = new("s3:GetObject", S3Resource.Object, AclPermission.Read, "b", "k");
    private static readonly Demand s_tag = new("s3:GetObjectTagging", S3Resource.Object, Permission: null, "b", "k");
    private static readonly Demand s_ofNew = new("s3:PutObjectTagging", S3Resource.Bucket, Permission: null, "b", "k") { IsOfNewObject = true };

    private readonly VerifierFixture _fixture = new();

    public AccessRulesTests()
    {
        foreach (var account in (string[])["owner", "other"])
        {
            _fixture.Keys[account] = new Credential(account, VerifierFixture.Secret, account, account, IsRoot: false, Active: true);
            _fixture.Keys[account + "-user"] = _fixture.Keys[account] with
            {
                AccessKey = account + "-user",
                HasAccountRights = false,
                Arn = $"arn:aws:iam::{AccountNumber.Of(account)}:user/{account}",
            };
        }

        _fixture.Keys["session"] = _fixture.Keys["owner"] with
        {
            AccessKey = "session",
            HasAccountRights = false,
            Arn = Session,
            IssuerArn = Role,
            Session = new CallerSession(SessionKind.Role, "now", VerifierFixture.Now, VerifierFixture.Now.AddHours(1)),
        };
    }

    [Theory]
    [InlineData("owner", "", "", true)]
    [InlineData("owner", "", "Deny *", false)]
    [InlineData("owner", "", "Allow other", true)]
    [InlineData("owner-user", "", "", false)]
    [InlineData("owner-user", "Allow", "", true)]
    [InlineData("owner-user", "Deny", "", false)]
    [InlineData("owner-user", "Deny", "Allow owner-user", false)]
    [InlineData("owner-user", "", "Allow owner-user", true)]
    [InlineData("owner-user", "", "Allow *", true)]
    [InlineData("owner-user", "", "Allow owner", false)]
    [InlineData("owner-user", "Allow", "Deny *", false)]
    [InlineData("other", "", "", false)]
    [InlineData("other", "", "Allow other", true)]
    [InlineData("other", "", "Allow owner", false)]
    [InlineData("other-user", "Allow", "", false)]
    [InlineData("other-user", "", "Allow other-user", false)]
    [InlineData("other-user", "", "Allow *", false)]
    [InlineData("other-user", "Allow", "Allow other-user", true)]
    [InlineData("other-user", "Allow", "Allow other", true)]
    [InlineData("other-user", "Deny", "Allow other-user", false)]
    [InlineData("", "", "", false)]
    [InlineData("", "", "Allow *", true)]
    [InlineData("", "", "Allow other", false)]
    public async Task The_owners_side_needs_one_leave_and_others_need_both(string caller, string own, string bucketPolicy, bool isAllowed)
        => (await AskAsync(caller, s_list, Bucket(bucketPolicy), own: own)).ShouldBe(isAllowed);

    [Theory]
    [InlineData("owner", "s3:GetBucketPolicy", true)]
    [InlineData("owner", "s3:PutBucketPolicy", true)]
    [InlineData("owner", "s3:DeleteBucketPolicy", true)]
    [InlineData("owner", "s3:PutBucketAcl", false)]
    [InlineData("owner-user", "s3:DeleteBucketPolicy", false)]
    [InlineData("other", "s3:DeleteBucketPolicy", false)]
    [InlineData("", "s3:DeleteBucketPolicy", false)]
    public async Task Only_the_owner_itself_can_take_a_denying_policy_back(string caller, string action, bool isAllowed)
        => (await AskAsync(caller, new Demand(action, S3Resource.Bucket, Bucket: "b"), Bucket("Deny *"), own: caller == "owner-user" ? "Allow" : "")).ShouldBe(isAllowed);

    [Theory]
    [InlineData("owner", "", true)]
    [InlineData("owner-user", "", false)]
    [InlineData("owner-user", "Allow", true)]
    [InlineData("owner-user", "Deny", false)]
    [InlineData("", "", false)]
    public async Task On_the_service_the_callers_own_rights_decide(string caller, string own, bool isAllowed)
        => (await AskAsync(caller, Demand.OnService("s3:ListAllMyBuckets"), bucket: null, own: own)).ShouldBe(isAllowed);

    [Theory]
    [InlineData("other", "Allow *", false)]
    [InlineData("", "Allow *", false)]
    [InlineData("owner-user", "Allow *", true)]
    [InlineData("other", "Allow other", true)]
    public async Task A_restricted_bucket_gives_nothing_to_others_by_a_public_policy(string caller, string bucketPolicy, bool isAllowed)
    {
        (await AskAsync(caller, s_list, Bucket(bucketPolicy, ("publicAccessBlock", Restricted)))).ShouldBe(isAllowed);
        (await AskAsync(caller, s_list, Bucket(bucketPolicy))).ShouldBeTrue("without the restriction");
    }

    [Theory]
    [InlineData("owner", "owner", "", "", true)]
    [InlineData("owner", "other", "", "", false)]
    [InlineData("owner", "other", "", Enforced, true)]
    [InlineData("other", "other", "", "", true)]
    [InlineData("other", "other", "", Enforced, false)]
    [InlineData("other", "other", "Deny *", "", false)]
    [InlineData("", "owner", "Allow *", "", true)]
    [InlineData("", "other", "Allow *", "", false)]
    [InlineData("", "other", "Allow *", Enforced, true)]
    [InlineData("owner-user", "other", "Allow *", "", false)]
    public async Task An_object_is_its_owners_unless_lists_are_off(string caller, string owner, string bucketPolicy, string ownership, bool isAllowed)
        => (await AskAsync(caller, s_get, Bucket(bucketPolicy, ("ownershipControls", ownership)), Object(owner))).ShouldBe(isAllowed);

    [Theory]
    [InlineData("owner", true)]
    [InlineData("other", true)]
    [InlineData("owner-user", false)]
    [InlineData("", false)]
    public async Task What_no_list_can_grant_is_both_owners(string caller, bool isAllowed)
        => (await AskAsync(caller, s_tag, Bucket(), Object("other", AclRules.AllUsers))).ShouldBe(isAllowed);

    [Theory]
    [InlineData("", "", "", true)]
    [InlineData("", "", Ignored, false)]
    [InlineData("", "", Enforced, false)]
    [InlineData("other", "", "", true)]
    [InlineData("other-user", "", "", false)]
    [InlineData("other-user", "Allow", "", true)]
    [InlineData("owner-user", "", "", false)]
    public async Task A_list_grants_to_accounts_and_to_nobody_in_particular(string caller, string own, string setting, bool isAllowed)
    {
        var name = setting == Ignored ? "publicAccessBlock" : "ownershipControls";
        (await AskAsync(caller, s_list, Bucket("", (name, setting)) with { Acl = Acl("owner", AclRules.AllUsers) }, own: own)).ShouldBe(isAllowed);
        (await AskAsync(caller, s_get, Bucket("", (name, setting)), Object("owner", AclRules.AllUsers), own)).ShouldBe(isAllowed);

        // The bucket's list is not its objects', nor theirs its.
        (await AskAsync(caller, s_get, Bucket() with { Acl = Acl("owner", AclRules.AllUsers) }, Object("owner"), own: "")).ShouldBeFalse();
        (await AskAsync(caller, s_list, Bucket(), Object("owner", AclRules.AllUsers), own: "")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("owner", "", "", true)]
    [InlineData("", "", "", false)]
    [InlineData("", AclRules.AllUsers, "", true)]
    [InlineData("", "", "Allow *", true)]
    [InlineData("", "", "Allow * s3:GetObject", false)]
    [InlineData("", "", "Allow * s3:ListBucket", true)]
    [InlineData("owner", "", "Deny * s3:ListBucket", false)]
    [InlineData("owner", "", "Deny * s3:GetObject", false)]
    public async Task Whether_a_key_exists_is_told_to_those_who_may_list(string caller, string granted, string bucketPolicy, bool isAllowed)
        => (await AskAsync(caller, s_get, Bucket(bucketPolicy) with { Acl = Acl("owner", granted) })).ShouldBe(isAllowed);

    [Theory]
    [InlineData("other", "", AclPermission.Read, "", true)]
    [InlineData("other-user", "", AclPermission.Write, "", false)]
    [InlineData("other-user", "Allow", AclPermission.Read, "", true)]
    [InlineData("other-user", "", AclPermission.Read, "Allow other-user", true)]
    [InlineData("", "", AclPermission.Write, "", true)]
    [InlineData("", "", AclPermission.Read, "", false)]
    [InlineData("", "", AclPermission.Read, "Allow *", true)]
    public async Task Who_writes_an_object_may_say_the_rest_of_it(string caller, string own, AclPermission granted, string bucketPolicy, bool isAllowed)
        => (await AskAsync(caller, s_ofNew, Bucket(bucketPolicy) with { Acl = Acl("owner", AclRules.AllUsers, granted) }, own: own)).ShouldBe(isAllowed);

    [Theory]
    [InlineData("Allow", "Allow", "", true)]
    [InlineData("Allow", "", "", false)]
    [InlineData("Allow", "Deny", "", false)]
    [InlineData("", "Allow", "", false)]
    [InlineData("", "Allow", "Allow role", true)]
    [InlineData("", "", "Allow role", false)]
    [InlineData("", "", "Allow *", false)]
    [InlineData("", "", "Allow session", true)]
    [InlineData("", "Deny", "Allow session", false)]
    public async Task What_is_given_to_a_session_itself_comes_on_top_of_its_policies(string own, string session, string bucketPolicy, bool isAllowed)
        => (await AskAsync("session", s_list, Bucket(bucketPolicy), own: own, session: session)).ShouldBe(isAllowed);

    [Fact]
    public async Task A_user_is_no_session_that_a_bucket_could_give_more_to()
        => (await AskAsync("owner-user", s_list, Bucket("Allow owner-user"), own: "", session: "")).ShouldBeFalse();

    private static AccessControlList Acl(string owner, string? granted = null, AclPermission permission = AclPermission.Read)
        => new(owner, string.IsNullOrEmpty(granted) ? [] : [new AclGrant(GranteeKind.Group, granted, permission)]);

    private static ObjectRecord Object(string owner, string? granted = null) => new() { Key = "k", Acl = Acl(owner, granted) };

    /// <summary>The owner's bucket.</summary>
    private static BucketRecord Bucket(string policy = "", params (string Name, string Document)[] documents) => new()
    {
        Name = "b",
        Region = "us-east-1",
        OwnerId = "owner",
        Acl = Acl("owner"),

        // Copied, as records read theirs: what is compiled of a text is kept as long as it, and a constant stays.
        Configurations = documents.Append((Name: "policy", Document: policy.Length == 0 ? "" : BucketPolicy(policy.Split(' '))))
            .Where(pair => pair.Document.Length > 0).ToImmutableSortedDictionary(pair => pair.Name, pair => new string(pair.Document.AsSpan()), StringComparer.Ordinal),
    };

    private static string BucketPolicy(string[] words)
    {
        var principal = words[1] switch
        {
            "*" => "*",
            "session" => Session,
            "role" => Role,
            "owner" or "other" => AccountNumber.Of(words[1]),
            var user => $"arn:aws:iam::{AccountNumber.Of(user.Split('-')[0])}:user/{user.Split('-')[0]}",
        };
        return $$$"""{"Statement":{"Effect":"{{{words[0]}}}","Principal":{"AWS":"{{{principal}}}"},"Action":"{{{(words.Length > 2 ? words[2] : "s3:*")}}}","Resource":"*"}}""";
    }

    private async Task<bool> AskAsync(string caller, Demand demand, BucketRecord? bucket, ObjectRecord? record = null, string own = "", string? session = null)
    {
        var request = new TestRequest("GET", "/b/k");
        if (caller.Length > 0)
        {
            new TestSigner(caller, VerifierFixture.Secret).SignHeader(request, VerifierFixture.Now);
        }

        var policies = new PrincipalPolicies(Documents(own), session is null ? null : Documents(session));
        var rules = new AccessRules(new OnePrincipal(policies), new StoreRegion("us-east-1"), _fixture.Clock);
        var question = new AccessQuestion(await _fixture.VerifyAsync(request), GetObject.Definition, demand, bucket, record);
        return await rules.IsAllowedAsync(question, TestContext.Current.CancellationToken);
    }

    private static ImmutableArray<PolicyDocument> Documents(string effect) => effect.Length == 0
        ? []
        : [PolicyDocument.Parse($$$"""{"Statement":{"Effect":"{{{effect}}}","Action":"s3:*","Resource":"*"}}""", PolicyKind.Identity)];

    private sealed class OnePrincipal(PrincipalPolicies policies) : IPrincipalPolicies
    {
        public ValueTask<PrincipalPolicies> FindAsync(Caller.Account caller, CancellationToken cancellationToken) => ValueTask.FromResult(policies);
    }
}
