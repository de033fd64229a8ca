using System.Globalization;
using BleepStore.Api.Configurations;

namespace BleepStore.Api.Cors;

/// <summary>What a browser is told about who may see an answer.</summary>
/// <param name="Request">What it asked.</param>
/// <param name="Rule">The rule that allows it; null when none does.</param>
internal sealed record CrossOriginAnswer(CrossOriginRequest Request, CorsRule? Rule)
{
    private const string Vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

    /// <summary>Adds the headers. Without a rule only that the answer depends on the origin, so that no cache gives it to another.</summary>
    public void Write(IHeaderDictionary headers)
    {
        headers.Vary = Vary;
        if (Rule is null)
        {
            return;
        }

        // A page may send credentials only where it is named; "anybody" is answered as such.
        var isAnybody = Rule.AllowedOrigins.Contains("*");
        headers.AccessControlAllowOrigin = isAnybody ? "*" : Request.Origin;
        headers.AccessControlAllowMethods = string.Join(", ", Rule.AllowedMethods);
        if (!Request.Headers.IsEmpty)
        {
            headers.AccessControlAllowHeaders = string.Join(", ", Request.Headers).ToLowerInvariant();
        }

        if (!Rule.ExposeHeaders.IsEmpty)
        {
            headers.AccessControlExposeHeaders = string.Join(", ", Rule.ExposeHeaders);
        }

        if (Rule.MaxAgeSeconds is { } seconds)
        {
            headers.AccessControlMaxAge = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (!isAnybody)
        {
            headers.AccessControlAllowCredentials = "true";
        }
    }
}
