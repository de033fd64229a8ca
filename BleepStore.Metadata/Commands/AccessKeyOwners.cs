using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>Keeps the list of access keys in the record of whom they belong to, for every command that changes one.</summary>
internal static class AccessKeyOwners
{
    /// <summary>Whose a credential is: the root of its account, or a user.</summary>
    public static (IdentityKind Kind, string Name) OwnerOf(CredentialRecord credential)
        => credential.IsAccountRoot ? (IdentityKind.AccountRoot, "") : (IdentityKind.User, credential.PrincipalId);

    /// <summary>Adds the key to its owner's list; the owner is made where it is not there, with an id made of the key.</summary>
    public static void Add(IMetadataTransaction transaction, CredentialRecord credential, DateTimeOffset time)
    {
        var (kind, name) = OwnerOf(credential);
        var owner = transaction.FindIdentity(credential.AccountId, kind, name) ?? new IdentityRecord
        {
            AccountId = credential.AccountId,
            Kind = kind,
            Name = name,
            Id = IdentityIds.Derive(kind, credential.AccountId, name, time),
            CreatedAt = credential.CreatedAt,
            UpdatedAt = credential.CreatedAt,
            Origin = credential.Origin,
        };
        if (!owner.AccessKeys.Contains(credential.AccessKey))
        {
            transaction.PutIdentity(owner with { AccessKeys = owner.AccessKeys.Add(credential.AccessKey) });
        }
    }

    /// <summary>Takes the key from its owner's list.</summary>
    public static void Remove(IMetadataTransaction transaction, CredentialRecord credential)
    {
        var (kind, name) = OwnerOf(credential);
        if (transaction.FindIdentity(credential.AccountId, kind, name) is { } owner && owner.AccessKeys.Contains(credential.AccessKey))
        {
            transaction.PutIdentity(owner with { AccessKeys = owner.AccessKeys.Remove(credential.AccessKey) });
        }
    }
}
