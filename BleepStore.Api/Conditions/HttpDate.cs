using System.Globalization;

namespace BleepStore.Api.Conditions;

/// <summary>Reads and writes the dates of HTTP headers; sub-second parts do not exist there.</summary>
internal static class HttpDate
{
    private static readonly string[] Formats = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy", "ddd MMM  d HH:mm:ss yyyy"];

    /// <summary>The three forms of RFC 9110, section 5.6.7; null for anything else.</summary>
    public static DateTimeOffset? Parse(string? text)
        => text is not null
            && DateTimeOffset.TryParseExact(text.Trim(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? time
                : null;

    public static string Format(DateTimeOffset time) => time.ToUniversalTime().ToString("r", CultureInfo.InvariantCulture);

    /// <summary>Cuts off what a header cannot carry, so that a time compares equal to what a client was told.</summary>
    public static DateTimeOffset TruncateToSecond(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
