using BleepStore.Tests.Hosting;

namespace BleepStore.Tests.QueryApi;

/// <summary>Actions on identities that take more than one right: renaming, and making with tags.</summary>
public sealed class IamRightsTests(TestServerFixture fixture) : IClassFixture<TestServerFixture>
{
    private readonly QueryClient _root = new(fixture.Server);

    [Theory]
    [InlineData("User")]
    [InlineData("Group")]
    public async Task Nobody_renames_into_a_name_or_path_that_it_has_no_right_to(string kind)
    {
        var prefix = $"rename-{kind}-";
        (await _root.IamAsync($"Create{kind}", ($"{kind}Name", prefix + "mine"))).Ok();
        var user = await CreateUserAsync(prefix + "caller", Statement($"iam:Update{kind}", $"arn:aws:iam::*:{kind.ToLowerInvariant()}/{prefix}*"));
        (await user.IamAsync($"Update{kind}", ($"{kind}Name", prefix + "mine"), ($"New{kind}Name", "other-" + kind))).ShouldRefuse(403, "AccessDenied");
        (await user.IamAsync($"Update{kind}", ($"{kind}Name", prefix + "mine"), ("NewPath", "/admins/"))).ShouldRefuse(403, "AccessDenied");
        (await user.IamAsync($"Update{kind}", ($"{kind}Name", prefix + "mine"), ($"New{kind}Name", prefix + "yours"))).Ok();
        (await _root.IamAsync($"Get{kind}", ($"{kind}Name", prefix + "yours"))).Ok();
    }

    [Theory]
    [InlineData("User", "UserName", "iam:CreateUser", "iam:TagUser")]
    [InlineData("Role", "RoleName", "iam:CreateRole", "iam:TagRole")]
    [InlineData("Policy", "PolicyName", "iam:CreatePolicy", "iam:TagPolicy")]
    public async Task Tags_of_what_is_made_take_the_right_to_tag(string kind, string parameter, string create, string tag)
    {
        (string, string)[] Parameters(string name, bool isTagged)
            =>
            [
                (parameter, name),
                .. kind switch
                {
                    "Role" => [("AssumeRolePolicyDocument", QueryClient.Trust("*"))],
                    "Policy" => [("PolicyDocument", QueryClient.Allow("s3:GetObject"))],
                    _ => ((string, string)[])[],
                },
                .. isTagged ? [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "red")] : ((string, string)[])[],
            ];

        var user = await CreateUserAsync($"tags-{kind}-caller", Statement(create, "*"));
        (await user.IamAsync($"Create{kind}", Parameters($"tags-{kind}-a", isTagged: false))).Ok();
        (await user.IamAsync($"Create{kind}", Parameters($"tags-{kind}-b", isTagged: true))).ShouldRefuse(403, "AccessDenied");
        await AllowAsync($"tags-{kind}-caller", Statement($"{create}\",\"{tag}", "*"));
        (await user.IamAsync($"Create{kind}", Parameters($"tags-{kind}-b", isTagged: true))).Ok();
    }

    private static string Statement(string actions, string resource)
        => $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["{{actions}}"],"Resource":"{{resource}}"}]}""";

    private async Task<QueryClient> CreateUserAsync(string name, string policy)
    {
        var (accessKey, secret) = await _root.CreateUserWithKeyAsync(name);
        await AllowAsync(name, policy);
        return new QueryClient(fixture.Server, accessKey, secret);
    }

    private async Task AllowAsync(string user, string policy)
        => (await _root.IamAsync("PutUserPolicy", ("UserName", user), ("PolicyName", "p"), ("PolicyDocument", policy))).Ok();
}
