using System.Text.Json.Nodes;
using BleepStore.Api.Policies;

namespace BleepStore.Tests.Policies;

/// <summary>Every documented operator, with values that fulfil it, values that do not, and no value at all.</summary>
public sealed class ConditionTests
{
    private const string Arn = "arn:aws:iam::111122223333:user/team/ann";

    [Theory]
    [InlineData("StringEquals", "a", "a", true)]
    [InlineData("StringEquals", "a", "A", false)]
    [InlineData("StringEquals", "a*", "ab", false)]
    [InlineData("StringEquals", "a*", "a*", true)]
    [InlineData("StringNotEquals", "a", "b", true)]
    [InlineData("StringNotEquals", "a", "a", false)]
    [InlineData("StringEqualsIgnoreCase", "aÄ", "Aä", true)]
    [InlineData("StringEqualsIgnoreCase", "a", "b", false)]
    [InlineData("StringNotEqualsIgnoreCase", "a", "A", false)]
    [InlineData("StringNotEqualsIgnoreCase", "a", "b", true)]
    [InlineData("StringLike", "a*c?", "abbbcd", true)]
    [InlineData("StringLike", "a*c?", "abbbc", false)]
    [InlineData("StringLike", "a*", "A", false)]
    [InlineData("StringLike", "?", "😀", true)]
    [InlineData("StringLike", "??", "😀", false)]
    [InlineData("StringLike", "", "", true)]
    [InlineData("StringLike", "*", "", true)]
    [InlineData("StringLike", "?*", "", false)]
    [InlineData("StringNotLike", "a*", "ab", false)]
    [InlineData("StringNotLike", "a*", "ba", true)]
    [InlineData("NumericEquals", "10", "10.0", true)]
    [InlineData("NumericEquals", "10", "11", false)]
    [InlineData("NumericNotEquals", "10", "11", true)]
    [InlineData("NumericNotEquals", "10", "10", false)]
    [InlineData("NumericLessThan", "10", "9", true)]
    [InlineData("NumericLessThan", "10", "10", false)]
    [InlineData("NumericLessThanEquals", "10", "10", true)]
    [InlineData("NumericLessThanEquals", "10", "11", false)]
    [InlineData("NumericGreaterThan", "10", "11", true)]
    [InlineData("NumericGreaterThan", "10", "10", false)]
    [InlineData("NumericGreaterThanEquals", "-10", "-10", true)]
    [InlineData("NumericGreaterThanEquals", "10", "9", false)]
    [InlineData("NumericLessThan", "10", "many", false)]
    [InlineData("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", true)]
    [InlineData("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", false)]
    [InlineData("DateNotEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", true)]
    [InlineData("DateNotEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", false)]
    [InlineData("DateLessThan", "2026-01-01", "2025-12-31T23:59:59Z", true)]
    [InlineData("DateLessThan", "2026-01-01", "2026-01-01T00:00:00Z", false)]
    [InlineData("DateLessThanEquals", "1767225600", "2026-01-01T00:00:00Z", true)]
    [InlineData("DateLessThanEquals", "1767225600", "2026-01-01T00:00:01Z", false)]
    [InlineData("DateGreaterThan", "2026-01-01T00:00:00Z", "1767225601", true)]
    [InlineData("DateGreaterThan", "2026-01-01T00:00:00Z", "1767225600", false)]
    [InlineData("DateGreaterThanEquals", "2026-01-01T00:00:00Z", "1767225600", true)]
    [InlineData("DateGreaterThanEquals", "2026-01-01T00:00:00Z", "1767225599", false)]
    [InlineData("Bool", "true", "true", true)]
    [InlineData("Bool", "true", "false", false)]
    [InlineData("Bool", "False", "false", true)]
    [InlineData("BinaryEquals", "QmlpVA==", "QmlpVA==", true)]
    [InlineData("BinaryEquals", "QmlpVA==", "QmlpVQ==", false)]
    [InlineData("IpAddress", "203.0.113.0/24", "203.0.113.255", true)]
    [InlineData("IpAddress", "203.0.113.0/24", "203.0.114.0", false)]
    [InlineData("IpAddress", "203.0.113.77/24", "203.0.113.1", true)]
    [InlineData("IpAddress", "203.0.113.0/24", "::ffff:203.0.113.9", true)]
    [InlineData("IpAddress", "203.0.113.5", "203.0.113.5", true)]
    [InlineData("IpAddress", "203.0.113.5", "203.0.113.6", false)]
    [InlineData("IpAddress", "0.0.0.0/0", "::1", false)]
    [InlineData("IpAddress", "2001:db8::/32", "2001:db8:1::9", true)]
    [InlineData("IpAddress", "2001:db8::/32", "2001:db9::", false)]
    [InlineData("IpAddress", "203.0.113.0/24", "not an address", false)]
    [InlineData("NotIpAddress", "203.0.113.0/24", "203.0.113.1", false)]
    [InlineData("NotIpAddress", "203.0.113.0/24", "203.0.112.1", true)]
    [InlineData("ArnEquals", "arn:aws:iam::111122223333:user/*", Arn, true)]
    [InlineData("ArnLike", "arn:aws:iam::111122223333:user/team/ANN", Arn, false)]
    [InlineData("ArnLike", "arn:aws:iam::*:user/team/???", Arn, true)]
    [InlineData("ArnLike", "arn:aws:*:user/team/ann", Arn, false)]
    [InlineData("ArnLike", "arn:aws:iam::111122223333:role/*", Arn, false)]
    [InlineData("ArnLike", "*", Arn, true)]
    [InlineData("ArnNotEquals", "arn:aws:iam::111122223333:user/*", Arn, false)]
    [InlineData("ArnNotLike", "arn:aws:iam::4*:user/*", Arn, true)]
    [InlineData("DateLessThan", "2026-01-01", "yesterday", false)]
    [InlineData("ArnLike", "urn:aws:iam::111122223333:user/*", Arn, false)]
    [InlineData("ArnLike", "*:aws:iam::1:x", ":aws:iam::1:x", true)]
    public void A_value_fulfils_or_fails_its_operator(string op, string policy, string request, bool isExpected)
    {
        Holds(op, [policy], "k:k=" + request).ShouldBe(isExpected);

        // IfExists changes nothing where the key is there, and no operator's name depends on letter case.
        Holds(op + "IfExists", [policy], "k:k=" + request).ShouldBe(isExpected);
        Holds(op.ToUpperInvariant(), [policy], "k:k=" + request).ShouldBe(isExpected);
        Holds("ForAllValues:" + op, [policy], "k:k=" + request).ShouldBe(isExpected);
        Holds("ForAnyValue:" + op, [policy], "k:k=" + request).ShouldBe(isExpected);
    }

    [Theory]
    [InlineData("StringEquals", false)]
    [InlineData("StringNotEquals", true)]
    [InlineData("StringNotLike", true)]
    [InlineData("NotIpAddress", true)]
    [InlineData("ArnNotLike", true)]
    [InlineData("NumericLessThan", false)]
    [InlineData("Bool", false)]
    [InlineData("StringEqualsIfExists", true)]
    [InlineData("BoolIfExists", true)]
    [InlineData("ForAllValues:StringEquals", true)]
    [InlineData("ForAllValues:StringNotEquals", true)]
    [InlineData("ForAnyValue:StringEquals", false)]
    [InlineData("ForAnyValue:StringNotEquals", false)]
    [InlineData("ForAnyValue:StringEqualsIfExists", true)]
    public void An_absent_key_fulfils_only_what_says_so(string op, bool isExpected)
    {
        var value = op.Contains("Ip", StringComparison.Ordinal) ? "10.0.0.0/8" : op.Contains("Numeric", StringComparison.Ordinal) ? "1" : op.StartsWith("Bool", StringComparison.Ordinal) ? "true" : "a";
        Holds(op, [value]).ShouldBe(isExpected);
    }

    [Theory]
    [InlineData("true", false)]
    [InlineData("false", true)]
    public void Null_asks_whether_a_key_is_there(string policy, bool isExpectedWithKey)
    {
        Holds("Null", [policy], "k:k=anything").ShouldBe(isExpectedWithKey);
        Holds("Null", [policy]).ShouldBe(!isExpectedWithKey);
    }

    [Theory]
    [InlineData("ForAllValues:StringEquals", "a,b", true)]
    [InlineData("ForAllValues:StringEquals", "a,x", false)]
    [InlineData("ForAnyValue:StringEquals", "x,b", true)]
    [InlineData("ForAnyValue:StringEquals", "x,y", false)]
    [InlineData("ForAllValues:StringNotEquals", "x,y", true)]
    [InlineData("ForAllValues:StringNotEquals", "x,a", false)]
    [InlineData("ForAnyValue:StringNotEquals", "a,x", true)]
    [InlineData("ForAnyValue:StringNotEquals", "a,b", false)]
    [InlineData("StringEquals", "x,a", true)]
    [InlineData("StringNotEquals", "x,a", false)]
    public void Several_values_are_held_against_several(string op, string request, bool isExpected)
        => Holds(op, ["a", "b"], [.. request.Split(',').Select(value => "k:k=" + value)]).ShouldBe(isExpected);

    [Theory]
    [InlineData("StringEquals", "${aws:username}", "ann", true)]
    [InlineData("StringEquals", "${AWS:UserName}", "bob", false)]
    [InlineData("StringLike", "home/${aws:username}/*", "home/ann/x", true)]
    [InlineData("StringLike", "home/${aws:username}/*", "home/bob/x", false)]
    [InlineData("StringLike", "${k:star}", "anything", false)]
    [InlineData("StringLike", "${k:star}", "*", true)]
    [InlineData("StringLike", "a${*}b", "a*b", true)]
    [InlineData("StringLike", "a${*}b", "axb", false)]
    [InlineData("StringLike", "${$}{x}", "${x}", true)]
    [InlineData("StringLike", "${?}", "?", true)]
    [InlineData("StringEquals", "${k:absent}", "", false)]
    [InlineData("StringNotEquals", "${k:absent}", "", true)]
    [InlineData("StringEquals", "${k:absent, 'fallback'}", "fallback", true)]
    [InlineData("StringEquals", "${k:several, 'fallback'}", "fallback", false)]
    [InlineData("StringEquals", "${unclosed", "${unclosed", true)]
    [InlineData("StringEquals", "${}", "${}", true)]
    [InlineData("NumericEquals", "${k:number}", "5", true)]
    [InlineData("ArnLike", "arn:aws:iam::111122223333:user/team/${aws:username}", Arn, true)]
    [InlineData("StringEquals", "a$", "a$", true)]
    [InlineData("StringEquals", "x{aws:username}", "x{aws:username}", true)]
    [InlineData("StringEquals", "$aws:username}", "$aws:username}", true)]
    [InlineData("StringEquals", "${k:absent, plain}", "plain", true)]
    [InlineData("StringEquals", "${k:absent, 'plain}", "'plain", true)]
    [InlineData("StringEquals", "${k:absent, plain'}", "plain'", true)]
    [InlineData("StringEquals", "${k:absent, '}", "'", true)]
    [InlineData("StringEquals", "${k:absent, ''}", "", true)]
    [InlineData("StringEquals", "${,x}", "x", true)]
    [InlineData("StringEquals", "${aws:username}", "a", false)]
    [InlineData("StringEquals", "<${aws:username}>", "<ann>", true)]
    [InlineData("NumericEquals", "${k:absent}", "5", false)]
    [InlineData("ArnLike", "arn:aws:iam::${k:number}:user/x", "arn:aws:iam::5:user/x", true)]
    [InlineData("ArnLike", "arn:aws:iam::${k:number}:user/x", "arn:aws:iam::6:user/x", false)]
    public void A_variable_stands_for_the_requests_one_value_and_never_for_a_wildcard(string op, string policy, string request, bool isExpected)
        => Holds(op, [policy], "k:k=" + request, "aws:username=ann", "k:star=*", "k:several=1", "k:several=2", "k:number=5").ShouldBe(isExpected);

    [Fact]
    public void Half_a_surrogate_pair_is_one_character()
    {
        Holds("StringLike", ["?"], "k:k=\ud83d").ShouldBeTrue();
        Holds("StringLike", ["??"], "k:k=\ud83da").ShouldBeTrue();
        Holds("StringLike", ["?"], "k:k=\ud83da").ShouldBeFalse();
    }

    [Fact]
    public void A_policy_of_the_old_version_has_no_variables()
        => Holds("2008-10-17", "StringEquals", ["${aws:username}"], "k:k=${aws:username}", "aws:username=ann").ShouldBeTrue();

    [Theory]
    [InlineData("NumericEquals", "ten")]
    [InlineData("DateLessThan", "yesterday")]
    [InlineData("Bool", "yes")]
    [InlineData("Null", "maybe")]
    [InlineData("IpAddress", "10.0.0.0/33")]
    [InlineData("IpAddress", "10.0.0.0/-1")]
    [InlineData("IpAddress", "10.0.0.0/ 8")]
    [InlineData("IpAddress", "/8")]
    [InlineData("DateLessThan", " 1767225600")]
    [InlineData("IpAddress", "fe80::1%eth0")]
    [InlineData("BinaryEquals", "no-base64!")]
    public void A_value_that_an_operator_cannot_compare_is_refused(string op, string value)
        => Should.Throw<PolicyException>(() => Holds(op, [value])).Message.ShouldBe("Syntax errors in policy.");

    [Theory]
    [InlineData("StringIs")]
    [InlineData("NullIfExists")]
    [InlineData("ForAllValues:Null")]
    [InlineData("ForSomeValues:StringEquals")]
    [InlineData("IfExists")]
    [InlineData("")]
    public void An_unknown_operator_is_refused(string op) => Should.Throw<PolicyException>(() => Holds(op, ["true"]));

    private static bool Holds(string op, string[] values, params string[] keys) => Holds("2012-10-17", op, values, keys);

    private static bool Holds(string version, string op, string[] values, params string[] keys)
    {
        var statement = new JsonObject { ["Effect"] = "Allow", ["Action"] = "*", ["Resource"] = "*", ["Condition"] = new JsonObject { [op] = new JsonObject { ["k:K"] = new JsonArray([.. values]) } } };
        var json = new JsonObject { ["Version"] = version, ["Statement"] = statement }.ToJsonString();
        var policy = PolicyDocument.Parse(json, PolicyKind.Identity);
        return policy.Decide(new PolicyQuestion("s3:GetObject", "arn:aws:s3:::b/k", PolicyCaller.Anonymous, new TestKeys(keys))) == PolicyDecision.Allow;
    }
}
