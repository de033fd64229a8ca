using System.Text.Json.Serialization;
using BleepStore.Api.Configuration;
using BleepStore.Api.Identities;
using BleepStore.Api.QueryApi.Iam;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Admin;

/// <summary>Users and groups as the admin API writes them, and what it says when it cannot change one.</summary>
internal static class AdminIdentity
{
    public static IdentityView View(IdentityRecord identity)
    {
        var isUser = identity.Kind == IdentityKind.User;
        return new IdentityView(
            identity.Name,
            identity.AccountId,
            identity.Id,
            IdentityArn.Of(identity),
            identity.Path,
            identity.CreatedAt,
            [.. identity.InlinePolicies.Keys],
            [.. identity.AttachedPolicies],
            isUser ? [.. identity.Groups] : null,
            isUser ? [.. identity.AccessKeys] : null,
            isUser ? null : identity.References);
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

/// <summary>A user or group as the admin API writes it: what its kind does not have is not there.</summary>
/// <param name="Groups">Of a user.</param>
/// <param name="AccessKeys">Of a user.</param>
/// <param name="Members">How many a group has.</param>
internal sealed record IdentityView(
    string Name,
    string Account,
    string Id,
    string Arn,
    string Path,
    DateTimeOffset CreatedAt,
    string[] Policies,
    string[] Attached,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Groups,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? AccessKeys,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Members);

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
