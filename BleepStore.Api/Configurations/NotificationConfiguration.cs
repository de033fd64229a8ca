using System.Collections.Immutable;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Configurations;

/// <summary>Which events of a bucket are told to whom: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html</summary>
/// <param name="Targets">Topics, queues and functions, in the order of AWS's answers.</param>
/// <param name="EventBridge">True when all events go to the event bus.</param>
internal sealed record NotificationConfiguration(ImmutableArray<NotificationTarget> Targets, bool EventBridge)
{
    private const int MaxTargets = 100;

    /// <summary>What a bucket has that tells nobody: an empty document.</summary>
    public static readonly NotificationConfiguration Default = new([], EventBridge: false);

    public static readonly ConfigurationDocument<NotificationConfiguration> Document = new("notification", "NotificationConfiguration", Parse, Write);

    /// <summary>True when there is nothing to keep.</summary>
    public bool IsEmpty => Targets.IsEmpty && !EventBridge;

    private static NotificationConfiguration Parse(XmlNode node)
    {
        node.Allow("TopicConfiguration", "QueueConfiguration", "CloudFunctionConfiguration", "EventBridgeConfiguration");
        var targets = NotificationKind.All
            .SelectMany(kind => node.All(kind.Element).Select(child => NotificationTarget.Parse(child, kind)))
            .ToImmutableArray();
        if (targets.Length > MaxTargets)
        {
            throw XmlValues.Invalid("The number of notification configurations should not exceed allowed limit of 100.");
        }

        if (targets.DistinctBy(target => target.Id, StringComparer.Ordinal).Count() < targets.Length)
        {
            throw new S3Exception(S3Errors.InvalidArgument.Because("Same ID used for multiple configurations. IDs must be unique"));
        }

        RefuseOverlaps(targets);
        return new NotificationConfiguration(targets, node.Child("EventBridgeConfiguration") is not null);
    }

    private static void Write(S3XmlWriter writer, NotificationConfiguration configuration)
    {
        foreach (var target in configuration.Targets)
        {
            target.Write(writer);
        }

        if (configuration.EventBridge)
        {
            writer.Start("EventBridgeConfiguration");
            writer.End();
        }
    }

    // One event of one key must not have two targets: nobody could say which of them is told.
    private static void RefuseOverlaps(ImmutableArray<NotificationTarget> targets)
    {
        for (var i = 0; i < targets.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (targets[i].Overlaps(targets[j]))
                {
                    throw new S3Exception(S3Errors.InvalidArgument.Because(
                        "Configurations overlap. Configurations on the same bucket cannot share a common event type."));
                }
            }
        }
    }
}
