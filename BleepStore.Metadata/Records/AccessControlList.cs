using System.Collections.Immutable;

namespace BleepStore.Metadata.Records;

/// <summary>What kind of grantee a grant names. The numbers reach disk.</summary>
public enum GranteeKind
{
    CanonicalUser = 1,
    Group = 2,
}

/// <summary>What a grant permits. The numbers reach disk.</summary>
public enum AclPermission
{
    Read = 1,
    Write = 2,
    ReadAcp = 3,
    WriteAcp = 4,
    FullControl = 5,
}

/// <summary>One grant of an access control list.</summary>
/// <param name="Kind">User or group.</param>
/// <param name="Grantee">Canonical id of an account, or the URI of a predefined group.</param>
/// <param name="Permission">What is granted.</param>
public sealed record AclGrant(GranteeKind Kind, string Grantee, AclPermission Permission);

/// <summary>Who owns a bucket or object and who else may touch it.</summary>
/// <param name="OwnerId">Canonical id of the owning account.</param>
/// <param name="Grants">Grants in the order given.</param>
public sealed record AccessControlList(string OwnerId, ImmutableArray<AclGrant> Grants);
