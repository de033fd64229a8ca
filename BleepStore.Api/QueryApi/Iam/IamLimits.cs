using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>All limits of IAM, with AWS's numbers: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html</summary>
internal static class IamLimits
{
    public const int MaxUsers = 5000;
    public const int MaxGroups = 300;
    public const int MaxRoles = 1000;
    public const int MaxPolicies = 1500;
    public const int MaxUserName = 64;
    public const int MaxRoleName = 64;
    public const int MaxName = 128;
    public const int MaxAccessKeys = 2;
    public const int MaxGroupsOfUser = 10;
    public const int MaxAttachedPolicies = 10;
    public const int MaxTags = 50;
    public const int MaxUserPolicyCharacters = 2048;
    public const int MaxGroupPolicyCharacters = 5120;
    public const int MaxRolePolicyCharacters = 10_240;
    public const int MaxManagedPolicyCharacters = 6144;
    public const int MaxTrustPolicyCharacters = 4096;
    public const int MaxDocumentCharacters = 131_072;
    public const int MaxDescription = 1000;
    public const int MinSessionSeconds = 3600;
    public const int MaxSessionSeconds = 43_200;

    /// <summary>How many of a kind an account may have.</summary>
    public static int Of(IdentityKind kind) => kind switch
    {
        IdentityKind.User => MaxUsers,
        IdentityKind.Group => MaxGroups,
        IdentityKind.Role => MaxRoles,
        _ => MaxPolicies,
    };
}
