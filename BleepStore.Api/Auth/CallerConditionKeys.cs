using System.Globalization;

namespace BleepStore.Api.Auth;

/// <summary>The condition keys that say who calls: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties</summary>
internal static class CallerConditionKeys
{
    /// <summary>The value of a key; null where the caller has none.</summary>
    public static string? Find(Caller caller, string key) => caller is Caller.Account account
        ? FindOfAccount(account, key)
        : key switch
        {
            "aws:principaltype" => "Anonymous",
            "aws:userid" => "anonymous",
            _ => null,
        };

    /// <summary>The value of a tag that the caller carries; null where it carries none of that name.</summary>
    public static string? FindTag(Caller caller, string name)
    {
        foreach (var tag in (caller as Caller.Account)?.Tags ?? [])
        {
            if (tag.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return tag.Value;
            }
        }

        return null;
    }

    private static string? FindOfAccount(Caller.Account account, string key) => key switch
    {
        "aws:principalaccount" => account.AccountNumber,

        // A session of a role stands for the role.
        "aws:principalarn" => account.Session?.RoleArn ?? account.Arn,
        "aws:principaltype" => account.Session?.Kind switch
        {
            SessionKind.Role => "AssumedRole",
            SessionKind.Federated => "FederatedUser",
            _ => account.HasAccountRights ? "Account" : "User",
        },
        "aws:userid" => account.PrincipalId,
        "aws:username" => account.User,
        "aws:sourceidentity" => account.Session?.SourceIdentity,
        "aws:rolesessionname" => account.Session is { Kind: SessionKind.Role } role ? role.Name : null,
        "aws:tokenissuetime" => account.Session?.IssuedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),

        // Nobody here has proven a second factor, and only sessions say so.
        "aws:multifactorauthpresent" => account.Session is null ? null : "false",
        _ => null,
    };
}
