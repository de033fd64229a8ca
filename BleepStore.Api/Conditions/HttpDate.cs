using System.Globalization;

namespace BleepStore.Api.Conditions;

/// <summary>Reads and writes the dates of HTTP headers; sub-second parts do not exist there.</summary>
internal static class HttpDate
{
    private static readonly string[] Formats = ["dd MMM yyyy HH:mm:ss 'GMT'", "dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy", "ddd MMM  d HH:mm:ss yyyy"];

    /// <summary>The three forms of RFC 9110, section 5.6.7; null for anything else.</summary>
    public static DateTimeOffset? Parse(string? text)
        => text is not null
            && DateTimeOffset.TryParseExact(
                WithoutWeekday(text.AsSpan().Trim()), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? time
                : null;

    /// <summary>
    /// What follows the name of the weekday, which says nothing that the date does not say: clients that write it by hand get it wrong. Empty where
    /// there is another word in its place.
    /// </summary>
    public static ReadOnlySpan<char> WithoutWeekday(ReadOnlySpan<char> text)
    {
        var comma = text.IndexOf(',');
        if (comma < 0)
        {
            return text;
        }

        var format = DateTimeFormatInfo.InvariantInfo;
        for (var day = DayOfWeek.Sunday; day <= DayOfWeek.Saturday; day++)
        {
            if (text[..comma].SequenceEqual(format.GetAbbreviatedDayName(day)) || text[..comma].SequenceEqual(format.GetDayName(day)))
            {
                return text[(comma + 1)..].TrimStart();
            }
        }

        return [];
    }

    public static string Format(DateTimeOffset time) => time.ToUniversalTime().ToString("r", CultureInfo.InvariantCulture);

    /// <summary>Cuts off what a header cannot carry, so that a time compares equal to what a client was told.</summary>
    public static DateTimeOffset TruncateToSecond(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
