using System.Globalization;
using BleepStore.Tests.Hosting;

namespace BleepStore.Tests.QueryApi;

/// <summary>IAM as clients see it: users, keys, groups, roles, policies, their pages and their errors.</summary>
public sealed class IamTests(TestServerFixture fixture) : IClassFixture<TestServerFixture>
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}""";

    private readonly QueryClient _root = new(fixture.Server);

    [Fact]
    public async Task A_user_is_made_found_renamed_and_deleted()
    {
        var made = (await _root.IamAsync("CreateUser", ("UserName", "Anna"), ("Path", "/team/"), ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v"))).Ok();
        made.Xml.Name.ToString().ShouldBe("{https://iam.amazonaws.com/doc/2010-05-08/}CreateUserResponse");
        made["UserId"]!.ShouldMatch("^AIDA[A-Z2-7]{17}$");
        made["Arn"]!.ShouldMatch("^arn:aws:iam::[0-9]{12}:user/team/Anna$");
        made["CreateDate"]!.ShouldMatch("^[0-9-]{10}T[0-9:]{8}Z$");
        made["RequestId"].ShouldNotBeNull();

        (await _root.IamAsync("CreateUser", ("UserName", "aNNA"))).ShouldRefuse(409, "EntityAlreadyExists");
        (await _root.IamAsync("GetUser", ("UserName", "ANNA"))).Ok()["UserId"].ShouldBe(made["UserId"]);
        (await _root.IamAsync("UpdateUser", ("UserName", "Anna"), ("NewUserName", "Anne"), ("NewPath", "/"))).Ok();
        (await _root.IamAsync("GetUser", ("UserName", "Anna"))).ShouldRefuse(404, "NoSuchEntity");
        var renamed = (await _root.IamAsync("GetUser", ("UserName", "Anne"))).Ok();
        (renamed["UserId"], renamed["Path"]).ShouldBe((made["UserId"], "/"));
        (await _root.IamAsync("DeleteUser", ("UserName", "Anne"))).Ok();
        (await _root.IamAsync("DeleteUser", ("UserName", "Anne"))).ShouldRefuse(404, "NoSuchEntity");
    }

    [Theory]
    [InlineData("CreateUser", "UserName", "../../etc/passwd")]
    [InlineData("CreateUser", "UserName", "..%2f")]
    [InlineData("CreateUser", "UserName", "a/b")]
    [InlineData("CreateUser", "UserName", "\u00fcmlaut")]
    [InlineData("CreateUser", "UserName", "a b")]
    [InlineData("CreateUser", "UserName", "a\0b")]
    [InlineData("CreateUser", "UserName", "a\nb")]
    [InlineData("CreateUser", "UserName", "name\n")]
    [InlineData("CreateUser", "UserName", "<x>")]
    [InlineData("CreateUser", "UserName", "")]
    [InlineData("CreateUser", "UserName", "12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData("GetGroup", "GroupName", "*")]
    [InlineData("GetRole", "RoleName", "a:b")]
    [InlineData("DeleteUser", "UserName", "\U0001F600")]
    public async Task A_name_that_none_can_have_is_refused(string action, string parameter, string name)
        => (await _root.IamAsync(action, (parameter, name))).ShouldRefuse(400, "ValidationError");

    [Theory]
    [InlineData("nopath")]
    [InlineData("/open")]
    [InlineData("open/")]
    [InlineData("/a b/")]
    public async Task A_path_that_none_can_have_is_refused(string path)
        => (await _root.IamAsync("CreateUser", ("UserName", "path-user"), ("Path", path))).ShouldRefuse(400, "ValidationError");

    [Fact]
    public async Task A_thousand_users_come_in_pages_that_lose_none()
    {
        const int Users = 1000;
        await Parallel.ForAsync(0, Users, TestContext.Current.CancellationToken, async (number, _) =>
            (await _root.IamAsync("CreateUser", ("UserName", $"paged-{number:D4}"), ("Path", number % 4 == 0 ? "/quarter/" : "/rest/"))).Ok());

        var quarter = await PagesAsync("/quarter/", 33);
        quarter.ShouldBe(Enumerable.Range(0, Users).Where(number => number % 4 == 0).Select(number => $"paged-{number:D4}"));
        (await PagesAsync("/rest/", 1000)).Count.ShouldBe(750);
        (await _root.IamAsync("ListUsers", ("Marker", "no marker"))).ShouldRefuse(400, "ValidationError");
        (await _root.IamAsync("ListUsers", ("MaxItems", "0"))).ShouldRefuse(400, "ValidationError");
        (await _root.IamAsync("ListUsers", ("MaxItems", "1001"))).ShouldRefuse(400, "ValidationError");

        async Task<List<string>> PagesAsync(string prefix, int size)
        {
            var names = new List<string>();
            for (string? marker = null; ;)
            {
                (string, string)[] parameters = [("PathPrefix", prefix), ("MaxItems", $"{size}"), .. marker is null ? [] : new[] { ("Marker", marker) }];
                var page = (await _root.IamAsync("ListUsers", parameters)).Ok();
                names.AddRange(page.All("UserName"));
                page.All("UserName").Count.ShouldBeLessThanOrEqualTo(size);
                if (page["IsTruncated"] == "false")
                {
                    page["Marker"].ShouldBeNull();
                    return names;
                }

                marker = page["Marker"]!;
            }
        }
    }

    [Fact]
    public async Task Access_keys_work_at_once_are_two_at_most_and_end_at_once()
    {
        var (accessKey, secret) = await _root.CreateUserWithKeyAsync("keys");
        var user = new QueryClient(fixture.Server, accessKey, secret);
        (await user.ListUsersAsync()).ShouldBe("AccessDenied", "a user without policies may do nothing");
        (await _root.IamAsync("CreateAccessKey", ("UserName", "keys"))).Ok();
        (await _root.IamAsync("CreateAccessKey", ("UserName", "keys"))).ShouldRefuse(409, "LimitExceeded");
        (await _root.IamAsync("ListAccessKeys", ("UserName", "keys"))).Ok().All("Status").ShouldBe(["Active", "Active"]);

        (await _root.IamAsync("UpdateAccessKey", ("UserName", "keys"), ("AccessKeyId", accessKey), ("Status", "Inactive"))).Ok();
        (await user.ListUsersAsync()).ShouldBe("InvalidClientTokenId");
        (await _root.IamAsync("UpdateAccessKey", ("UserName", "keys"), ("AccessKeyId", accessKey), ("Status", "Expired"))).ShouldRefuse(400, "ValidationError");
        (await _root.IamAsync("UpdateAccessKey", ("UserName", "keys"), ("AccessKeyId", accessKey), ("Status", "Active"))).Ok();
        (await user.ListUsersAsync()).ShouldBe("AccessDenied");
        (await _root.IamAsync("DeleteUser", ("UserName", "keys"))).ShouldRefuse(409, "DeleteConflict");
        (await _root.IamAsync("DeleteAccessKey", ("UserName", "keys"), ("AccessKeyId", accessKey))).Ok();
        (await user.ListUsersAsync()).ShouldBe("InvalidClientTokenId");
        (await _root.IamAsync("DeleteAccessKey", ("UserName", "keys"), ("AccessKeyId", accessKey))).ShouldRefuse(404, "NoSuchEntity");
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_stands_in_no_log()
    {
        var (accessKey, secret) = await _root.CreateUserWithKeyAsync("secretive");
        (await _root.IamAsync("ListAccessKeys", ("UserName", "secretive"))).Ok().Text.ShouldNotContain(secret);
        (await _root.IamAsync("GetUser", ("UserName", "secretive"))).Ok().Text.ShouldNotContain(secret);
        (await new QueryClient(fixture.Server, accessKey, secret) { Spoil = request => request.WithBody("Action=GetUser") }.IamAsync("GetUser"))
            .ShouldRefuse(403, "SignatureDoesNotMatch");

        var user = new QueryClient(fixture.Server, accessKey, secret);
        (await user.ListUsersAsync()).ShouldBe("AccessDenied");
        (await user.ListUsersAsync()).ShouldBe("AccessDenied", "the line of the one before is written by now");

        var log = string.Join('\n', fixture.Server.Log.Lines);
        log.ShouldContain(accessKey);
        log.ShouldNotContain(secret);
    }

    [Fact]
    public async Task The_key_of_one_user_is_not_another_s_to_change()
    {
        var (accessKey, _) = await _root.CreateUserWithKeyAsync("owner-of-key");
        (await _root.IamAsync("CreateUser", ("UserName", "thief"))).Ok();

        (await _root.IamAsync("DeleteAccessKey", ("UserName", "thief"), ("AccessKeyId", accessKey))).ShouldRefuse(404, "NoSuchEntity");
        (await _root.IamAsync("UpdateAccessKey", ("UserName", "thief"), ("AccessKeyId", accessKey), ("Status", "Inactive"))).ShouldRefuse(404, "NoSuchEntity");
        (await _root.IamAsync("DeleteAccessKey", ("AccessKeyId", accessKey))).ShouldRefuse(404, "NoSuchEntity");
        (await _root.IamAsync("DeleteAccessKey", ("AccessKeyId", fixture.Server.AccessKey))).ShouldRefuse(400, "UnmodifiableEntity");
    }

    [Theory]
    [InlineData("User")]
    [InlineData("Group")]
    [InlineData("Role")]
    public async Task Inline_and_managed_policies_are_put_shown_listed_and_removed(string holder)
    {
        var (parameter, name) = (holder + "Name", "policies-of-" + holder);
        (await _root.IamAsync("Create" + holder, (parameter, name), ("AssumeRolePolicyDocument", Trust))).Ok();
        var document = QueryClient.Allow("s3:GetObject");

        (await _root.IamAsync($"Put{holder}Policy", (parameter, name), ("PolicyName", "p"), ("PolicyDocument", document))).Ok();
        Uri.UnescapeDataString((await _root.IamAsync($"Get{holder}Policy", (parameter, name), ("PolicyName", "p"))).Ok()["PolicyDocument"]!).ShouldBe(document);
        (await _root.IamAsync($"List{holder}Policies", (parameter, name))).Ok().All("member").ShouldBe(["p"]);
        (await _root.IamAsync($"Put{holder}Policy", (parameter, name), ("PolicyName", "q"), ("PolicyDocument", "{"))).ShouldRefuse(400, "MalformedPolicyDocument");
        (await _root.IamAsync($"Put{holder}Policy", (parameter, name), ("PolicyName", "q"), ("PolicyDocument", Trust))).ShouldRefuse(400, "MalformedPolicyDocument");
        (await _root.IamAsync($"Put{holder}Policy", (parameter, "none"), ("PolicyName", "q"), ("PolicyDocument", document))).ShouldRefuse(404, "NoSuchEntity");
        var tooLong = QueryClient.Allow([.. Enumerable.Range(0, 700).Select(number => $"s3:Action{number:D5}")]);
        (await _root.IamAsync($"Put{holder}Policy", (parameter, name), ("PolicyName", "q"), ("PolicyDocument", tooLong))).ShouldRefuse(409, "LimitExceeded");
        (await _root.IamAsync($"Get{holder}Policy", (parameter, name), ("PolicyName", "q"))).ShouldRefuse(404, "NoSuchEntity");

        var arn = (await _root.IamAsync("CreatePolicy", ("PolicyName", "managed-" + holder), ("PolicyDocument", document))).Ok()["Arn"]!;
        (await _root.IamAsync($"Attach{holder}Policy", (parameter, name), ("PolicyArn", arn))).Ok();
        (await _root.IamAsync($"Attach{holder}Policy", (parameter, name), ("PolicyArn", "arn:aws:iam::aws:policy/AmazonS3FullAccess"))).Ok();
        (await _root.IamAsync($"Attach{holder}Policy", (parameter, name), ("PolicyArn", arn + "x"))).ShouldRefuse(404, "NoSuchEntity");
        (await _root.IamAsync($"ListAttached{holder}Policies", (parameter, name))).Ok().All("PolicyName").Order().ShouldBe(["AmazonS3FullAccess", "managed-" + holder]);
        (await _root.IamAsync("GetPolicy", ("PolicyArn", arn))).Ok()["AttachmentCount"].ShouldBe("1");
        Uri.UnescapeDataString((await _root.IamAsync("GetPolicyVersion", ("PolicyArn", arn), ("VersionId", "v1"))).Ok()["Document"]!).ShouldBe(document);
        (await _root.IamAsync("DeletePolicy", ("PolicyArn", arn))).ShouldRefuse(409, "DeleteConflict");
        (await _root.IamAsync("Delete" + holder, (parameter, name))).ShouldRefuse(409, "DeleteConflict");
        (await _root.IamAsync($"Detach{holder}Policy", (parameter, name), ("PolicyArn", arn))).Ok();
        (await _root.IamAsync($"Detach{holder}Policy", (parameter, name), ("PolicyArn", arn))).ShouldRefuse(404, "NoSuchEntity");
        (await _root.IamAsync($"Detach{holder}Policy", (parameter, name), ("PolicyArn", "arn:aws:iam::aws:policy/AmazonS3FullAccess"))).Ok();
        (await _root.IamAsync("DeletePolicy", ("PolicyArn", arn))).Ok();
        (await _root.IamAsync($"Delete{holder}Policy", (parameter, name), ("PolicyName", "p"))).Ok();
        (await _root.IamAsync($"Delete{holder}Policy", (parameter, name), ("PolicyName", "p"))).ShouldRefuse(404, "NoSuchEntity");
        (await _root.IamAsync("Delete" + holder, (parameter, name))).Ok();
    }

    [Fact]
    public async Task Groups_have_members_and_their_policies_reach_them()
    {
        var (accessKey, secret) = await _root.CreateUserWithKeyAsync("member");
        var user = new QueryClient(fixture.Server, accessKey, secret);
        (await _root.IamAsync("CreateGroup", ("GroupName", "readers"))).Ok();
        (await _root.IamAsync("PutGroupPolicy", ("GroupName", "readers"), ("PolicyName", "p"), ("PolicyDocument", QueryClient.Allow("iam:Get*")))).Ok();
        (await user.IamAsync("GetUser")).ShouldRefuse(403, "AccessDenied");

        (await _root.IamAsync("AddUserToGroup", ("GroupName", "READERS"), ("UserName", "member"))).Ok();

        (await user.IamAsync("GetUser")).Ok()["UserName"].ShouldBe("member");
        (await user.IamAsync("ListUsers")).ShouldRefuse(403, "AccessDenied");
        (await _root.IamAsync("GetGroup", ("GroupName", "readers"))).Ok().All("UserName").ShouldBe(["member"]);
        (await _root.IamAsync("ListGroupsForUser", ("UserName", "member"))).Ok().All("GroupName").ShouldBe(["readers"]);
        (await _root.IamAsync("UpdateGroup", ("GroupName", "readers"), ("NewGroupName", "lookers"))).Ok();
        (await user.IamAsync("GetUser")).Ok();
        (await _root.IamAsync("RemoveUserFromGroup", ("GroupName", "lookers"), ("UserName", "member"))).Ok();
        (await user.IamAsync("GetUser")).ShouldRefuse(403, "AccessDenied");
        (await _root.IamAsync("AddUserToGroup", ("GroupName", "none"), ("UserName", "member"))).ShouldRefuse(404, "NoSuchEntity");
        (await _root.IamAsync("AddUserToGroup", ("GroupName", "lookers"), ("UserName", "none"))).ShouldRefuse(404, "NoSuchEntity");
    }

    [Fact]
    public async Task A_denial_wins_and_a_changed_policy_takes_effect_at_once()
    {
        var (accessKey, secret) = await _root.CreateUserWithKeyAsync("denied");
        var user = new QueryClient(fixture.Server, accessKey, secret);
        (await _root.IamAsync("AttachUserPolicy", ("UserName", "denied"), ("PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"))).Ok();
        (await user.IamAsync("ListUsers", ("MaxItems", "1"))).Ok();
        (await user.IamAsync("CreateUser", ("UserName", "x"))).ShouldRefuse(403, "AccessDenied");

        (await _root.IamAsync("PutUserPolicy", ("UserName", "denied"), ("PolicyName", "no"), ("PolicyDocument", QueryClient.Policy("Deny", "iam:List*")))).Ok();

        (await user.IamAsync("ListUsers")).ShouldRefuse(403, "AccessDenied");
        (await user.IamAsync("GetUser")).Ok();
        (await _root.IamAsync("DeleteUserPolicy", ("UserName", "denied"), ("PolicyName", "no"))).Ok();
        (await user.IamAsync("ListUsers", ("MaxItems", "1"))).Ok();
        (await _root.IamAsync("DetachUserPolicy", ("UserName", "denied"), ("PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"))).Ok();
        (await user.IamAsync("GetUser")).ShouldRefuse(403, "AccessDenied");
    }

    [Fact]
    public async Task A_role_shows_what_it_was_made_with()
    {
        (await _root.IamAsync("CreateRole", ("RoleName", "shown"), ("AssumeRolePolicyDocument", "{}"))).ShouldRefuse(400, "MalformedPolicyDocument");
        (await _root.IamAsync("CreateRole", ("RoleName", "shown"))).ShouldRefuse(400, "ValidationError");
        (await _root.IamAsync("CreateRole", ("RoleName", "shown"), ("AssumeRolePolicyDocument", Trust), ("MaxSessionDuration", "43201"))).ShouldRefuse(400, "ValidationError");
        var made = (await _root.IamAsync("CreateRole", ("RoleName", "shown"), ("AssumeRolePolicyDocument", Trust), ("Description", "d"), ("MaxSessionDuration", "7200"))).Ok();
        (made["Description"], made["MaxSessionDuration"]).ShouldBe((null, null), "settings are shown to who reads a role");

        var role = (await _root.IamAsync("GetRole", ("RoleName", "shown"))).Ok();
        Uri.UnescapeDataString(role["AssumeRolePolicyDocument"]!).ShouldBe(Trust);
        (role["Description"], role["MaxSessionDuration"]).ShouldBe(("d", "7200"));
        role["RoleId"]!.ShouldStartWith("AROA");
        (await _root.IamAsync("UpdateRole", ("RoleName", "shown"), ("MaxSessionDuration", "3600"))).Ok();
        (await _root.IamAsync("GetRole", ("RoleName", "shown"))).Ok()["MaxSessionDuration"].ShouldBe("3600");
        (await _root.IamAsync("ListRoles")).Ok().All("RoleName").ShouldContain("shown");

        var described = (await _root.IamAsync("UpdateRoleDescription", ("RoleName", "shown"), ("Description", "e"))).Ok();
        (described["RoleName"], described["Description"], described["MaxSessionDuration"]).ShouldBe(("shown", "e", null));
        (await _root.IamAsync("GetRole", ("RoleName", "shown"))).Ok()["Description"].ShouldBe("e");
        (await _root.IamAsync("UpdateRoleDescription", ("RoleName", "none"), ("Description", "e"))).ShouldRefuse(404, "NoSuchEntity");
        (await _root.IamAsync("UpdateRoleDescription", ("RoleName", "shown"))).ShouldRefuse(400, "ValidationError");
    }

    [Fact]
    public async Task The_summary_of_an_account_counts_what_it_has()
    {
        var other = new QueryClient(fixture.Server, (await _root.CreateUserWithKeyAsync("summarizer")).AccessKey, "wrong");
        (await other.IamAsync("GetAccountSummary")).ShouldRefuse(403, "SignatureDoesNotMatch");

        var before = await GroupsAsync();
        (await _root.IamAsync("CreateGroup", ("GroupName", "counted"))).Ok();

        (await GroupsAsync()).ShouldBe(before + 1);

        async Task<int> GroupsAsync()
        {
            var entries = (await _root.IamAsync("GetAccountSummary")).Ok();
            return int.Parse(entries.All("value")[entries.All("key").ToList().IndexOf("Groups")], CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task Requests_that_are_not_ones_of_the_service_are_told_so()
    {
        (await _root.IamAsync("NoSuchAction")).ShouldRefuse(400, "InvalidAction");
        (await _root.SendAsync("iam", "2011-06-15", "ListUsers")).ShouldRefuse(400, "InvalidAction");
        (await _root.SendAsync("sts", "2010-05-08", "ListUsers")).ShouldRefuse(400, "InvalidAction");
        (await _root.IamAsync("")).ShouldRefuse(400, "MissingAction");
        (await _root.SendAsync("s3", "2010-05-08", "ListUsers")).ShouldRefuse(400, "IncompleteSignature");
        (await new QueryClient(fixture.Server) { Spoil = request => request.Remove("Authorization") }.IamAsync("ListUsers")).ShouldRefuse(403, "MissingAuthenticationToken");
        (await new QueryClient(fixture.Server) { Spoil = request => request.Body[^1] ^= 1 }.IamAsync("ListUsers", ("MaxItems", "10"))).ShouldRefuse(403, "SignatureDoesNotMatch");
        (await _root.IamAsync("TagUser", [.. Enumerable.Range(0, 1500).Select(number => ($"Tags.member.{number}.Key", "k"))])).ShouldRefuse(400, "MalformedInput");
        (await _root.IamAsync("TagUser", ("UserName", new string('u', 300_000)))).ShouldRefuse(400, "MalformedInput");
        (await new QueryClient(fixture.Server, "AKIANOBODY", "secret").IamAsync("ListUsers")).ShouldRefuse(403, "InvalidClientTokenId");
        (await new QueryClient(fixture.Server, fixture.Server.AccessKey, fixture.Server.SecretKey, "token").IamAsync("ListUsers")).ShouldRefuse(403, "InvalidClientTokenId");
        (await new QueryClient(fixture.Server) { Region = "eu-central-1" }.IamAsync("ListRoles")).Ok();
    }
}

/// <summary>A question that nobody may ask without a policy, for tests of keys.</summary>
internal static class DeniedQuestion
{
    public static async Task<string?> ListUsersAsync(this QueryClient client) => (await client.IamAsync("ListUsers")).Code;
}
