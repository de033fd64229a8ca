using System.Collections.Immutable;
using BleepStore.Api.Acl;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Configurations;

/// <summary>Where the access log of a bucket goes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html</summary>
internal sealed record LoggingConfiguration
{
    /// <summary>What a bucket has that is not logged: an empty document.</summary>
    public static readonly LoggingConfiguration Default = new() { TargetBucket = null };

    public static readonly ConfigurationDocument<LoggingConfiguration> Document = new("logging", "BucketLoggingStatus", Parse, Write);

    /// <summary>Bucket that gets the log objects; null when nothing is logged.</summary>
    public required string? TargetBucket { get; init; }

    /// <summary>What their keys start with.</summary>
    public string TargetPrefix { get; init; } = "";

    /// <summary>Who else may read the log objects.</summary>
    public ImmutableArray<LogGrant> TargetGrants { get; init; } = [];

    /// <summary>How their keys are made; null where nothing was said, which is the simple form.</summary>
    public LogKeyFormat? KeyFormat { get; init; }

    private static LoggingConfiguration Parse(XmlNode node)
    {
        if (node.Allow("LoggingEnabled").Child("LoggingEnabled") is not { } enabled)
        {
            return Default;
        }

        enabled.Allow("TargetBucket", "TargetPrefix", "TargetGrants", "TargetObjectKeyFormat");
        return new LoggingConfiguration
        {
            TargetBucket = enabled.Word("TargetBucket") is { Length: > 0 } bucket ? bucket : throw XmlValues.Malformed(),
            TargetPrefix = enabled.RequiredText("TargetPrefix"),
            TargetGrants = enabled.Child("TargetGrants") is { } grants ? [.. grants.Allow("Grant").Children.Select(LogGrant.Parse)] : [],
            KeyFormat = enabled.Child("TargetObjectKeyFormat") is { } format ? ParseFormat(format) : null,
        };
    }

    private static void Write(S3XmlWriter writer, LoggingConfiguration configuration)
    {
        if (configuration.TargetBucket is null)
        {
            return;
        }

        writer.Start("LoggingEnabled");
        writer.Element("TargetBucket", configuration.TargetBucket);
        if (!configuration.TargetGrants.IsEmpty)
        {
            writer.Start("TargetGrants");
            foreach (var grant in configuration.TargetGrants)
            {
                grant.Write(writer);
            }

            writer.End();
        }

        writer.Element("TargetPrefix", configuration.TargetPrefix);
        WriteFormat(writer, configuration.KeyFormat);
        writer.End();
    }

    private static LogKeyFormat ParseFormat(XmlNode node)
    {
        node.Allow("SimplePrefix", "PartitionedPrefix");
        return (node.Child("SimplePrefix"), node.Child("PartitionedPrefix")) switch
        {
            ({ Children.IsEmpty: true }, null) => LogKeyFormat.Simple,
            (null, { } partitioned) => partitioned.Allow("PartitionDateSource").OneOf("PartitionDateSource", "EventTime", "DeliveryTime") == "EventTime"
                ? LogKeyFormat.PartitionedByEventTime
                : LogKeyFormat.PartitionedByDeliveryTime,
            _ => throw XmlValues.Malformed(),
        };
    }

    private static void WriteFormat(S3XmlWriter writer, LogKeyFormat? format)
    {
        if (format is null)
        {
            return;
        }

        writer.Start("TargetObjectKeyFormat");
        writer.Start(format == LogKeyFormat.Simple ? "SimplePrefix" : "PartitionedPrefix");
        writer.Optional("PartitionDateSource", format switch
        {
            LogKeyFormat.PartitionedByEventTime => "EventTime",
            LogKeyFormat.PartitionedByDeliveryTime => "DeliveryTime",
            _ => null,
        });
        writer.End();
        writer.End();
    }
}

/// <summary>How the keys of log objects are made.</summary>
internal enum LogKeyFormat
{
    Simple,
    PartitionedByEventTime,
    PartitionedByDeliveryTime,
}

/// <summary>One grant on the log objects.</summary>
/// <param name="GranteeType"><c>CanonicalUser</c>, <c>Group</c> or <c>AmazonCustomerByEmail</c>.</param>
/// <param name="Grantee">Canonical id, URI or address.</param>
/// <param name="Permission"><c>FULL_CONTROL</c>, <c>READ</c> or <c>WRITE</c>.</param>
internal sealed record LogGrant(string GranteeType, string Grantee, string Permission)
{
    public const string ByEmail = "AmazonCustomerByEmail";
    public const string CanonicalUser = "CanonicalUser";

    public static LogGrant Parse(XmlNode node)
    {
        var grantee = node.Allow("Grantee", "Permission").Child("Grantee")?.Allow("ID", "DisplayName", "URI", "EmailAddress") ?? throw XmlValues.Malformed();
        var (type, name) = (grantee.ChildText("ID"), grantee.ChildText("URI"), grantee.ChildText("EmailAddress")) switch
        {
            ({ } id, null, null) => (CanonicalUser, id),
            (null, AclRules.AllUsers or AclRules.AuthenticatedUsers or AclRules.LogDelivery, null) => ("Group", grantee.RequiredText("URI")),
            (null, null, { } address) => (ByEmail, address),
            (null, { } uri, null) => throw new S3Exception(S3Errors.Argument("uri", uri, "Invalid group uri")),
            _ => throw XmlValues.Malformed(),
        };
        return grantee.Type is null || grantee.Type == type
            ? new LogGrant(type, name, node.OneOf("Permission", "FULL_CONTROL", "READ", "WRITE") ?? throw XmlValues.Malformed())
            : throw XmlValues.Malformed();
    }

    /// <summary>The same as a grant of an object's access control list.</summary>
    public AclGrant ToAclGrant() => new(
        GranteeType == "Group" ? GranteeKind.Group : GranteeKind.CanonicalUser,
        Grantee,
        Permission switch
        {
            "READ" => AclPermission.Read,
            "WRITE" => AclPermission.Write,
            _ => AclPermission.FullControl,
        });

    public void Write(S3XmlWriter writer)
    {
        writer.Start("Grant");
        writer.Start("Grantee", GranteeType);
        writer.Element(GranteeType switch { "Group" => "URI", ByEmail => "EmailAddress", _ => "ID" }, Grantee);
        writer.End();
        writer.Element("Permission", Permission);
        writer.End();
    }
}
