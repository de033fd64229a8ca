using BleepStore.Api.Auth;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Acl;

/// <summary>Decides what an access control list grants to a caller.</summary>
internal static class AclRules
{
    public const string AllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
    public const string AuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    public const string LogDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";

    /// <summary>True when a grant gives the caller that permission, itself or within FULL_CONTROL.</summary>
    public static bool Grants(AccessControlList acl, Caller caller, AclPermission permission)
    {
        foreach (var grant in acl.Grants)
        {
            if ((grant.Permission == permission || grant.Permission == AclPermission.FullControl) && IsGrantee(grant, caller))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when the caller acts with the rights of that account.</summary>
    public static bool IsAccount(Caller caller, string accountId)
        => caller is Caller.Account { HasAccountRights: true } account && account.AccountId == accountId;

    private static bool IsGrantee(AclGrant grant, Caller caller) => (grant.Kind, grant.Grantee) switch
    {
        (GranteeKind.CanonicalUser, var id) => IsAccount(caller, id),

        // A user without rights of its account has none as a member of a group either, until a policy gives them.
        (GranteeKind.Group, AllUsers) => caller is not Caller.Account { HasAccountRights: false },
        (GranteeKind.Group, AuthenticatedUsers) => caller is Caller.Account { HasAccountRights: true },
        _ => false,
    };
}
