using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every metadata engine promises about users, groups, roles, managed policies and whose an access key is.</summary>
public abstract class IdentityContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    private const string Account = "account";

    [Fact]
    public async Task A_name_is_given_once_whatever_its_case_and_again_after_it_was_deleted()
    {
        (await CreateAsync(IdentityKind.User, "Alice")).ShouldBe(IdentityStatus.Done);
        (await CreateAsync(IdentityKind.User, "aLICE")).ShouldBe(IdentityStatus.Exists);
        (await CreateAsync(IdentityKind.Role, "Alice")).ShouldBe(IdentityStatus.Done, "kinds have names of their own");
        (await CreateAsync(IdentityKind.User, "Alice", account: "other")).ShouldBe(IdentityStatus.Done, "accounts have names of their own");

        (await FindAsync(IdentityKind.User, "ALICE"))!.Name.ShouldBe("Alice");
        (await DeleteAsync(IdentityKind.User, "alice")).ShouldBe(IdentityStatus.Done);
        (await DeleteAsync(IdentityKind.User, "alice")).ShouldBe(IdentityStatus.Missing);
        (await FindAsync(IdentityKind.User, "Alice")).ShouldBeNull();
        (await FindAsync(IdentityKind.Role, "Alice")).ShouldNotBeNull();
        (await Store.FindIdentityAsync("other", IdentityKind.User, "Alice", Cancellation)).ShouldNotBeNull();
        (await CreateAsync(IdentityKind.User, "ALICE")).ShouldBe(IdentityStatus.Done);
    }

    [Fact]
    public async Task One_more_than_the_limit_of_a_kind_in_an_account_is_refused()
    {
        await CreateAsync(IdentityKind.User, "one");
        await CreateAsync(IdentityKind.Group, "group");
        await CreateAsync(IdentityKind.User, "elsewhere", account: "accounts");
        (await CreateLimitedAsync("two", 2)).ShouldBe(IdentityStatus.Done);
        (await CreateLimitedAsync("three", 2)).ShouldBe(IdentityStatus.LimitExceeded);
        (await FindAsync(IdentityKind.User, "three")).ShouldBeNull();
        (await CreateLimitedAsync("two", 2)).ShouldBe(IdentityStatus.Exists);
        (await DeleteAsync(IdentityKind.User, "one")).ShouldBe(IdentityStatus.Done);
        (await CreateLimitedAsync("three", 2)).ShouldBe(IdentityStatus.Done);
    }

    [Fact]
    public async Task An_identity_comes_back_as_it_was_made_with_the_time_of_the_command()
    {
        var time = Now();
        var role = New(IdentityKind.Role, "role") with
        {
            Path = "/a/b/",
            Tags = [new("k", "v"), new("empty", "")],
            Document = "{}",
            Description = "",
            MaxSessionSeconds = 3600,
        };

        await ExecuteAsync(new CreateIdentity { Time = time, Identity = role });

        var found = (await FindAsync(IdentityKind.Role, "role"))!;
        Describe.Identity(found).ShouldBe(Describe.Identity(role with { CreatedAt = time, UpdatedAt = time }));
    }

    [Fact]
    public async Task Identities_are_listed_by_kind_and_page_in_order_of_lower_case_names()
    {
        foreach (var name in new[] { "b", "A", "c", "Ab" })
        {
            await CreateAsync(IdentityKind.User, name);
        }

        await CreateAsync(IdentityKind.Group, "aa");
        await CreateAsync(IdentityKind.User, "a0", account: "accounts");

        (await NamesAsync(null, 10)).ShouldBe(["A", "Ab", "b", "c"]);
        (await NamesAsync("AB", 10)).ShouldBe(["b", "c"]);
        (await NamesAsync("a", 1)).ShouldBe(["Ab"]);
        (await NamesAsync("zz", 10)).ShouldBeEmpty();

        async Task<IEnumerable<string>> NamesAsync(string? after, int limit)
            => (await Store.ListIdentitiesAsync(Account, IdentityKind.User, after, limit, Cancellation)).Select(user => user.Name);
    }

    [Fact]
    public async Task Inline_policies_are_set_replaced_removed_and_bounded_together()
    {
        await CreateAsync(IdentityKind.User, "u");
        (await ChangeAsync(IdentityKind.User, "u", new SetInlinePolicy("p", "{ 12345 }", Limit: 10))).ShouldBe(IdentityStatus.Done);
        (await ChangeAsync(IdentityKind.User, "u", new SetInlinePolicy("q", "1234", Limit: 10))).ShouldBe(IdentityStatus.LimitExceeded);
        (await ChangeAsync(IdentityKind.User, "u", new SetInlinePolicy("p", "1", Limit: 10))).ShouldBe(IdentityStatus.Done);
        (await ChangeAsync(IdentityKind.User, "u", new SetInlinePolicy("q", "1 2\n3 4", Limit: 10))).ShouldBe(IdentityStatus.Done);

        (await FindAsync(IdentityKind.User, "u"))!.InlinePolicies.ShouldBe([new("p", "1"), new("q", "1 2\n3 4")]);
        (await ChangeAsync(IdentityKind.User, "u", new RemoveInlinePolicy("r"))).ShouldBe(IdentityStatus.PartMissing);
        (await DeleteAsync(IdentityKind.User, "u")).ShouldBe(IdentityStatus.InUse);
        (await ChangeAsync(IdentityKind.User, "u", new RemoveInlinePolicy("p"))).ShouldBe(IdentityStatus.Done);
        (await ChangeAsync(IdentityKind.User, "u", new RemoveInlinePolicy("q"))).ShouldBe(IdentityStatus.Done);
        (await ChangeAsync(IdentityKind.User, "absent", new SetInlinePolicy("p", "1", 10))).ShouldBe(IdentityStatus.Missing);
        (await DeleteAsync(IdentityKind.User, "u")).ShouldBe(IdentityStatus.Done);
    }

    [Fact]
    public async Task A_managed_policy_counts_its_attachments_and_stays_while_it_has_any()
    {
        const string Arn = "arn:aws:iam::1:policy/p";
        await CreateAsync(IdentityKind.User, "u");
        await CreateAsync(IdentityKind.Policy, "p");
        (await ChangeAsync(IdentityKind.User, "u", new AttachPolicy("arn:none", "none", 2))).ShouldBe(IdentityStatus.PartMissing);
        (await ChangeAsync(IdentityKind.User, "u", new AttachPolicy(Arn, "p", 2))).ShouldBe(IdentityStatus.Done);
        (await ChangeAsync(IdentityKind.User, "u", new AttachPolicy(Arn, "p", 2))).ShouldBe(IdentityStatus.Done, "again");
        (await ChangeAsync(IdentityKind.User, "u", new AttachPolicy("arn:aws", null, 2))).ShouldBe(IdentityStatus.Done);
        (await ChangeAsync(IdentityKind.User, "u", new AttachPolicy("arn:more", null, 2))).ShouldBe(IdentityStatus.LimitExceeded);

        (await FindAsync(IdentityKind.User, "u"))!.AttachedPolicies.ShouldBe([Arn, "arn:aws"]);
        (await FindAsync(IdentityKind.Policy, "p"))!.References.ShouldBe(1);
        (await DeleteAsync(IdentityKind.Policy, "p")).ShouldBe(IdentityStatus.InUse);
        (await ChangeAsync(IdentityKind.User, "u", new DetachPolicy(Arn, "p"))).ShouldBe(IdentityStatus.Done);
        (await ChangeAsync(IdentityKind.User, "u", new DetachPolicy(Arn, "p"))).ShouldBe(IdentityStatus.PartMissing);
        (await DeleteAsync(IdentityKind.Policy, "p")).ShouldBe(IdentityStatus.Done);
        (await DeleteAsync(IdentityKind.User, "u")).ShouldBe(IdentityStatus.InUse, "one is attached still");
    }

    [Fact]
    public async Task A_group_counts_its_members_and_stays_while_it_has_any()
    {
        await CreateAsync(IdentityKind.User, "u");
        await CreateAsync(IdentityKind.Group, "Group");
        (await ChangeAsync(IdentityKind.User, "u", new JoinGroup("none", 1))).ShouldBe(IdentityStatus.PartMissing);
        (await ChangeAsync(IdentityKind.User, "u", new JoinGroup("gROUP", 1))).ShouldBe(IdentityStatus.Done);
        (await ChangeAsync(IdentityKind.User, "u", new JoinGroup("Group", 1))).ShouldBe(IdentityStatus.Done, "again");
        await CreateAsync(IdentityKind.Group, "more");
        (await ChangeAsync(IdentityKind.User, "u", new JoinGroup("more", 1))).ShouldBe(IdentityStatus.LimitExceeded);

        (await FindAsync(IdentityKind.User, "u"))!.Groups.ShouldBe(["Group"]);
        (await FindAsync(IdentityKind.Group, "group"))!.References.ShouldBe(1);
        (await DeleteAsync(IdentityKind.Group, "group")).ShouldBe(IdentityStatus.InUse);
        (await DeleteAsync(IdentityKind.User, "u")).ShouldBe(IdentityStatus.InUse);
        (await ChangeAsync(IdentityKind.User, "u", new LeaveGroup("more"))).ShouldBe(IdentityStatus.Done, "not in it");
        (await ChangeAsync(IdentityKind.User, "u", new LeaveGroup("group"))).ShouldBe(IdentityStatus.Done);
        (await DeleteAsync(IdentityKind.Group, "group")).ShouldBe(IdentityStatus.Done);
        (await DeleteAsync(IdentityKind.User, "u")).ShouldBe(IdentityStatus.Done);
    }

    [Fact]
    public async Task What_is_renamed_takes_its_keys_and_members_along()
    {
        await CreateAsync(IdentityKind.User, "old");
        await CreateAsync(IdentityKind.User, "taken");
        await CreateAsync(IdentityKind.Group, "g");
        await ChangeAsync(IdentityKind.User, "old", new JoinGroup("g", 1));
        await ExecuteAsync(new CreateAccessKey { Time = Now(), Credential = Key("AK1", "old") });
        (await RenameAsync(IdentityKind.User, "old", "TAKEN")).ShouldBe(IdentityStatus.Exists);
        (await RenameAsync(IdentityKind.User, "absent", "x")).ShouldBe(IdentityStatus.Missing);

        (await RenameAsync(IdentityKind.User, "old", "New", "/p/")).ShouldBe(IdentityStatus.Done);
        (await RenameAsync(IdentityKind.Group, "g", "G2")).ShouldBe(IdentityStatus.Done);

        (await FindAsync(IdentityKind.User, "old")).ShouldBeNull();
        var user = (await FindAsync(IdentityKind.User, "new"))!;
        (user.Name, user.Path).ShouldBe(("New", "/p/"));
        user.Groups.ShouldBe(["G2"]);
        user.AccessKeys.ShouldBe(["AK1"]);
        (await Store.FindCredentialAsync("AK1", Cancellation))!.PrincipalId.ShouldBe("New");
        (await FindAsync(IdentityKind.Group, "g2"))!.References.ShouldBe(1);
        (await RenameAsync(IdentityKind.User, "new", "NEW")).ShouldBe(IdentityStatus.Done, "only the case");
        (await FindAsync(IdentityKind.User, "new"))!.Name.ShouldBe("NEW");
    }

    [Fact]
    public async Task Access_keys_are_listed_with_whom_they_belong_to_whichever_command_made_them()
    {
        (await ExecuteAsync(new CreateAccessKey { Time = Now(), Credential = Key("AK1", "u") })).ShouldBe(IdentityStatus.Missing);
        await ExecuteAsync(new PutCredential { Time = Now(), Credential = Key("AK0", "u") });
        (await ExecuteAsync(new CreateAccessKey { Time = Now(), Credential = Key("AK0", "u") })).ShouldBe(IdentityStatus.Exists);
        (await ExecuteAsync(new CreateAccessKey { Time = Now(), Credential = Key("AK1", "u"), Limit = 2 })).ShouldBe(IdentityStatus.Done);
        (await ExecuteAsync(new CreateAccessKey { Time = Now(), Credential = Key("AK2", "u"), Limit = 2 })).ShouldBe(IdentityStatus.LimitExceeded);
        (await Store.FindCredentialAsync("AK2", Cancellation)).ShouldBeNull();
        (await FindAsync(IdentityKind.User, "u"))!.AccessKeys.ShouldBe(["AK0", "AK1"]);

        await ExecuteAsync(new PutCredential { Time = Now(), Credential = Key("AK1", Account) with { IsAccountRoot = true } });

        (await FindAsync(IdentityKind.User, "u"))!.AccessKeys.ShouldBe(["AK0"], "the key has another owner now");
        (await FindAsync(IdentityKind.AccountRoot, ""))!.AccessKeys.ShouldBe(["AK1"]);
        (await DeleteAsync(IdentityKind.User, "u")).ShouldBe(IdentityStatus.InUse);
        await ExecuteAsync(new DeleteCredential { Time = Now(), AccessKey = "AK0" });
        (await DeleteAsync(IdentityKind.User, "u")).ShouldBe(IdentityStatus.Done);
    }

    [Fact]
    public async Task A_secret_is_rewrapped_only_as_it_was_read()
    {
        await ExecuteAsync(new PutCredential { Time = Now(), Credential = Key("AK0", "u") });
        var rewrap = new RewrapCredential { Time = Now(), AccessKey = "AK0", Before = new byte[] { 1 }, After = new byte[] { 2 } };

        (await ExecuteAsync(rewrap)).ShouldBe(IdentityStatus.Done);
        (await ExecuteAsync(rewrap with { After = new byte[] { 3 } })).ShouldBe(IdentityStatus.PartMissing);
        (await ExecuteAsync(rewrap with { AccessKey = "none" })).ShouldBe(IdentityStatus.Missing);

        (await Store.FindCredentialAsync("AK0", Cancellation))!.WrappedSecret.ToArray().ShouldBe([2]);
    }

    [Fact]
    public async Task Tags_are_added_replaced_whatever_their_case_and_bounded()
    {
        await CreateAsync(IdentityKind.User, "u");
        (await ChangeAsync(IdentityKind.User, "u", new SetIdentityTags([new("A", "1"), new("b", "2")], 3))).ShouldBe(IdentityStatus.Done);
        (await ChangeAsync(IdentityKind.User, "u", new SetIdentityTags([new("a", "3"), new("c", "4"), new("d", "5")], 3))).ShouldBe(IdentityStatus.LimitExceeded);
        (await ChangeAsync(IdentityKind.User, "u", new SetIdentityTags([new("a", "3")], 3))).ShouldBe(IdentityStatus.Done);
        (await FindAsync(IdentityKind.User, "u"))!.Tags.ShouldBe([new("b", "2"), new("a", "3")]);

        (await ChangeAsync(IdentityKind.User, "u", new RemoveIdentityTags(["B", "none"]))).ShouldBe(IdentityStatus.Done);

        (await FindAsync(IdentityKind.User, "u"))!.Tags.ShouldBe([new("a", "3")]);
    }

    [Fact]
    public async Task Accounts_are_listed_by_id_and_page()
    {
        foreach (var id in new[] { "b", "a", "c" })
        {
            await ExecuteAsync(new PutAccount { Time = Now(), Account = new AccountRecord(id, id, Email: null) });
        }

        (await Store.ListAccountsAsync(null, 2, Cancellation)).Select(account => account.Id).ShouldBe(["a", "b"]);
        (await Store.ListAccountsAsync("b", 2, Cancellation)).Select(account => account.Id).ShouldBe(["c"]);
    }

    private async Task<IdentityRecord?> FindAsync(IdentityKind kind, string name) => await Store.FindIdentityAsync(Account, kind, name, Cancellation);

    private async Task<IdentityStatus> CreateAsync(IdentityKind kind, string name, string account = Account)
        => await ExecuteAsync(new CreateIdentity { Time = Now(), Identity = New(kind, name) with { AccountId = account } });

    private async Task<IdentityStatus> CreateLimitedAsync(string name, int limit)
        => await ExecuteAsync(new CreateIdentity { Time = Now(), Identity = New(IdentityKind.User, name), Limit = limit });

    private async Task<IdentityStatus> ChangeAsync(IdentityKind kind, string name, IdentityChange change)
        => await ExecuteAsync(new ChangeIdentity { Time = Now(), AccountId = Account, Kind = kind, Name = name, Change = change });

    private async Task<IdentityStatus> RenameAsync(IdentityKind kind, string name, string newName, string? newPath = null)
        => await ExecuteAsync(new RenameIdentity { Time = Now(), AccountId = Account, Kind = kind, Name = name, NewName = newName, NewPath = newPath });

    private async Task<IdentityStatus> DeleteAsync(IdentityKind kind, string name)
        => await ExecuteAsync(new DeleteIdentity { Time = Now(), AccountId = Account, Kind = kind, Name = name });

    private static IdentityRecord New(IdentityKind kind, string name) => new() { AccountId = Account, Kind = kind, Name = name, Id = "ID-" + name };

    private static CredentialRecord Key(string accessKey, string user)
        => new() { AccessKey = accessKey, WrappedSecret = new byte[] { 1 }, AccountId = Account, PrincipalId = user, DisplayName = user };
}
