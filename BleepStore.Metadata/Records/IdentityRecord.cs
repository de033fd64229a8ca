using System.Collections.Immutable;

namespace BleepStore.Metadata.Records;

/// <summary>What an identity is. The numbers reach disk.</summary>
public enum IdentityKind
{
    User = 1,
    Group = 2,
    Role = 3,

    /// <summary>A managed policy: a document that users, groups and roles of its account are attached to.</summary>
    Policy = 4,

    /// <summary>The root of an account: only the list of its access keys is kept here.</summary>
    AccountRoot = 5,
}

/// <summary>A user, group, role or managed policy of an account, with everything that decides what it may do.</summary>
public sealed record IdentityRecord
{
    /// <summary>Canonical id of the account.</summary>
    public required string AccountId { get; init; }

    public required IdentityKind Kind { get; init; }

    /// <summary>Unique within account and kind, whatever the case of its letters; empty for an account root.</summary>
    public required string Name { get; init; }

    /// <summary>Never given again, also when the name is: <c>AIDA…</c> of a user, <c>AROA…</c> of a role.</summary>
    public required string Id { get; init; }

    /// <summary>Begins and ends with a slash.</summary>
    public string Path { get; init; } = "/";

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public ImmutableArray<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>Policy documents that belong to this identity alone, by name.</summary>
    public ImmutableSortedDictionary<string, string> InlinePolicies { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>ARNs of the managed policies attached to it, in the order they were.</summary>
    public ImmutableArray<string> AttachedPolicies { get; init; } = [];

    /// <summary>Names of the groups that a user is in.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>Access keys of a user or an account root.</summary>
    public ImmutableArray<string> AccessKeys { get; init; } = [];

    /// <summary>The document of a managed policy; the document of a role that says who may take it on; null for others.</summary>
    public string? Document { get; init; }

    public string? Description { get; init; }

    /// <summary>How long a session of a role may be; 0 for others.</summary>
    public int MaxSessionSeconds { get; init; }

    /// <summary>How many refer to it: members of a group, attachments of a managed policy.</summary>
    public int References { get; init; }

    public CredentialOrigin Origin { get; init; }

    /// <summary>What a name is looked up by: names that differ only in case are one.</summary>
    public static string KeyOf(string name) => name.ToLowerInvariant();
}
