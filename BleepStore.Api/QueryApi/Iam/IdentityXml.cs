using System.Collections.Immutable;
using BleepStore.Api.Identities;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>Users, groups, roles and managed policies as IAM writes them.</summary>
internal static class IdentityXml
{
    /// <summary>The elements of a user.</summary>
    public static void User(S3XmlWriter document, IdentityRecord user)
    {
        document.Element("Path", user.Path);
        document.Element("UserName", user.Name);
        document.Element("UserId", user.Id);
        document.Element("Arn", IdentityArn.Of(user));
        document.Time("CreateDate", user.CreatedAt);
    }

    /// <summary>The elements of a user with its tags.</summary>
    public static void UserWithTags(S3XmlWriter document, IdentityRecord user)
    {
        User(document, user);
        Tags(document, user);
    }

    /// <summary>The elements of a group.</summary>
    public static void Group(S3XmlWriter document, IdentityRecord group)
    {
        document.Element("Path", group.Path);
        document.Element("GroupName", group.Name);
        document.Element("GroupId", group.Id);
        document.Element("Arn", IdentityArn.Of(group));
        document.Time("CreateDate", group.CreatedAt);
    }

    /// <summary>The elements of a role that it has from the start.</summary>
    public static void RoleWithoutSettings(S3XmlWriter document, IdentityRecord role)
    {
        document.Element("Path", role.Path);
        document.Element("RoleName", role.Name);
        document.Element("RoleId", role.Id);
        document.Element("Arn", IdentityArn.Of(role));
        document.Time("CreateDate", role.CreatedAt);
        document.Element("AssumeRolePolicyDocument", IamWords.Escape(role.Document ?? ""));
    }

    /// <summary>The elements of a role.</summary>
    public static void Role(S3XmlWriter document, IdentityRecord role)
    {
        RoleWithoutSettings(document, role);
        document.Optional("Description", role.Description);
        document.Element("MaxSessionDuration", role.MaxSessionSeconds);
    }

    /// <summary>The elements of a role with its tags.</summary>
    public static void RoleWithTags(S3XmlWriter document, IdentityRecord role)
    {
        Role(document, role);
        Tags(document, role);
    }

    /// <summary>The elements of a managed policy.</summary>
    public static void Policy(S3XmlWriter document, ManagedPolicy policy)
    {
        document.Element("PolicyName", policy.Name);
        document.Element("PolicyId", policy.Id);
        document.Element("Arn", policy.Arn);
        document.Element("Path", policy.Path);
        document.Element("DefaultVersionId", ManagedPolicy.OnlyVersion);
        document.Element("AttachmentCount", policy.Attachments);
        document.Element("PermissionsBoundaryUsageCount", 0);
        document.Element("IsAttachable", true);
        document.Time("CreateDate", policy.CreatedAt);
        document.Time("UpdateDate", policy.CreatedAt);
    }

    /// <summary>A managed policy with what is told of one alone.</summary>
    public static void PolicyWithTags(S3XmlWriter document, ManagedPolicy policy)
    {
        Policy(document, policy);
        document.Optional("Description", policy.Description);
        Tags(document, policy.Tags);
    }

    /// <summary>The tags of an identity; nothing where it has none.</summary>
    public static void Tags(S3XmlWriter document, IdentityRecord identity)
    {
        if (!identity.Tags.IsEmpty)
        {
            Tags(document, identity.Tags);
        }
    }

    private static void Tags(S3XmlWriter document, ImmutableArray<KeyValuePair<string, string>> tags)
        => document.Members("Tags", tags, static (xml, tag) =>
        {
            xml.Element("Key", tag.Key);
            xml.Element("Value", tag.Value);
        });
}
