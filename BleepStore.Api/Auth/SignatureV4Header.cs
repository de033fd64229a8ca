using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>
/// Reads the claim of an <c>Authorization: AWS4-HMAC-SHA256 …</c> header. See
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
/// </summary>
internal static class SignatureV4Header
{
    /// <summary>The claim, with its form, scope and time checked.</summary>
    /// <exception cref="S3Exception">AuthorizationHeaderMalformed, AccessDenied without a date, RequestTimeTooSkewed.</exception>
    public static SignatureV4Claim Parse(IncomingRequest request, string region, DateTimeOffset now)
        => ParseAny(request, region, now);

    /// <summary>The claim of a request to another service than S3, whose name and region are the caller's to check.</summary>
    /// <exception cref="S3Exception">AuthorizationHeaderMalformed, AccessDenied without a date, RequestTimeTooSkewed.</exception>
    public static SignatureV4Claim ParseQuery(IncomingRequest request, DateTimeOffset now)
        => ParseAny(request, region: null, now);

    private static SignatureV4Claim ParseAny(IncomingRequest request, string? region, DateTimeOffset now)
    {
        var authorization = request.Header("Authorization").AsMemory();
        var (credentialText, signedHeaders, signature) = Split(authorization[SignatureV4.Algorithm.Length..]);
        var credential = region is null
            ? CredentialScope.Parse(credentialText, ClaimPlace.Header)
            : CredentialScope.Parse(credentialText, region, ClaimPlace.Header);
        var amzDate = SignedAt(request, now);
        credential.CheckDate(amzDate, ClaimPlace.Header);
        return new SignatureV4Claim
        {
            Credential = credential,
            SignedHeaders = signedHeaders,
            Signature = signature,
            AmzDate = amzDate.AsMemory(),
            IsPresigned = false,
        };
    }

    private static (ReadOnlyMemory<char> Credential, ReadOnlyMemory<char> SignedHeaders, ReadOnlyMemory<char> Signature) Split(
        ReadOnlyMemory<char> text)
    {
        // As S3 does: how many components there are, then the form of each, then their names.
        if (text.Span.Count(',') != 2)
        {
            throw Malformed("the authorization header requires three components: Credential, SignedHeaders, and Signature.");
        }

        ReadOnlyMemory<char> credential = default, signedHeaders = default, signature = default;
        while (!text.IsEmpty)
        {
            var comma = text.Span.IndexOf(',');
            var component = (comma < 0 ? text : text[..comma]).Trim();
            text = comma < 0 ? default : text[(comma + 1)..];
            var equals = component.Span.IndexOf('=');
            if (equals < 0)
            {
                throw Malformed($"the authorization component \"{component}\" is malformed.");
            }

            var value = component[(equals + 1)..];
            switch (component.Span[..equals])
            {
                case "Credential":
                    credential = value;
                    break;
                case "SignedHeaders":
                    signedHeaders = value;
                    break;
                case "Signature":
                    signature = value;
                    break;
            }
        }

        return credential.IsEmpty ? throw Malformed("missing Credential.")
            : signedHeaders.IsEmpty ? throw Malformed("missing SignedHeaders.")
            : signature.IsEmpty ? throw Malformed("missing Signature.")
            : (credential, signedHeaders, signature);
    }

    private static string SignedAt(IncomingRequest request, DateTimeOffset now)
    {
        if (request.Header("x-amz-date") is { } amzDate)
        {
            if (!RequestTime.TryParseBasic(amzDate, out var time) || time < DateTimeOffset.UnixEpoch)
            {
                throw NoDate();
            }

            RequestTime.CheckSkew(time, amzDate, now);
            return amzDate;
        }

        if (request.Header("Date") is not { } date || !RequestTime.TryParseHttp(date, out var signedAt))
        {
            throw NoDate();
        }

        RequestTime.CheckSkew(signedAt, date, now);
        return RequestTime.ToBasic(signedAt);
    }

    private static S3Exception NoDate()
        => new(S3Errors.AccessDenied.Because("AWS authentication requires a valid Date or x-amz-date header"));

    private static S3Exception Malformed(string detail)
        => new(S3Errors.AuthorizationHeaderMalformed.Because("The authorization header is malformed; " + detail));
}
