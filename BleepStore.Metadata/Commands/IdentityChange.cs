using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>One thing about an identity that <see cref="ChangeIdentity"/> changes, decided on the rows as they are then.</summary>
public abstract record IdentityChange
{
    /// <summary>The changed record, or why there is none. May write other rows once nothing can refuse any more.</summary>
    internal abstract (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity);
}

/// <summary>Adds or replaces an inline policy.</summary>
/// <param name="Policy">Its name.</param>
/// <param name="Document">Its text.</param>
/// <param name="Limit">How many characters all inline policies of the identity may have, white space not counted.</param>
public sealed record SetInlinePolicy(string Policy, string Document, int Limit) : IdentityChange
{
    internal override (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity)
    {
        var policies = identity.InlinePolicies.SetItem(Policy, Document);
        var size = policies.Values.Sum(document => document.Count(c => !char.IsWhiteSpace(c)));
        return size > Limit ? (IdentityStatus.LimitExceeded, identity) : (IdentityStatus.Done, identity with { InlinePolicies = policies });
    }
}

/// <summary>Removes an inline policy.</summary>
public sealed record RemoveInlinePolicy(string Policy) : IdentityChange
{
    internal override (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity)
        => identity.InlinePolicies.ContainsKey(Policy)
            ? (IdentityStatus.Done, identity with { InlinePolicies = identity.InlinePolicies.Remove(Policy) })
            : (IdentityStatus.PartMissing, identity);
}

/// <summary>Attaches a managed policy; one that is attached already stays so.</summary>
/// <param name="Arn">Its ARN.</param>
/// <param name="PolicyName">Its name where it is one of the account; null for one that every account has.</param>
/// <param name="Limit">How many may be attached.</param>
public sealed record AttachPolicy(string Arn, string? PolicyName, int Limit) : IdentityChange
{
    internal override (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity)
    {
        var policy = PolicyName is null ? null : transaction.FindIdentity(identity.AccountId, IdentityKind.Policy, PolicyName);
        if (PolicyName is not null && policy is null)
        {
            return (IdentityStatus.PartMissing, identity);
        }

        if (identity.AttachedPolicies.Contains(Arn))
        {
            return (IdentityStatus.Done, identity);
        }

        if (identity.AttachedPolicies.Length >= Limit)
        {
            return (IdentityStatus.LimitExceeded, identity);
        }

        if (policy is not null)
        {
            transaction.PutIdentity(policy with { References = policy.References + 1 });
        }

        return (IdentityStatus.Done, identity with { AttachedPolicies = identity.AttachedPolicies.Add(Arn) });
    }
}

/// <summary>Detaches a managed policy.</summary>
/// <param name="Arn">Its ARN.</param>
/// <param name="PolicyName">Its name where it is one of the account; null for one that every account has.</param>
public sealed record DetachPolicy(string Arn, string? PolicyName) : IdentityChange
{
    internal override (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity)
    {
        if (!identity.AttachedPolicies.Contains(Arn))
        {
            return (IdentityStatus.PartMissing, identity);
        }

        if (PolicyName is not null && transaction.FindIdentity(identity.AccountId, IdentityKind.Policy, PolicyName) is { } policy)
        {
            transaction.PutIdentity(policy with { References = policy.References - 1 });
        }

        return (IdentityStatus.Done, identity with { AttachedPolicies = identity.AttachedPolicies.Remove(Arn) });
    }
}

/// <summary>Makes a user a member of a group; one that is already stays so.</summary>
public sealed record JoinGroup(string Group, int Limit) : IdentityChange
{
    internal override (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity)
    {
        if (transaction.FindIdentity(identity.AccountId, IdentityKind.Group, Group) is not { } group)
        {
            return (IdentityStatus.PartMissing, identity);
        }

        if (identity.Groups.Contains(group.Name))
        {
            return (IdentityStatus.Done, identity);
        }

        if (identity.Groups.Length >= Limit)
        {
            return (IdentityStatus.LimitExceeded, identity);
        }

        transaction.PutIdentity(group with { References = group.References + 1 });
        return (IdentityStatus.Done, identity with { Groups = identity.Groups.Add(group.Name) });
    }
}

/// <summary>Takes a user out of a group; nothing happens to one who is in none of that name.</summary>
public sealed record LeaveGroup(string Group) : IdentityChange
{
    internal override (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity)
    {
        if (transaction.FindIdentity(identity.AccountId, IdentityKind.Group, Group) is not { } group)
        {
            return (IdentityStatus.PartMissing, identity);
        }

        if (!identity.Groups.Contains(group.Name))
        {
            return (IdentityStatus.Done, identity);
        }

        transaction.PutIdentity(group with { References = group.References - 1 });
        return (IdentityStatus.Done, identity with { Groups = identity.Groups.Remove(group.Name) });
    }
}

/// <summary>Replaces the document of a role that says who may take it on.</summary>
public sealed record SetDocument(string Document) : IdentityChange
{
    internal override (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity)
        => (IdentityStatus.Done, identity with { Document = Document });
}

/// <summary>Replaces what describes a role; null leaves as it is.</summary>
public sealed record SetRoleSettings(string? Description, int? MaxSessionSeconds) : IdentityChange
{
    internal override (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity)
        => (IdentityStatus.Done, identity with
        {
            Description = Description ?? identity.Description,
            MaxSessionSeconds = MaxSessionSeconds ?? identity.MaxSessionSeconds,
        });
}

/// <summary>Adds tags, or replaces the values of those that are there.</summary>
public sealed record SetIdentityTags(ImmutableArray<KeyValuePair<string, string>> Tags, int Limit) : IdentityChange
{
    internal override (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity)
    {
        var names = Tags.Select(tag => tag.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        ImmutableArray<KeyValuePair<string, string>> tags = [.. identity.Tags.Where(tag => !names.Contains(tag.Key)), .. Tags];
        return tags.Length > Limit ? (IdentityStatus.LimitExceeded, identity) : (IdentityStatus.Done, identity with { Tags = tags });
    }
}

/// <summary>Removes tags; those that are not there do not matter.</summary>
public sealed record RemoveIdentityTags(ImmutableArray<string> Names) : IdentityChange
{
    internal override (IdentityStatus Status, IdentityRecord Changed) Apply(IMetadataTransaction transaction, IdentityRecord identity)
        => (IdentityStatus.Done, identity with
        {
            Tags = identity.Tags.RemoveAll(tag => Names.Contains(tag.Key, StringComparer.OrdinalIgnoreCase)),
        });
}
