using BleepStore.Api.Xml;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Acl;

/// <summary>Writes an access control list as S3 shows it.</summary>
internal static class AclXml
{
    /// <summary>Display names of the accounts that a list names; ids that no account has any more stand for themselves.</summary>
    public static async ValueTask<Dictionary<string, string>> FindNamesAsync(
        IMetadataStore metadata, AccessControlList acl, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in acl.Grants.Where(grant => grant.Kind == GranteeKind.CanonicalUser).Select(grant => grant.Grantee).Append(acl.OwnerId))
        {
            names[id] = (await metadata.FindAccountAsync(id, cancellationToken))?.DisplayName ?? id;
        }

        return names;
    }

    public static void Write(S3XmlWriter writer, AccessControlList acl, Dictionary<string, string> names)
    {
        writer.StartS3("AccessControlPolicy");
        writer.Principal("Owner", acl.OwnerId, names[acl.OwnerId]);
        writer.Start("AccessControlList");
        foreach (var grant in acl.Grants)
        {
            writer.Start("Grant");
            writer.Start("Grantee", type: grant.Kind == GranteeKind.Group ? "Group" : "CanonicalUser");
            if (grant.Kind == GranteeKind.Group)
            {
                writer.Element("URI", grant.Grantee);
            }
            else
            {
                writer.Element("ID", grant.Grantee);
                writer.Element("DisplayName", names[grant.Grantee]);
            }

            writer.End();
            writer.Element("Permission", Name(grant.Permission));
            writer.End();
        }

        writer.End();
        writer.End();
    }

    private static string Name(AclPermission permission) => permission switch
    {
        AclPermission.Read => "READ",
        AclPermission.Write => "WRITE",
        AclPermission.ReadAcp => "READ_ACP",
        AclPermission.WriteAcp => "WRITE_ACP",
        _ => "FULL_CONTROL",
    };
}
