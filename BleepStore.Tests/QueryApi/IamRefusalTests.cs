using BleepStore.Tests.Hosting;

namespace BleepStore.Tests.QueryApi;

/// <summary>What IAM refuses, with the sentences that AWS refuses it with.</summary>
public sealed class IamRefusalTests(TestServerFixture fixture) : IClassFixture<TestServerFixture>
{
    private readonly QueryClient _root = new(fixture.Server);

    [Fact]
    public async Task A_user_that_cannot_be_deleted_is_told_one_reason_after_the_other()
    {
        var (accessKey, _) = await _root.CreateUserWithKeyAsync("loaded");
        var policy = ("PolicyArn", "arn:aws:iam::aws:policy/AmazonS3FullAccess");
        var user = ("UserName", "loaded");
        (await _root.IamAsync("CreateGroup", ("GroupName", "load"))).Ok();
        (await _root.IamAsync("AddUserToGroup", ("GroupName", "load"), user)).Ok();
        (await _root.IamAsync("PutUserPolicy", user, ("PolicyName", "p"), ("PolicyDocument", QueryClient.Allow("s3:*")))).Ok();
        (await _root.IamAsync("AttachUserPolicy", user, policy)).Ok();

        await ShouldConflictAsync("DeleteUser", user, "Cannot delete entity, must detach all policies first.");
        (await _root.IamAsync("DetachUserPolicy", user, policy)).Ok();
        await ShouldConflictAsync("DeleteUser", user, "Cannot delete entity, must delete policies first.");
        (await _root.IamAsync("DeleteUserPolicy", user, ("PolicyName", "p"))).Ok();
        await ShouldConflictAsync("DeleteUser", user, "Cannot delete entity, must delete access keys first.");
        (await _root.IamAsync("DeleteAccessKey", user, ("AccessKeyId", accessKey))).Ok();
        await ShouldConflictAsync("DeleteUser", user, "Cannot delete entity, must remove users from group first.");
        await ShouldConflictAsync("DeleteGroup", ("GroupName", "load"), "Cannot delete entity, must remove users from group first.");
        (await _root.IamAsync("RemoveUserFromGroup", ("GroupName", "load"), user)).Ok();
        (await _root.IamAsync("DeleteUser", user)).Ok();
        (await _root.IamAsync("DeleteGroup", ("GroupName", "load"))).Ok();
    }

    [Fact]
    public async Task A_user_has_at_most_ten_managed_policies()
    {
        (await _root.IamAsync("CreateUser", ("UserName", "attached"))).Ok();
        var arns = new List<string>();
        for (var number = 0; number <= 10; number++)
        {
            arns.Add((await _root.IamAsync("CreatePolicy", ("PolicyName", $"attached-{number}"), ("PolicyDocument", QueryClient.Allow("s3:*")))).Ok()["Arn"]!);
        }

        foreach (var arn in arns.Take(10))
        {
            (await _root.IamAsync("AttachUserPolicy", ("UserName", "attached"), ("PolicyArn", arn))).Ok();
        }

        var refused = await _root.IamAsync("AttachUserPolicy", ("UserName", "attached"), ("PolicyArn", arns[10]));
        refused.ShouldRefuse(409, "LimitExceeded");
        refused["Message"].ShouldBe("Cannot exceed quota for PoliciesPerUser: 10");
    }

    [Fact]
    public async Task A_managed_policy_shows_who_it_is_attached_to_by_kind_path_and_page()
    {
        var policy = ("PolicyArn", (await _root.IamAsync("CreatePolicy", ("PolicyName", "shared"), ("PolicyDocument", QueryClient.Allow("s3:*")))).Ok()["Arn"]!);
        var user = (await _root.IamAsync("CreateUser", ("UserName", "sharer"), ("Path", "/team/"))).Ok();
        (await _root.IamAsync("CreateGroup", ("GroupName", "sharers"))).Ok();
        (await _root.IamAsync("CreateRole", ("RoleName", "sharing"), ("AssumeRolePolicyDocument", QueryClient.Trust("*")))).Ok();
        (await _root.IamAsync("CreateUser", ("UserName", "not-attached"))).Ok();
        (await _root.IamAsync("AttachUserPolicy", ("UserName", "sharer"), policy)).Ok();
        (await _root.IamAsync("AttachGroupPolicy", ("GroupName", "sharers"), policy)).Ok();
        (await _root.IamAsync("AttachRolePolicy", ("RoleName", "sharing"), policy)).Ok();

        var all = (await _root.IamAsync("ListEntitiesForPolicy", policy)).Ok();
        (all["GroupName"], all["RoleName"], all["UserName"], all["UserId"]).ShouldBe(("sharers", "sharing", "sharer", user["UserId"]));
        all.All("member").Count.ShouldBe(3);
        (await _root.IamAsync("ListEntitiesForPolicy", policy, ("EntityFilter", "Role"))).Ok().All("member").Count.ShouldBe(1);
        (await _root.IamAsync("ListEntitiesForPolicy", policy, ("PathPrefix", "/team/"))).Ok().All("member").Count.ShouldBe(1);
        (await _root.IamAsync("ListEntitiesForPolicy", policy, ("EntityFilter", "LocalManagedPolicy"))).Ok().All("member").Count.ShouldBe(3);
        (await _root.IamAsync("ListEntitiesForPolicy", policy, ("EntityFilter", "Nobody"))).ShouldRefuse(400, "ValidationError");
        (await _root.IamAsync("ListEntitiesForPolicy", (policy.Item1, policy.Item2 + "x"))).ShouldRefuse(404, "NoSuchEntity");
        var first = (await _root.IamAsync("ListEntitiesForPolicy", policy, ("MaxItems", "2"))).Ok();
        (first["IsTruncated"], first["UserName"]).ShouldBe(("true", null));
        var second = (await _root.IamAsync("ListEntitiesForPolicy", policy, ("MaxItems", "2"), ("Marker", first["Marker"]!))).Ok();
        (second["IsTruncated"], second["UserName"], second["GroupName"]).ShouldBe(("false", "sharer", null));
    }

    [Fact]
    public async Task An_account_has_at_most_three_hundred_groups()
    {
        var made = new List<string>();
        QueryResult answer;
        do
        {
            made.Add($"of-many-{made.Count}");
            answer = await _root.IamAsync("CreateGroup", ("GroupName", made[^1]));
        }
        while (answer.Status == 200);

        answer.ShouldRefuse(409, "LimitExceeded");
        answer["Message"].ShouldBe("Cannot exceed quota for GroupsPerAccount: 300");
        (await _root.IamAsync("ListGroups", ("MaxItems", "1000"))).Ok().All("GroupName").Count.ShouldBe(300);
        foreach (var name in made.SkipLast(1))
        {
            (await _root.IamAsync("DeleteGroup", ("GroupName", name))).Ok();
        }
    }

    [Theory]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}]}""", "Has prohibited field Resource")]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}""", "AssumeRole policy may only specify STS AssumeRole actions.")]
    [InlineData("""{"Version""", "This policy contains invalid Json")]
    [InlineData("anybody", "This policy contains invalid Json")]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}""", "AssumeRole policy may only specify STS AssumeRole actions.")]
    public async Task A_trust_that_says_more_than_who_may_take_a_role_on_is_refused(string trust, string sentence)
    {
        var refused = await _root.IamAsync("CreateRole", ("RoleName", "too-wide"), ("AssumeRolePolicyDocument", trust));
        refused.ShouldRefuse(400, "MalformedPolicyDocument");
        refused["Message"].ShouldBe(sentence);
    }

    [Fact]
    public async Task A_tag_of_the_system_is_nobodys_to_set()
    {
        (await _root.IamAsync("CreateUser", ("UserName", "tagged"), ("Tags.member.1.Key", "AWS:x"), ("Tags.member.1.Value", "v"))).ShouldRefuse(400, "InvalidInput");
        (await _root.IamAsync("GetUser", ("UserName", "tagged"))).ShouldRefuse(404, "NoSuchEntity");
    }

    [Fact]
    public async Task A_managed_policy_shows_its_description_and_tags_to_who_asks_for_it_alone()
    {
        var arn = (await _root.IamAsync("CreatePolicy", ("PolicyName", "told"), ("PolicyDocument", QueryClient.Allow("s3:*")), ("Description", "d"))).Ok()["Arn"]!;
        var told = (await _root.IamAsync("GetPolicy", ("PolicyArn", arn))).Ok();
        (told["Description"], told["Tags"]).ShouldBe(("d", ""));
        (await _root.IamAsync("ListPolicies", ("Scope", "Local"))).Ok()["Description"].ShouldBeNull();
        arn = (await _root.IamAsync(
            "CreatePolicy", ("PolicyName", "with-tags"), ("PolicyDocument", QueryClient.Allow("s3:*")), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b"))).Ok()["Arn"]!;
        told = (await _root.IamAsync("GetPolicy", ("PolicyArn", arn))).Ok();
        (told["Key"], told["Value"], told["Description"]).ShouldBe(("a", "b", null));
    }

    [Fact]
    public async Task A_policy_and_a_version_that_are_not_there_are_named()
    {
        var arn = (await _root.IamAsync("CreatePolicy", ("PolicyName", "of-one-version"), ("PolicyDocument", QueryClient.Allow("s3:*")))).Ok()["Arn"]!;
        await ShouldSayAsync(404, "NoSuchEntity", $"Policy {arn} version v9 does not exist or is not attachable.", "GetPolicyVersion", ("PolicyArn", arn), ("VersionId", "v9"));
        await ShouldSayAsync(404, "NoSuchEntity", $"Policy {arn}x version v1 does not exist or is not attachable.", "GetPolicyVersion", ("PolicyArn", arn + "x"), ("VersionId", "v1"));
        await ShouldSayAsync(
            400,
            "ValidationError",
            @"1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?",
            "GetPolicyVersion",
            ("PolicyArn", arn + "x"),
            ("VersionId", "v0"));
        await ShouldSayAsync(400, "InvalidInput", "ARN of-one-version-and-no-arn is not valid.", "GetPolicy", ("PolicyArn", "of-one-version-and-no-arn"));
        await ShouldSayAsync(
            400,
            "MalformedPolicyDocument",
            "Policy document must be version 2012-10-17 or greater.",
            "CreatePolicy",
            ("PolicyName", "old"),
            ("PolicyDocument", QueryClient.Allow("s3:*").Replace("2012", "2008", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("TagUser", "Tags.member.1.Key", 129, "tags.1.member.key", "Member must have length less than or equal to 128")]
    [InlineData("TagUser", "Tags.member.1.Value", 257, "tags.1.member.value", "Member must have length less than or equal to 256")]
    [InlineData("UntagUser", "TagKeys.member.1", 129, "tagKeys.1.member", "Member must have length less than or equal to 128")]
    [InlineData("UntagUser", "TagKeys.member.1", 0, "tagKeys.1.member", @"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+")]
    public async Task Texts_that_no_tag_has_are_refused_where_they_stand(string action, string parameter, int length, string at, string constraint)
    {
        var text = length == 0 ? "a!" : new string('a', length);
        var tag = new Dictionary<string, string> { ["UserName"] = "of-no-such-tags", ["Tags.member.1.Key"] = "k", ["Tags.member.1.Value"] = "v", [parameter] = text };
        await ShouldSayAsync(
            400,
            "ValidationError",
            $"1 validation error detected: Value '{text}' at '{at}' failed to satisfy constraint: {constraint}",
            action,
            [.. tag.Select(pair => (pair.Key, pair.Value))]);
        (await _root.IamAsync("UntagUser", [("UserName", "x"), .. Enumerable.Range(1, 51).Select(number => ($"TagKeys.member.{number}", "k"))])).ShouldRefuse(400, "ValidationError");
    }

    private async Task ShouldSayAsync(int status, string code, string sentence, string action, params (string Name, string Value)[] parameters)
    {
        var refused = await _root.IamAsync(action, parameters);
        refused.ShouldRefuse(status, code);
        refused["Message"].ShouldBe(sentence);
    }

    private async Task ShouldConflictAsync(string action, (string Name, string Value) whom, string sentence)
    {
        var refused = await _root.IamAsync(action, whom);
        refused.ShouldRefuse(409, "DeleteConflict");
        refused["Message"].ShouldBe(sentence);
    }
}
