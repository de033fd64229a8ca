using System.Collections.Immutable;

namespace BleepStore.Api.Policies;

/// <summary>
/// Whether a bucket's policy is open to the public as AWS defines it: unless proven to grant to fixed principals or addresses alone, it is.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
/// </summary>
internal static class PublicPolicy
{
    private const int WidestIpv4Prefix = 8;
    private const int WidestIpv6Prefix = 32;

    /// <summary>Keys that bind a grant to whom they name, when they name somebody fixed.</summary>
    private static readonly ImmutableArray<string> BindingKeys =
    [
        "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount", "aws:sourcearn",
        "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    ];

    /// <summary>True when some statement allows everybody something, bound by no condition that AWS counts.</summary>
    public static bool IsPublic(PolicyDocument document) => document.Statements.Any(IsPublic);

    private static bool IsPublic(PolicyStatement statement)
        => statement.Effect == PolicyEffect.Allow
            && statement.Principals is { } principals
            && (principals.IsNegated || principals.Entries.Any(entry => entry.Kind == PrincipalKind.Everybody))
            && !statement.Conditions.Any(Binds);

    // A condition that an absent key fulfils binds nobody, nor does one that says who it is not.
    private static bool Binds(PolicyCondition condition)
    {
        var op = condition.Operator;
        if (op.IsNegated || op.IfExists || op.Quantifier == Quantifier.ForAllValues || condition.Values.IsEmpty)
        {
            return false;
        }

        if (condition.Key == "aws:sourceip")
        {
            return op.Comparison == Comparison.Address && condition.Values.All(IsNarrow);
        }

        return op.Comparison is Comparison.Text or Comparison.TextIgnoringCase or Comparison.TextLike or Comparison.Arn
            && BindingKeys.Contains(condition.Key)
            && condition.Values.All(value => IsFixed(condition.Key, value));
    }

    private static bool IsNarrow(ConditionValue value)
        => ConditionValue.TryNetwork(value.Source, out var network)
            && network.PrefixLength >= (network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? WidestIpv4Prefix : WidestIpv6Prefix);

    private static bool IsFixed(string key, ConditionValue value) => key switch
    {
        // An access point may be any, so long as its account is one.
        "s3:dataaccesspointarn" or "aws:sourcearn" or "aws:principalarn" => value.Source.Split(':') is [_, _, _, _, { Length: > 0 } account, ..]
            && !account.AsSpan().ContainsAny('*', '?', '$') && (key != "aws:sourcearn" || value.IsFixed),
        "aws:userid" => value.IsFixed || (value.Source.EndsWith(":*", StringComparison.Ordinal) && !value.Source[..^2].AsSpan().ContainsAny('*', '?', '$')),
        _ => value.IsFixed,
    };
}
