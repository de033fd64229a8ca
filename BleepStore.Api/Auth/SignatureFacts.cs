using System.Globalization;

namespace BleepStore.Api.Auth;

/// <summary>How a verified request was signed, as condition keys tell it: https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html</summary>
internal static class SignatureFacts
{
    /// <summary>Where the signature stood; null for nobody's.</summary>
    public static string? AuthType(VerifiedRequest request)
        => !request.IsSigned ? null : request.Upload is not null ? "POST" : request.IsPresigned ? "REST-QUERY-STRING" : "REST-HEADER";

    /// <summary><c>AWS</c> for version 2; null for nobody's.</summary>
    public static string? Version(VerifiedRequest request)
        => !request.IsSigned ? null : IsV4(request) ? SignatureV4.Algorithm : "AWS";

    /// <summary>How long ago it was signed; null where the signature does not say when.</summary>
    public static TimeSpan? Age(VerifiedRequest request, DateTimeOffset now)
    {
        if (!request.IsSigned || request.Upload is not null)
        {
            return null;
        }

        var date = request.IsPresigned ? request.Query["X-Amz-Date"] : request.Incoming.Header("x-amz-date") ?? request.Incoming.Header("Date");
        return DateTimeOffset.TryParseExact(
            date, ["yyyyMMdd'T'HHmmss'Z'", "r"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signed)
            ? now - signed
            : null;
    }

    private static bool IsV4(VerifiedRequest request)
        => request.Upload is { } upload ? upload.IsV4
            : request.IsPresigned ? request.Query.Contains("X-Amz-Algorithm")
            : request.Incoming.Header("Authorization")?.StartsWith(SignatureV4.Algorithm, StringComparison.Ordinal) == true;
}
