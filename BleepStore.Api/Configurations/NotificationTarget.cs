using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Configurations;

/// <summary>What can be told of events.</summary>
/// <param name="Element">Name of its element in the document.</param>
/// <param name="ArnElement">Name of the element that holds its ARN.</param>
/// <param name="Service">Service that its ARN names.</param>
internal sealed record NotificationKind(string Element, string ArnElement, string Service)
{
    public static readonly ImmutableArray<NotificationKind> All =
    [
        new("TopicConfiguration", "Topic", "sns"), new("QueueConfiguration", "Queue", "sqs"), new("CloudFunctionConfiguration", "CloudFunction", "lambda"),
    ];

    /// <summary>True for <c>arn:partition:service:region:account:resource</c> of this service.</summary>
    public bool IsArn(string text)
    {
        var parts = text.Split(':', 6);
        return parts is ["arn", { Length: > 0 }, var service, _, _, { Length: > 0 }] && service == Service && text.All(c => c is > ' ' and <= '~');
    }
}

/// <summary>One target of a bucket's events and what it wants to be told.</summary>
internal sealed record NotificationTarget
{
    private const int MaxFilterBytes = 1024;
    private const int GeneratedIdBytes = 24;

    public required NotificationKind Kind { get; init; }

    public required string Id { get; init; }

    public required string Arn { get; init; }

    /// <summary>Event types, <c>s3:ObjectCreated:*</c> and the like, in the order sent.</summary>
    public required ImmutableArray<string> Events { get; init; }

    /// <summary>Only keys that start so; null for all.</summary>
    public string? Prefix { get; init; }

    /// <summary>Only keys that end so; null for all.</summary>
    public string? Suffix { get; init; }

    public static NotificationTarget Parse(XmlNode node, NotificationKind kind)
    {
        node.Allow("Id", kind.ArnElement, "Event", "Filter");
        var arn = node.Word(kind.ArnElement) ?? throw XmlValues.Malformed();
        if (!kind.IsArn(arn))
        {
            throw new S3Exception(S3Errors.Argument(kind.ArnElement, arn, "The ARN could not be parsed"));
        }

        var events = node.Texts("Event");
        if (events.IsEmpty)
        {
            throw XmlValues.Malformed();
        }

        if (events.FirstOrDefault(name => !NotificationEvents.IsSupported(name)) is { } unknown)
        {
            throw new S3Exception(S3Errors.Argument("Event", unknown, "A specified event is not supported for notifications."));
        }

        var id = node.ChildText("Id");
        var rules = ParseFilter(node.Child("Filter"));
        return new NotificationTarget
        {
            Kind = kind,
            Id = string.IsNullOrEmpty(id) ? Convert.ToBase64String(RandomNumberGenerator.GetBytes(GeneratedIdBytes)) : id,
            Arn = arn,
            Events = [.. events.Distinct(StringComparer.Ordinal)],
            Prefix = Only(rules, "prefix"),
            Suffix = Only(rules, "suffix"),
        };
    }

    public void Write(S3XmlWriter writer)
    {
        writer.Start(Kind.Element);
        writer.Element("Id", Id);
        writer.Element(Kind.ArnElement, Arn);
        foreach (var name in Events)
        {
            writer.Element("Event", name);
        }

        if (Prefix is not null || Suffix is not null)
        {
            writer.Start("Filter");
            writer.Start("S3Key");
            WriteRule(writer, "Prefix", Prefix);
            WriteRule(writer, "Suffix", Suffix);
            writer.End();
            writer.End();
        }

        writer.End();
    }

    /// <summary>True when some key and event would be told to both.</summary>
    public bool Overlaps(NotificationTarget other)
        => Events.Any(mine => other.Events.Any(theirs => NotificationEvents.Covers(mine, theirs) || NotificationEvents.Covers(theirs, mine)))
            && HaveCommon(Prefix, other.Prefix, (text, start) => text.StartsWith(start, StringComparison.Ordinal))
            && HaveCommon(Suffix, other.Suffix, (text, end) => text.EndsWith(end, StringComparison.Ordinal));

    private static bool HaveCommon(string? one, string? other, Func<string, string, bool> covers)
        => one is null || other is null || covers(one, other) || covers(other, one);

    private static ImmutableArray<(string Name, string Value)> ParseFilter(XmlNode? filter)
    {
        if (filter?.Allow("S3Key").Child("S3Key") is not { } key)
        {
            return [];
        }

        return [.. key.Allow("FilterRule").Children.Select(rule =>
        {
            var (name, value) = (rule.Allow("Name", "Value").RequiredText("Name").Trim().ToLowerInvariant(), rule.RequiredText("Value"));
            return name is not ("prefix" or "suffix")
                ? throw new S3Exception(S3Errors.Argument("FilterRule.Name", name, "filter rule name must be either prefix or suffix"))
                : Encoding.UTF8.GetByteCount(value) > MaxFilterBytes
                    ? throw new S3Exception(S3Errors.Argument("FilterRule.Value", value, "Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation"))
                    : (name, value);
        })];
    }

    private static string? Only(ImmutableArray<(string Name, string Value)> rules, string name)
    {
        var found = rules.Where(rule => rule.Name == name).Select(rule => rule.Value).ToList();
        return found.Count <= 1
            ? found.FirstOrDefault()
            : throw new S3Exception(S3Errors.Argument("FilterRule.Name", name, $"Cannot specify more than one {name} rule in a filter."));
    }

    private static void WriteRule(S3XmlWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.Start("FilterRule");
            writer.Element("Name", name);
            writer.Element("Value", value);
            writer.End();
        }
    }
}
