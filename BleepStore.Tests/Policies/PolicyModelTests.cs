using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BleepStore.Api.Policies;

namespace BleepStore.Tests.Policies;

/// <summary>Random policies and questions, answered by the engine and by a second one that was written to be obvious, not fast.</summary>
public sealed class PolicyModelTests
{
    private static readonly string[] Actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"];
    private static readonly string[] ActionPatterns = [.. Actions, "s3:*", "s3:Get*", "S3:PUTOBJECT", "*", "s3:?etObject", "s3:*Object"];
    private static readonly string[] Resources = ["arn:aws:s3:::b", "arn:aws:s3:::b/a", "arn:aws:s3:::b/a/b", "arn:aws:s3:::b/ann/x", "arn:aws:s3:::b/*"];
    private static readonly string[] ResourcePatterns = [.. Resources, "*", "arn:aws:s3:::b*", "arn:aws:s3:::b/?", "arn:aws:s3:::b/a*b", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${*}"];
    private static readonly string[] Principals = ["*", "account", "other", "arn:aws:iam::account:root", "arn:aws:iam::account:user/ann", "arn:aws:iam::other:user/ann"];
    private static readonly string[] Values = ["a", "b", "A", "a*", "?", "", "${aws:username}"];
    private static readonly string[] Operators =
        ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "Null"];

    private static readonly PolicyCaller[] Callers =
    [
        PolicyCaller.Anonymous,
        new() { AccountIds = ["account"], Arn = "arn:aws:iam::account:root", IsAccountRoot = true },
        new() { AccountIds = ["account"], Arn = "arn:aws:iam::account:user/ann" },
        new() { AccountIds = ["other"], Arn = "arn:aws:iam::other:user/ann" },
    ];

    [Theory]
    [InlineData(20121017)]
    [InlineData(20081017)]
    [InlineData(3)]
    public void Both_engines_say_the_same(int seed)
    {
        var random = new Random(seed);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var seen = new Dictionary<PolicyDecision, int>();
        for (var round = 0; round < 20_000; round++)
        {
            var json = JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["Version"] = "2012-10-17",
                ["Statement"] = Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomStatement(random)).ToArray(),
            });
            var keys = RandomKeys(random);
            var question = new PolicyQuestion(Pick(random, Actions), Pick(random, Resources), Pick(random, Callers), new TestKeys(keys));
            var decision = PolicyDocument.Parse(json, PolicyKind.Bucket).Decide(question);
            decision.ShouldBe(Model(json, question, keys), $"{json} {question.Action} {question.Resource} {question.Caller.Arn} {string.Join(' ', keys)}");
            seen[decision] = seen.GetValueOrDefault(decision) + 1;
        }

        // A table of one answer would prove nothing.
        seen.Keys.Order().ShouldBe([PolicyDecision.None, PolicyDecision.AllowAccount, PolicyDecision.Allow, PolicyDecision.Deny]);
        seen.Values.Min().ShouldBeGreaterThan(200);
    }

    private static Dictionary<string, object> RandomStatement(Random random)
    {
        var isDeny = random.Next(4) == 0;
        var statement = new Dictionary<string, object>
        {
            ["Effect"] = isDeny ? "Deny" : "Allow",
            [isDeny && random.Next(3) == 0 ? "NotPrincipal" : "Principal"] = new Dictionary<string, object> { ["AWS"] = Some(random, Principals) },
            [random.Next(4) == 0 ? "NotAction" : "Action"] = Some(random, ActionPatterns),
            [random.Next(4) == 0 ? "NotResource" : "Resource"] = Some(random, ResourcePatterns),
        };
        if (random.Next(2) == 0)
        {
            var op = Pick(random, Operators);
            var quantifier = op == "Null" ? "" : Pick(random, ["", "", "ForAllValues:", "ForAnyValue:"]);
            var suffix = op == "Null" || random.Next(3) > 0 ? "" : "IfExists";
            statement["Condition"] = new Dictionary<string, object>
            {
                [quantifier + op + suffix] = new Dictionary<string, object> { ["aws:Referer"] = op == "Null" ? [Pick(random, ["true", "false"])] : Some(random, Values) },
            };
        }

        return statement;
    }

    private static string[] RandomKeys(Random random)
        => [.. Enumerable.Range(0, random.Next(3)).Select(_ => "aws:Referer=" + Pick(random, ["a", "b", "A", "ab", "ann", "a*", ""])),
            .. random.Next(3) == 0 ? (string[])[] : ["aws:username=" + Pick(random, ["ann", "*"])]];

    private static PolicyDecision Model(string json, PolicyQuestion question, string[] keys)
    {
        using var document = JsonDocument.Parse(json);
        var matches = document.RootElement.GetProperty("Statement").EnumerateArray()
            .Select(statement => (Effect: statement.GetProperty("Effect").GetString(), Match: ModelMatch(statement, question, keys)))
            .Where(found => found.Match != "none").ToList();
        return matches.Exists(found => found.Effect == "Deny") ? PolicyDecision.Deny
            : matches.Exists(found => found.Match == "direct") ? PolicyDecision.Allow
            : matches.Count > 0 ? PolicyDecision.AllowAccount
            : PolicyDecision.None;
    }

    private static string ModelMatch(JsonElement statement, PolicyQuestion question, string[] keys)
    {
        bool Fits(string name, string text, RegexOptions options)
        {
            var isNegated = statement.TryGetProperty("Not" + name, out var list);
            list = isNegated ? list : statement.GetProperty(name);
            return list.EnumerateArray().Any(pattern => ModelRegex(pattern.GetString()!, keys, wild: true) is { } regex && Regex.IsMatch(text, regex, options, TimeSpan.FromSeconds(1))) != isNegated;
        }

        if (!Fits("Action", question.Action, RegexOptions.IgnoreCase) || !Fits("Resource", question.Resource, RegexOptions.None) || !ModelCondition(statement, keys))
        {
            return "none";
        }

        var (account, arn) = (question.Caller.AccountIds.FirstOrDefault() ?? "", question.Caller.Arn);
        string One(string name) => name == "*" || (name == arn && arn.Length > 0) ? "direct"
            : account.Length > 0 && (name == account || name == $"arn:aws:iam::{account}:root") ? question.Caller.IsAccountRoot ? "direct" : "account"
            : "none";
        if (statement.TryGetProperty("NotPrincipal", out var not))
        {
            return not.GetProperty("AWS").EnumerateArray().Any(name => One(name.GetString()!) == "direct") ? "none" : "direct";
        }

        var all = statement.GetProperty("Principal").GetProperty("AWS").EnumerateArray().Select(name => One(name.GetString()!)).ToList();
        return all.Contains("direct") ? "direct" : all.Contains("account") ? "account" : "none";
    }

    private static bool ModelCondition(JsonElement statement, string[] keys)
    {
        if (!statement.TryGetProperty("Condition", out var condition))
        {
            return true;
        }

        var named = condition.EnumerateObject().Single();
        var (quantifier, op) = named.Name.Split(':') is [var first, var second] ? (first, second) : ("", named.Name);
        var ifExists = op.EndsWith("IfExists", StringComparison.Ordinal);
        op = op.Replace("IfExists", "", StringComparison.Ordinal);
        var wanted = named.Value.EnumerateObject().Single().Value.EnumerateArray().Select(value => value.GetString()!).ToList();
        var found = keys.Where(key => key.StartsWith("aws:Referer=", StringComparison.Ordinal)).Select(key => key[12..]).ToList();
        if (op == "Null")
        {
            return wanted.Contains(found.Count == 0 ? "true" : "false");
        }

        var isNegated = op.Contains("Not", StringComparison.Ordinal);
        if (found.Count == 0)
        {
            return ifExists || quantifier == "ForAllValues" || (quantifier.Length == 0 && isNegated);
        }

        var options = op.EndsWith("IgnoreCase", StringComparison.Ordinal) ? RegexOptions.IgnoreCase : RegexOptions.None;
        bool Equal(string value) => wanted.Exists(pattern => ModelRegex(pattern, keys, op.EndsWith("Like", StringComparison.Ordinal)) is { } regex
            && Regex.IsMatch(value, regex, options, TimeSpan.FromSeconds(1)));
        return (quantifier, isNegated) switch
        {
            ("ForAllValues", false) => found.TrueForAll(Equal),
            ("ForAllValues", true) or ("", true) => found.TrueForAll(value => !Equal(value)),
            (_, false) => found.Exists(Equal),
            _ => found.Exists(value => !Equal(value)),
        };
    }

    // The pattern as a regular expression; null when a variable has no value.
    private static string? ModelRegex(string pattern, string[] keys, bool wild)
    {
        var user = Array.Find(keys, key => key.StartsWith("aws:username=", StringComparison.Ordinal))?[13..];
        if (pattern.Contains("${aws:username}", StringComparison.Ordinal) && user is null)
        {
            return null;
        }

        var parts = pattern.Split("${aws:username}").Select(part => string.Join(@"\*", part.Split("${*}").Select(text => wild
            ? Regex.Escape(text).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal)
            : Regex.Escape(text))));
        return $@"\A(?s:{string.Join(Regex.Escape(user ?? ""), parts)})\z";
    }

    private static string[] Some(Random random, string[] from) => [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pick(random, from))];

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
