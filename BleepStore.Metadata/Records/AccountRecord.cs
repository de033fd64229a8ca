namespace BleepStore.Metadata.Records;

/// <summary>An account: the owner of buckets and objects.</summary>
/// <param name="Id">Canonical id.</param>
/// <param name="DisplayName">Shown beside the id in listings and ACLs.</param>
/// <param name="Email">Address by which an ACL grant can name the account; null when it has none.</param>
public sealed record AccountRecord(string Id, string DisplayName, string? Email);

/// <summary>Who made a credential. The numbers reach disk.</summary>
public enum CredentialOrigin
{
    /// <summary>Root or <c>auth.users</c>: configuration is authoritative at each start.</summary>
    Configuration = 1,

    /// <summary>Made through the admin API: stays until it is deleted there.</summary>
    Admin = 2,
}

/// <summary>An access key. Its secret is wrapped by the root key and never stands here in the clear.</summary>
public sealed record CredentialRecord
{
    public required string AccessKey { get; init; }

    public required ReadOnlyMemory<byte> WrappedSecret { get; init; }

    public required string AccountId { get; init; }

    /// <summary>Id of the principal within its account; the account id itself for its root.</summary>
    public required string PrincipalId { get; init; }

    public required string DisplayName { get; init; }

    /// <summary>True when the key acts with all rights of its account.</summary>
    public bool IsAccountRoot { get; init; }

    /// <summary>True for the one key that may use the admin API without a policy.</summary>
    public bool IsStoreRoot { get; init; }

    public bool Active { get; init; } = true;

    public CredentialOrigin Origin { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
