using System.Globalization;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Configurations;

/// <summary>Reads what lifecycle actions share, and checks transitions: they do not exist here, but a wrong one is wrong before it is missing.</summary>
internal static class LifecycleTransitions
{
    /// <summary>True when the rule has transitions, all of them well formed.</summary>
    public static bool Check(XmlNode rule)
    {
        foreach (var transition in rule.All("Transition"))
        {
            transition.Allow("Days", "Date", "StorageClass");
            CheckClass(transition);
            var days = transition.Number("Days");
            if (days is null == ReadDate(transition) is null)
            {
                throw XmlValues.Malformed();
            }

            if (days < 0)
            {
                throw new S3Exception(S3Errors.InvalidArgument.Because("'Days' in Transition action must be nonnegative"));
            }
        }

        foreach (var transition in rule.All("NoncurrentVersionTransition"))
        {
            transition.Allow("NoncurrentDays", "StorageClass", "NewerNoncurrentVersions");
            CheckClass(transition);
            if ((transition.Number("NoncurrentDays") ?? throw XmlValues.Malformed()) < 0)
            {
                throw new S3Exception(S3Errors.InvalidArgument.Because("'NoncurrentDays' in NoncurrentVersionTransition action must be nonnegative"));
            }
        }

        return rule.All("Transition").Concat(rule.All("NoncurrentVersionTransition")).Any();
    }

    /// <summary>The <c>Date</c> of an action; null when absent.</summary>
    /// <exception cref="S3Exception">MalformedXML for no date, InvalidArgument for another time than midnight.</exception>
    public static DateTimeOffset? ReadDate(XmlNode action)
    {
        if (action.Word("Date") is not { } text)
        {
            return null;
        }

        string[] formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-ddK", "yyyy-MM-dd"];
        return !DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date)
            ? throw XmlValues.Malformed()
            : date.TimeOfDay != TimeSpan.Zero
                ? throw new S3Exception(S3Errors.Argument("Date", text, "'Date' must be at midnight GMT"))
                : date;
    }

    private static void CheckClass(XmlNode transition)
    {
        if (transition.OneOf("StorageClass", "GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR") is null)
        {
            throw XmlValues.Malformed();
        }
    }
}
