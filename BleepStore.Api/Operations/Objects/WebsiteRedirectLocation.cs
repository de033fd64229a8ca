using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Objects;

/// <summary>Where an object sends the browsers of its bucket's website: a path of the same site, or another site.</summary>
internal static class WebsiteRedirectLocation
{
    public const string Header = "x-amz-website-redirect-location";

    private const int MaxLength = 2048;

    /// <summary>The location that a write asks for; null for none.</summary>
    /// <exception cref="S3Exception">InvalidRedirectLocation, or InvalidArgument for what no answer could carry.</exception>
    public static string? Read(S3Request request)
    {
        if (HeaderText.Read(request, Header) is not { Length: > 0 } location)
        {
            return null;
        }

        if (!location.StartsWith('/') && !location.StartsWith("http://", StringComparison.Ordinal) && !location.StartsWith("https://", StringComparison.Ordinal))
        {
            throw new S3Exception(S3Errors.InvalidRedirectLocation.With("RedirectLocation", location));
        }

        return location.Length <= MaxLength
            ? location
            : throw new S3Exception(S3Errors.InvalidRedirectLocation.Because("The length of website redirect location cannot exceed 2,048 characters."));
    }
}
