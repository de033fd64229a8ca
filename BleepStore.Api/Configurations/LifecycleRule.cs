using System.Globalization;
using System.Security.Cryptography;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Configurations;

/// <summary>One rule of a lifecycle configuration.</summary>
internal sealed record LifecycleRule
{
    private const int MaxIdLength = 255;
    private const int MaxNewerVersions = 100;
    private const int GeneratedIdBytes = 36;

    public required string Id { get; init; }

    public required bool IsEnabled { get; init; }

    public required LifecycleFilter Filter { get; init; }

    /// <summary>False for rules of the older form, whose prefix stands in the rule itself.</summary>
    public required bool HasFilter { get; init; }

    /// <summary>Days after which the current version expires.</summary>
    public int? ExpirationDays { get; init; }

    /// <summary>Midnight from which on the current version expires.</summary>
    public DateTimeOffset? ExpirationDate { get; init; }

    /// <summary>True when a delete marker goes that no version stands behind; null where nothing was said.</summary>
    public bool? ExpiredObjectDeleteMarker { get; init; }

    /// <summary>Days after which a version goes that is not the current one.</summary>
    public int? NoncurrentDays { get; init; }

    /// <summary>Noncurrent versions that are kept all the same.</summary>
    public int? NewerNoncurrentVersions { get; init; }

    /// <summary>Days after which an open upload is aborted.</summary>
    public int? AbortUploadDays { get; init; }

    public static LifecycleRule Parse(XmlNode node)
    {
        node.Allow(
            "ID", "Prefix", "Filter", "Status", "Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload", "Transition",
            "NoncurrentVersionTransition");
        var id = node.ChildText("ID");
        if (id?.Length > MaxIdLength)
        {
            throw new S3Exception(S3Errors.InvalidArgument.Because("ID length should not exceed allowed limit of 255"));
        }

        var rule = new LifecycleRule
        {
            Id = string.IsNullOrEmpty(id) ? Convert.ToBase64String(RandomNumberGenerator.GetBytes(GeneratedIdBytes)) : id,
            IsEnabled = (node.OneOf("Status", "Enabled", "Disabled") ?? throw XmlValues.Malformed()) == "Enabled",
            Filter = LifecycleFilter.Parse(node),
            HasFilter = node.Child("Filter") is not null,
        };
        rule = rule.WithExpiration(node.Child("Expiration")).WithNoncurrent(node.Child("NoncurrentVersionExpiration"));
        if (node.Child("AbortIncompleteMultipartUpload") is { } abort)
        {
            rule = rule with
            {
                AbortUploadDays = abort.Allow("DaysAfterInitiation").Positive("DaysAfterInitiation", "AbortIncompleteMultipartUpload") ?? throw XmlValues.Malformed(),
            };
        }

        var transitions = LifecycleTransitions.Check(node);
        rule.CheckActions(transitions);
        return rule;
    }

    public void Write(S3XmlWriter writer)
    {
        writer.Start("Rule");
        writer.Element("ID", Id);
        Filter.Write(writer, HasFilter);
        writer.Element("Status", IsEnabled ? "Enabled" : "Disabled");
        if (ExpirationDays is not null || ExpirationDate is not null || ExpiredObjectDeleteMarker is not null)
        {
            writer.Start("Expiration");
            WriteNumber(writer, "Days", ExpirationDays);
            writer.Optional("Date", ExpirationDate?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            if (ExpiredObjectDeleteMarker is { } marker)
            {
                writer.Element("ExpiredObjectDeleteMarker", marker);
            }

            writer.End();
        }

        if (NoncurrentDays is not null)
        {
            writer.Start("NoncurrentVersionExpiration");
            WriteNumber(writer, "NoncurrentDays", NoncurrentDays);
            WriteNumber(writer, "NewerNoncurrentVersions", NewerNoncurrentVersions);
            writer.End();
        }

        if (AbortUploadDays is not null)
        {
            writer.Start("AbortIncompleteMultipartUpload");
            WriteNumber(writer, "DaysAfterInitiation", AbortUploadDays);
            writer.End();
        }

        writer.End();
    }

    private LifecycleRule WithExpiration(XmlNode? node)
    {
        if (node is null)
        {
            return this;
        }

        // Exactly one of the three says when.
        return node.Allow("Days", "Date", "ExpiredObjectDeleteMarker").Children.Length == 1
            ? this with
            {
                ExpirationDays = node.Positive("Days", "Expiration"),
                ExpirationDate = LifecycleTransitions.ReadDate(node),
                ExpiredObjectDeleteMarker = node.Flag("ExpiredObjectDeleteMarker"),
            }
            : throw XmlValues.Malformed();
    }

    private LifecycleRule WithNoncurrent(XmlNode? node)
    {
        if (node is null)
        {
            return this;
        }

        node.Allow("NoncurrentDays", "NewerNoncurrentVersions");
        var newer = node.Number("NewerNoncurrentVersions");
        return newer is null or (>= 1 and <= MaxNewerVersions)
            ? this with
            {
                NoncurrentDays = node.Positive("NoncurrentDays", "NoncurrentVersionExpiration") ?? throw XmlValues.Malformed(),
                NewerNoncurrentVersions = (int?)newer,
            }
            : throw new S3Exception(S3Errors.InvalidArgument.Because(
                "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be a positive integer of at most 100"));
    }

    private void CheckActions(bool hasTransitions)
    {
        var hasExpiration = ExpirationDays is not null || ExpirationDate is not null || ExpiredObjectDeleteMarker is not null;
        if (!hasExpiration && NoncurrentDays is null && AbortUploadDays is null && !hasTransitions)
        {
            throw XmlValues.Invalid("At least one action needs to be specified in a rule.");
        }

        if (AbortUploadDays is not null && (!Filter.Tags.IsEmpty || Filter.HasSize))
        {
            throw XmlValues.Invalid($"AbortIncompleteMultipartUpload cannot be specified with {(Filter.Tags.IsEmpty ? "object size" : "Tags")}.");
        }

        if (ExpiredObjectDeleteMarker is not null && (!Filter.Tags.IsEmpty || Filter.HasSize))
        {
            throw XmlValues.Invalid($"ExpiredObjectDeleteMarker cannot be specified with {(Filter.Tags.IsEmpty ? "object size" : "Tags")}.");
        }
    }

    private static void WriteNumber(S3XmlWriter writer, string name, int? value)
    {
        if (value is { } number)
        {
            writer.Element(name, number);
        }
    }
}
