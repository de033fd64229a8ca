using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using BleepStore.Api.Identities;

namespace BleepStore.Api.Policies;

/// <summary>Reads <c>Principal</c> and <c>NotPrincipal</c>: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html</summary>
internal static partial class PrincipalReader
{
    /// <summary>The principals of a statement; null where its kind of policy names none.</summary>
    /// <exception cref="PolicyException">They are missing, too many, or name nobody that could exist.</exception>
    public static PolicyPrincipals? Read(JsonElement statement, PolicyWords words)
    {
        var hasPlain = statement.TryGetProperty("Principal", out var plain);
        var hasNegated = statement.TryGetProperty("NotPrincipal", out var negated);
        if (words.Kind is PolicyKind.Identity or PolicyKind.Session)
        {
            return hasPlain || hasNegated ? throw new PolicyException("Policy document should not specify a principal.") : null;
        }

        return (hasPlain, hasNegated) switch
        {
            (true, true) => throw words.Syntax(),
            (true, _) => new PolicyPrincipals(IsNegated: false, ReadEntries(plain, words)),
            (_, true) => new PolicyPrincipals(IsNegated: true, ReadEntries(negated, words)),
            _ => throw words.Missing("Principal"),
        };
    }

    private static ImmutableArray<PolicyPrincipal> ReadEntries(JsonElement element, PolicyWords words)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return element.GetString() == "*" ? [new PolicyPrincipal(PrincipalKind.Everybody, "*")] : throw Invalid(element.GetRawText());
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(element.GetRawText());
        }

        var entries = ImmutableArray.CreateBuilder<PolicyPrincipal>();
        foreach (var property in element.EnumerateObject())
        {
            foreach (var name in ReadNames(property.Value, words))
            {
                entries.Add(ReadEntry(property.Name, name));
            }
        }

        return entries.Count > 0 ? entries.DrainToImmutable() : throw Invalid(element.GetRawText());
    }

    private static ImmutableArray<string> ReadNames(JsonElement element, PolicyWords words)
    {
        try
        {
            return PolicyParser.ReadTexts(element, words);
        }
        catch (PolicyException e)
        {
            throw new PolicyException("Invalid principal in policy", element.GetRawText(), e);
        }
    }

    private static PolicyPrincipal ReadEntry(string type, string name) => type switch
    {
        "AWS" when name == "*" => new PolicyPrincipal(PrincipalKind.Everybody, name),
        "AWS" when AccountArn().Match(name) is { Success: true } arn => new PolicyPrincipal(PrincipalKind.Account, arn.Groups["account"].Value),
        "AWS" when PrincipalBinding.TrySplit(name) is { } bound => new PolicyPrincipal(PrincipalKind.Identity, bound.Id),
        "AWS" when PrincipalArn().IsMatch(name) => new PolicyPrincipal(PrincipalKind.Arn, name),
        "AWS" or "CanonicalUser" when AccountId().IsMatch(name)
            => new PolicyPrincipal(PrincipalKind.Account, name) { IsCanonicalId = type == "CanonicalUser" || !AccountNumber.IsNumber(name) },
        "Service" when ServiceName().IsMatch(name) => new PolicyPrincipal(PrincipalKind.Service, name),
        "Federated" when name.Length > 0 => new PolicyPrincipal(PrincipalKind.Federated, name),
        _ => throw Invalid($"\"{type}\" : \"{name}\""),
    };

    private static PolicyException Invalid(string detail) => new("Invalid principal in policy", detail);

    [GeneratedRegex(@"^arn:aws[a-z-]*:iam::(?<account>[\w+=,.@-]+):root\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AccountArn();

    [GeneratedRegex(
        @"^arn:aws[a-z-]*:(iam::[\w+=,.@-]+:(user|role)/[\u0021-\u0029\u002B-\u003E\u0040-\u007E]+|sts::[\w+=,.@-]+:(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+))\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex PrincipalArn();

    [GeneratedRegex(@"^[\w+=,.@-]{1,128}\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AccountId();

    [GeneratedRegex(@"^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal|amazon\.com)\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ServiceName();
}
