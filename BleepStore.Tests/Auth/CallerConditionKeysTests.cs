using BleepStore.Api.Auth;

namespace BleepStore.Tests.Auth;

/// <summary>Every condition key that says who calls, for every kind of caller.</summary>
public sealed class CallerConditionKeysTests
{
    private const string Role = "arn:aws:iam::111122223333:role/reader";

    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly string[] s_keys =
    [
        "aws:principalaccount", "aws:principalarn", "aws:principaltype", "aws:userid", "aws:username", "aws:sourceidentity", "aws:rolesessionname",
        "aws:tokenissuetime", "aws:multifactorauthpresent", "aws:principalorgid", "aws:principalaccounx", "aws:userix", "",
    ];

    private static readonly Caller.Account s_root = new("alice", "Alice", "AKIA", IsRoot: false) { AccountNumber = "111122223333" };

    private static readonly Caller.Account s_user = s_root with
    {
        HasAccountRights = false,
        Arn = "arn:aws:iam::111122223333:user/ann",
        PrincipalId = "AIDA",
        User = "ann",
    };

    [Fact]
    public void Nobody_in_particular_says_so()
        => Values(Caller.Anonymous.Instance).ShouldBe(["aws:principaltype=Anonymous", "aws:userid=anonymous"]);

    [Fact]
    public void A_root_is_its_account() => Values(s_root).ShouldBe(
        ["aws:principalaccount=111122223333", "aws:principalarn=arn:aws:iam::111122223333:root", "aws:principaltype=Account", "aws:userid=111122223333"]);

    [Fact]
    public void A_user_has_a_name() => Values(s_user).ShouldBe(
        ["aws:principalaccount=111122223333", "aws:principalarn=arn:aws:iam::111122223333:user/ann", "aws:principaltype=User", "aws:userid=AIDA", "aws:username=ann"]);

    [Fact]
    public void The_session_of_a_role_stands_for_the_role() => Values(OfSession(SessionKind.Role, Role)).ShouldBe(
    [
        "aws:principalaccount=111122223333", "aws:principalarn=" + Role, "aws:principaltype=AssumedRole", "aws:userid=AROA:now", "aws:sourceidentity=ann",
        "aws:rolesessionname=now", "aws:tokenissuetime=2026-01-02T03:04:05Z", "aws:multifactorauthpresent=false",
    ]);

    [Theory]
    [InlineData("Federated", "FederatedUser")]
    [InlineData("Own", "User")]
    public void Another_session_stands_for_itself(string kind, string type) => Values(OfSession(Enum.Parse<SessionKind>(kind), roleArn: null)).ShouldBe(
    [
        "aws:principalaccount=111122223333", "aws:principalarn=arn:aws:sts::111122223333:session", "aws:principaltype=" + type, "aws:userid=AROA:now", "aws:sourceidentity=ann",
        "aws:tokenissuetime=2026-01-02T03:04:05Z", "aws:multifactorauthpresent=false",
    ]);

    [Fact]
    public void Tags_are_found_whatever_the_case_of_their_names()
    {
        var tagged = s_user with { Tags = [KeyValuePair.Create("Team", "red"), KeyValuePair.Create("Cost", "")] };
        CallerConditionKeys.FindTag(tagged, "team").ShouldBe("red");
        CallerConditionKeys.FindTag(tagged, "Cost").ShouldBe("");
        CallerConditionKeys.FindTag(tagged, "other").ShouldBeNull();
        CallerConditionKeys.FindTag(Caller.Anonymous.Instance, "team").ShouldBeNull();
    }

    private static Caller.Account OfSession(SessionKind kind, string? roleArn) => s_root with
    {
        HasAccountRights = false,
        Arn = "arn:aws:sts::111122223333:session",
        PrincipalId = "AROA:now",
        Session = new CallerSession(kind, "now", s_now, s_now.AddHours(1)) { RoleArn = roleArn, SourceIdentity = "ann" },
    };

    private static IEnumerable<string> Values(Caller caller)
        => s_keys.Select(key => (Key: key, Value: CallerConditionKeys.Find(caller, key))).Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}={pair.Value}");
}
