using BleepStore.Api.Auth;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Acl;

/// <summary>Decides what an access control list grants to a caller's account; whether that account passes it on to the caller is not its matter.</summary>
internal static class AclRules
{
    public const string AllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
    public const string AuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    public const string LogDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";

    /// <summary>True when a grant gives the caller that permission, itself or within FULL_CONTROL.</summary>
    /// <param name="acl">The list.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="permission">What for.</param>
    /// <param name="ignorePublic">Whether grants to everybody are passed over.</param>
    public static bool Grants(AccessControlList acl, Caller caller, AclPermission permission, bool ignorePublic)
    {
        foreach (var grant in acl.Grants)
        {
            if ((grant.Permission == permission || grant.Permission == AclPermission.FullControl)
                && IsGrantee(grant, caller)
                && !(ignorePublic && IsPublic(grant)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when a list grants anything to everybody, or to everybody with an account.</summary>
    public static bool IsPublic(AccessControlList acl)
    {
        foreach (var grant in acl.Grants)
        {
            if (IsPublic(grant))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when a list grants anything to anybody but the owner.</summary>
    public static bool GrantsToOthers(AccessControlList acl)
        => acl.Grants.Any(grant => grant.Kind != GranteeKind.CanonicalUser || grant.Grantee != acl.OwnerId);

    private static bool IsPublic(AclGrant grant) => grant is { Kind: GranteeKind.Group, Grantee: AllUsers or AuthenticatedUsers };

    private static bool IsGrantee(AclGrant grant, Caller caller) => (grant.Kind, grant.Grantee) switch
    {
        (GranteeKind.CanonicalUser, var id) => caller is Caller.Account account && account.AccountId == id,
        (GranteeKind.Group, AllUsers) => true,
        (GranteeKind.Group, AuthenticatedUsers) => caller is Caller.Account,
        _ => false,
    };
}
