using BleepStore.Api.Configuration;
using BleepStore.Api.Identities;
using BleepStore.Api.QueryApi.Iam;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Admin;

/// <summary>Users and groups as the admin API writes them, and what it says when it cannot change one.</summary>
internal static class AdminIdentity
{
    /// <summary>The identity with what its kind has: a user its groups and keys, a group the number of its members.</summary>
    public static object View(IdentityRecord identity)
    {
        var (arn, policies) = (IdentityArn.Of(identity), identity.InlinePolicies.Keys.ToArray());
        return identity.Kind switch
        {
            IdentityKind.User => new
            {
                identity.Name,
                Account = identity.AccountId,
                identity.Id,
                arn,
                identity.Path,
                identity.CreatedAt,
                policies,
                Attached = identity.AttachedPolicies,
                Groups = identity.Groups.ToArray(),
                AccessKeys = identity.AccessKeys.ToArray(),
            },
            IdentityKind.Group => new
            {
                identity.Name,
                Account = identity.AccountId,
                identity.Id,
                arn,
                identity.Path,
                identity.CreatedAt,
                policies,
                Attached = identity.AttachedPolicies,
                Members = identity.References,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(identity), identity.Kind, "Only users and groups are shown."),
        };
    }

    /// <summary>The refusal that a command's status means.</summary>
    public static AdminAnswer Refuse(IdentityStatus status, IdentityKind kind, string name)
    {
        var word = IamWords.NameOf(kind);
        return status switch
        {
            IdentityStatus.Missing => AdminAnswer.NotFound($"There is no {word} {name}."),
            IdentityStatus.PartMissing => AdminAnswer.NotFound($"The {word} {name} has no such policy, group or key."),
            IdentityStatus.Exists => AdminAnswer.Conflict($"There is a {word} {name} already."),
            IdentityStatus.InUse => AdminAnswer.Conflict(
                $"The {word} {name} still has keys, policies, groups or members: take them away first, or delete with force=true."),
            _ => AdminAnswer.Conflict($"The {word} {name} can have no more of them."),
        };
    }
}

/// <summary>Finds the account that an admin request is about.</summary>
internal sealed class AdminAccounts(AccountDirectory accounts, BleepStoreOptions options)
{
    /// <summary>Canonical id of the account that <c>account</c> names by id or number; without it the root's.</summary>
    /// <exception cref="AdminException">There is none.</exception>
    public async ValueTask<string> GetIdAsync(AdminRequest request, CancellationToken cancellationToken)
        => request.Query("account") is not { } account ? options.Auth.AccessKey
            : await accounts.FindIdAsync(account, cancellationToken)
                ?? throw new AdminException(AdminAnswer.NotFound($"There is no account {account}."));
}
