using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>What can hold policies, as the names of actions and parameters spell it.</summary>
/// <param name="Kind">User, group or role.</param>
/// <param name="Word">As in <c>PutUserPolicy</c>.</param>
/// <param name="MaxCharacters">How long all its inline policies together may be.</param>
internal sealed record Holder(IdentityKind Kind, string Word, int MaxCharacters)
{
    public static readonly Holder User = new(IdentityKind.User, "User", IamLimits.MaxUserPolicyCharacters);
    public static readonly Holder Group = new(IdentityKind.Group, "Group", IamLimits.MaxGroupPolicyCharacters);
    public static readonly Holder Role = new(IdentityKind.Role, "Role", IamLimits.MaxRolePolicyCharacters);

    /// <summary>Parameter with its name.</summary>
    public string Parameter => Word + "Name";
}
