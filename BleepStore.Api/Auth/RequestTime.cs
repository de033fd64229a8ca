using System.Globalization;
using BleepStore.Api.Conditions;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>The moment a request says it was signed at, in the forms that S3 accepts, and how far it may be from the server's.</summary>
internal static class RequestTime
{
    /// <summary>How far the two clocks may differ, either way.</summary>
    public static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(15);

    private const string Basic = "yyyyMMdd'T'HHmmss'Z'";

    private static readonly string[] HttpDates =
    [
        "dd MMM yyyy HH:mm:ss 'GMT'", "dd MMM yyyy HH:mm:ss 'UTC'", "dd MMM yyyy HH:mm:ss zzz",
        "dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy", Basic,
    ];

    /// <summary>Reads ISO 8601 basic format, <c>20130524T000000Z</c>, and nothing else.</summary>
    public static bool TryParseBasic(ReadOnlySpan<char> text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, Basic, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    /// <summary>Reads the date forms of HTTP, RFC 822 offsets, and ISO 8601 basic format; a time before 1970 is none.</summary>
    public static bool TryParseHttp(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        const DateTimeStyles styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowInnerWhite;
        return DateTimeOffset.TryParseExact(HttpDate.WithoutWeekday(text.Trim()), HttpDates, CultureInfo.InvariantCulture, styles, out time)
            && time >= DateTimeOffset.UnixEpoch;
    }

    public static string ToBasic(DateTimeOffset time) => time.ToString(Basic, CultureInfo.InvariantCulture);

    /// <summary>ISO 8601 as error details show it: <c>2013-05-24T00:00:00Z</c>.</summary>
    public static string ToExtended(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Refuses a request that was signed too long ago, or too far in the future.</summary>
    /// <exception cref="S3Exception">RequestTimeTooSkewed.</exception>
    public static void CheckSkew(DateTimeOffset time, ReadOnlySpan<char> asSent, DateTimeOffset now)
    {
        if ((time - now).Duration() > MaxSkew)
        {
            throw new S3Exception(S3Errors.RequestTimeTooSkewed
                .With("RequestTime", asSent.ToString())
                .With("ServerTime", ToExtended(now))
                .With("MaxAllowedSkewMilliseconds", MaxSkew.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>The error of a presigned URL whose time is over.</summary>
    public static S3Exception Expired(string? lifetimeSeconds, DateTimeOffset expires, DateTimeOffset now)
    {
        var error = S3Errors.AccessDenied.Because("Request has expired");
        error = lifetimeSeconds is null ? error : error.With("X-Amz-Expires", lifetimeSeconds);
        return new S3Exception(error.With("Expires", ToExtended(expires)).With("ServerTime", ToExtended(now)));
    }
}
