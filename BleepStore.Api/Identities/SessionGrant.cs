using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Identities;

/// <summary>Everything that temporary credentials are: what a session token holds, sealed. Never logged: its text form leaves the secret out.</summary>
/// <param name="AccessKey">The public name of the key.</param>
/// <param name="Secret">The secret that signatures are computed with.</param>
/// <param name="AccountId">Canonical id of the account they belong to.</param>
/// <param name="Session">What they say of their holder.</param>
internal sealed record SessionGrant(string AccessKey, string Secret, string AccountId, CallerSession Session)
{
    /// <summary>Whose rights the session has: a user, a role, or the account's root.</summary>
    public required IdentityKind PrincipalKind { get; init; }

    /// <summary>Name of that user or role; empty for a root.</summary>
    public required string Principal { get; init; }

    /// <summary>Unique id of that user or role: another one of the same name has none of its sessions; empty for a root.</summary>
    public required string PrincipalId { get; init; }

    /// <summary>The permanent key that asked for the session, which ends with it; null for the session of a role.</summary>
    public string? ParentAccessKey { get; init; }

    public override string ToString()
        => new StringBuilder("SessionGrant { AccessKey = ").Append(AccessKey).Append(", Principal = ").Append(Principal).Append(" }").ToString();
}
