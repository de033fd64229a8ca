using System.Globalization;
using BleepStore.Api.Configurations;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Locks;

/// <summary>The documents of object lock: a bucket's configuration, a version's retention, a version's legal hold.</summary>
internal static class LockXml
{
    private const int MaxDays = 36_500;
    private const int MaxYears = 100;

    /// <summary>Reads an <c>ObjectLockConfiguration</c>: the default retention; null for none.</summary>
    /// <exception cref="S3Exception">MalformedXML or InvalidArgument.</exception>
    public static DefaultRetention? ReadConfiguration(ReadOnlyMemory<byte> document)
    {
        var root = XmlNode.Parse(document, "ObjectLockConfiguration").Allow("ObjectLockEnabled", "Rule");
        if (root.Word("ObjectLockEnabled") != "Enabled")
        {
            throw XmlValues.Malformed();
        }

        if (root.Child("Rule") is not { } rule)
        {
            return null;
        }

        var retention = rule.Allow("DefaultRetention").Child("DefaultRetention")?.Allow("Mode", "Days", "Years") ?? throw XmlValues.Malformed();
        var mode = ReadMode(retention);
        var (days, years) = (retention.Number("Days"), retention.Number("Years"));
        return (days, years) switch
        {
            ({ } count, null) => new DefaultRetention(mode, Check("Days", count, MaxDays), Years: 0),
            (null, { } count) => new DefaultRetention(mode, Days: 0, Check("Years", count, MaxYears)),
            _ => throw XmlValues.Malformed(),
        };
    }

    public static void WriteConfiguration(S3XmlWriter writer, DefaultRetention? retention)
    {
        writer.StartS3("ObjectLockConfiguration");
        writer.Element("ObjectLockEnabled", "Enabled");
        if (retention is not null)
        {
            writer.Start("Rule");
            writer.Start("DefaultRetention");
            writer.Element("Mode", Name(retention.Mode));
            writer.Element(retention.Days > 0 ? "Days" : "Years", retention.Days > 0 ? retention.Days : retention.Years);
            writer.End();
            writer.End();
        }

        writer.End();
    }

    /// <summary>Reads a <c>Retention</c>; an empty one ends the retention that there is.</summary>
    /// <exception cref="S3Exception">MalformedXML, or InvalidArgument for a date that is past.</exception>
    public static (RetentionMode Mode, DateTimeOffset RetainUntil) ReadRetention(ReadOnlyMemory<byte> document, DateTimeOffset now)
    {
        var root = XmlNode.Parse(document, "Retention").Allow("Mode", "RetainUntilDate");
        if (root.Children.IsEmpty)
        {
            return (RetentionMode.None, default);
        }

        var mode = ReadMode(root);
        var until = LockTime.Parse(root.RequiredText("RetainUntilDate")) ?? throw XmlValues.Malformed();
        return (mode, LockHeaders.CheckFuture(until, "RetainUntilDate", now));
    }

    public static void WriteRetention(S3XmlWriter writer, ObjectLock locked)
    {
        writer.StartS3("Retention");
        writer.Element("Mode", Name(locked.Mode));
        writer.Element("RetainUntilDate", LockTime.Format(locked.RetainUntil));
        writer.End();
    }

    /// <summary>Reads a <c>LegalHold</c>: true for ON.</summary>
    /// <exception cref="S3Exception">MalformedXML.</exception>
    public static bool ReadLegalHold(ReadOnlyMemory<byte> document)
        => (XmlNode.Parse(document, "LegalHold").Allow("Status").OneOf("Status", "ON", "OFF") ?? throw XmlValues.Malformed()) == "ON";

    public static void WriteLegalHold(S3XmlWriter writer, ObjectLock locked)
    {
        writer.StartS3("LegalHold");
        writer.Element("Status", Name(locked.LegalHold));
        writer.End();
    }

    // A mode of a later release is one that nobody gets around.
    public static string Name(RetentionMode mode) => mode == RetentionMode.Governance ? "GOVERNANCE" : "COMPLIANCE";

    public static string Name(LegalHold hold) => hold == LegalHold.On ? "ON" : "OFF";

    private static RetentionMode ReadMode(XmlNode node) => node.OneOf("Mode", "GOVERNANCE", "COMPLIANCE") switch
    {
        "GOVERNANCE" => RetentionMode.Governance,
        "COMPLIANCE" => RetentionMode.Compliance,
        _ => throw XmlValues.Malformed(),
    };

    private static int Check(string name, long count, int max)
        => count < 1 ? throw Refuse(name, count, "Default retention period must be a positive integer value.")
            : count > max ? throw Refuse(name, count, "Default retention period too large.")
            : (int)count;

    private static S3Exception Refuse(string name, long count, string message)
        => new(S3Errors.Argument(name, count.ToString(CultureInfo.InvariantCulture), message));
}
