using BleepStore.Metadata.Records;

namespace BleepStore.Api.Identities;

/// <summary>ARNs of those who belong to an account: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns</summary>
/// <param name="Account">Account number, or the account's canonical id; <c>aws</c> for policies that every account has.</param>
/// <param name="Type"><c>user</c>, <c>group</c>, <c>role</c> or <c>policy</c>.</param>
/// <param name="Path">Begins and ends with a slash.</param>
/// <param name="Name">The last part.</param>
internal readonly record struct IdentityArn(string Account, string Type, string Path, string Name)
{
    private const string IamPrefix = "arn:aws:iam::";

    public static string OfRoot(string accountNumber) => $"{IamPrefix}{accountNumber}:root";

    /// <summary>The ARN of an identity.</summary>
    public static string Of(IdentityRecord identity) => Of(AccountNumber.Of(identity.AccountId), identity.Kind, identity.Path, identity.Name);

    public static string Of(string accountNumber, IdentityKind kind, string path, string name)
        => kind == IdentityKind.AccountRoot ? OfRoot(accountNumber) : $"{IamPrefix}{accountNumber}:{TypeOf(kind)}{path}{name}";

    public static string OfSession(string accountNumber, string role, string session) => $"arn:aws:sts::{accountNumber}:assumed-role/{role}/{session}";

    public static string OfFederatedUser(string accountNumber, string name) => $"arn:aws:sts::{accountNumber}:federated-user/{name}";

    /// <summary>Takes an ARN apart; null when it is no ARN of a user, group, role or policy.</summary>
    public static IdentityArn? TryParse(string arn)
    {
        if (!arn.StartsWith(IamPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = arn.AsSpan(IamPrefix.Length);
        var colon = rest.IndexOf(':');
        var slash = rest.IndexOf('/');
        var last = rest.LastIndexOf('/');
        if (colon < 1 || slash < colon || last == rest.Length - 1)
        {
            return null;
        }

        var type = rest[(colon + 1)..slash].ToString();
        return type is "user" or "group" or "role" or "policy"
            ? new IdentityArn(rest[..colon].ToString(), type, rest[slash..(last + 1)].ToString(), rest[(last + 1)..].ToString())
            : null;
    }

    private static string TypeOf(IdentityKind kind) => kind switch
    {
        IdentityKind.User => "user",
        IdentityKind.Group => "group",
        IdentityKind.Role => "role",
        IdentityKind.Policy => "policy",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "An identity without an ARN of its own."),
    };
}
