using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>Makes a user, group, role or managed policy, unless its name is taken.</summary>
public sealed record CreateIdentity : MetadataCommand<IdentityStatus>
{
    public required IdentityRecord Identity { get; init; }

    /// <summary>How many of its kind the account may have with this one.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <inheritdoc/>
    public override int SizeBytes => 512 + (2 * (Identity.Document?.Length ?? 0));

    /// <inheritdoc/>
    public override IdentityStatus Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindIdentity(Identity.AccountId, Identity.Kind, Identity.Name) is not null)
        {
            return IdentityStatus.Exists;
        }

        if (Limit < int.MaxValue && transaction.CountIdentities(Identity.AccountId, Identity.Kind) >= Limit)
        {
            return IdentityStatus.LimitExceeded;
        }

        transaction.PutIdentity(Identity with { CreatedAt = Time, UpdatedAt = Time });
        return IdentityStatus.Done;
    }
}

/// <summary>Changes one thing about a user, group, role or managed policy.</summary>
public sealed record ChangeIdentity : MetadataCommand<IdentityStatus>
{
    public required string AccountId { get; init; }

    public required IdentityKind Kind { get; init; }

    public required string Name { get; init; }

    public required IdentityChange Change { get; init; }

    /// <inheritdoc/>
    public override int SizeBytes => 16 * 1024;

    /// <inheritdoc/>
    public override IdentityStatus Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindIdentity(AccountId, Kind, Name) is not { } identity)
        {
            return IdentityStatus.Missing;
        }

        var (status, changed) = Change.Apply(transaction, identity);
        if (status == IdentityStatus.Done && changed != identity)
        {
            transaction.PutIdentity(changed with { UpdatedAt = Time });
        }

        return status;
    }
}

/// <summary>Gives a user or group another name or path; what belongs to it and what refers to it goes along.</summary>
public sealed record RenameIdentity : MetadataCommand<IdentityStatus>
{
    public required string AccountId { get; init; }

    public required IdentityKind Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>The name from now on; may be the same.</summary>
    public required string NewName { get; init; }

    /// <summary>The path from now on; null to leave it.</summary>
    public string? NewPath { get; init; }

    /// <inheritdoc/>
    public override bool IsLarge => Kind == IdentityKind.Group;

    /// <inheritdoc/>
    public override IdentityStatus Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindIdentity(AccountId, Kind, Name) is not { } identity)
        {
            return IdentityStatus.Missing;
        }

        var isOther = IdentityRecord.KeyOf(NewName) != IdentityRecord.KeyOf(Name);
        if (isOther && transaction.FindIdentity(AccountId, Kind, NewName) is not null)
        {
            return IdentityStatus.Exists;
        }

        transaction.DeleteIdentity(AccountId, Kind, Name);
        transaction.PutIdentity(identity with { Name = NewName, Path = NewPath ?? identity.Path, UpdatedAt = Time });
        foreach (var accessKey in identity.AccessKeys)
        {
            if (transaction.FindCredential(accessKey) is { } credential)
            {
                transaction.PutCredential(credential with { PrincipalId = NewName });
            }
        }

        if (Kind == IdentityKind.Group && identity.References > 0)
        {
            foreach (var member in transaction.ListIdentities(AccountId, IdentityKind.User).Where(user => user.Groups.Contains(identity.Name)))
            {
                transaction.PutIdentity(member with { Groups = member.Groups.Replace(identity.Name, NewName) });
            }
        }

        return IdentityStatus.Done;
    }
}

/// <summary>Removes a user, group, role or managed policy to which nothing belongs any more and nothing refers.</summary>
public sealed record DeleteIdentity : MetadataCommand<IdentityStatus>
{
    public required string AccountId { get; init; }

    public required IdentityKind Kind { get; init; }

    public required string Name { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override IdentityStatus Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindIdentity(AccountId, Kind, Name) is not { } identity)
        {
            return IdentityStatus.Missing;
        }

        if (identity.References > 0 || !identity.InlinePolicies.IsEmpty || !identity.AttachedPolicies.IsEmpty || !identity.Groups.IsEmpty
            || !identity.AccessKeys.IsEmpty)
        {
            return IdentityStatus.InUse;
        }

        transaction.DeleteIdentity(AccountId, Kind, Name);
        return IdentityStatus.Done;
    }
}

/// <summary>Makes an access key for a user or account root that is there, as long as it has fewer than <see cref="Limit"/>.</summary>
public sealed record CreateAccessKey : MetadataCommand<IdentityStatus>
{
    public required CredentialRecord Credential { get; init; }

    /// <summary>How many the user may have with this one.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <inheritdoc/>
    public override IdentityStatus Apply(IMetadataTransaction transaction)
    {
        var (kind, name) = AccessKeyOwners.OwnerOf(Credential);
        if (transaction.FindIdentity(Credential.AccountId, kind, name) is not { } owner)
        {
            return IdentityStatus.Missing;
        }

        if (transaction.FindCredential(Credential.AccessKey) is not null)
        {
            return IdentityStatus.Exists;
        }

        if (owner.AccessKeys.Length >= Limit)
        {
            return IdentityStatus.LimitExceeded;
        }

        transaction.PutCredential(Credential);
        transaction.PutIdentity(owner with { AccessKeys = owner.AccessKeys.Add(Credential.AccessKey) });
        return IdentityStatus.Done;
    }
}

/// <summary>Replaces how the secret of an access key is wrapped, as long as it is still wrapped as it was when it was read.</summary>
public sealed record RewrapCredential : MetadataCommand<IdentityStatus>
{
    public required string AccessKey { get; init; }

    public required ReadOnlyMemory<byte> Before { get; init; }

    public required ReadOnlyMemory<byte> After { get; init; }

    /// <inheritdoc/>
    public override bool FreesSpace => true;

    /// <inheritdoc/>
    public override IdentityStatus Apply(IMetadataTransaction transaction)
    {
        if (transaction.FindCredential(AccessKey) is not { } credential)
        {
            return IdentityStatus.Missing;
        }

        if (!credential.WrappedSecret.Span.SequenceEqual(Before.Span))
        {
            return IdentityStatus.PartMissing;
        }

        transaction.PutCredential(credential with { WrappedSecret = After });
        return IdentityStatus.Done;
    }
}
