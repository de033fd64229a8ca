using System.Globalization;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>
/// Reads the claim of a presigned URL. See https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
/// </summary>
internal static class SignatureV4Query
{
    /// <summary>The parameter that cannot sign itself.</summary>
    public const string SignatureParameter = "X-Amz-Signature";

    private const int MaxLifetimeSeconds = 604_800;

    /// <summary>The claim, with its form, scope and lifetime checked.</summary>
    /// <exception cref="S3Exception">AuthorizationQueryParametersError, AccessDenied when expired or not yet valid.</exception>
    public static SignatureV4Claim Parse(IncomingRequest request, string region, DateTimeOffset now)
    {
        var parameters = Parameters.Of(request.Query);
        if (!string.Equals(parameters.Algorithm, SignatureV4.Algorithm, StringComparison.Ordinal))
        {
            throw Error("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        }

        var credential = CredentialScope.Parse(parameters.Credential.AsMemory(), region, ClaimPlace.Query);
        if (!RequestTime.TryParseBasic(parameters.Date, out var signedAt))
        {
            throw Error("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        }

        credential.CheckDate(parameters.Date, ClaimPlace.Query);
        CheckLifetime(signedAt, parameters.Expires!, now);
        return new SignatureV4Claim
        {
            Credential = credential,
            SignedHeaders = parameters.SignedHeaders.AsMemory(),
            Signature = parameters.Signature.AsMemory(),
            AmzDate = parameters.Date.AsMemory(),
            IsPresigned = true,
        };
    }

    private static void CheckLifetime(DateTimeOffset signedAt, string expires, DateTimeOffset now)
    {
        if (!long.TryParse(expires, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            throw Error("X-Amz-Expires should be a number");
        }

        if (seconds < 1)
        {
            throw Error(seconds < 0 ? "X-Amz-Expires must be non-negative" : "X-Amz-Expires must be at least one second");
        }

        if (seconds > MaxLifetimeSeconds)
        {
            throw Error("X-Amz-Expires must be less than a week (in seconds); "
                + "that is, the given X-Amz-Expires must be less than 604800 seconds");
        }

        // Subtracting keeps a date near the end of the calendar from overflowing.
        if (signedAt - now > RequestTime.MaxSkew)
        {
            throw new S3Exception(S3Errors.AccessDenied
                .Because("Request is not valid yet").With("ServerTime", RequestTime.ToExtended(now)));
        }

        if (now - signedAt > TimeSpan.FromSeconds(seconds))
        {
            throw RequestTime.Expired(expires, signedAt.AddSeconds(seconds), now);
        }
    }

    private static S3Exception Error(string message) => new(S3Errors.AuthorizationQueryParametersError.Because(message));

    /// <summary>The six parameters, each exactly once.</summary>
    private struct Parameters
    {
        public string? Algorithm;
        public string? Credential;
        public string? Date;
        public string? Expires;
        public string? SignedHeaders;
        public string? Signature;

        public static Parameters Of(S3Query query)
        {
            var found = default(Parameters);
            foreach (var parameter in query.Parameters)
            {
                switch (parameter.Name)
                {
                    case "X-Amz-Algorithm":
                        Set(ref found.Algorithm, parameter);
                        break;
                    case "X-Amz-Credential":
                        Set(ref found.Credential, parameter);
                        break;
                    case "X-Amz-Date":
                        Set(ref found.Date, parameter);
                        break;
                    case "X-Amz-Expires":
                        Set(ref found.Expires, parameter);
                        break;
                    case "X-Amz-SignedHeaders":
                        Set(ref found.SignedHeaders, parameter);
                        break;
                    case SignatureParameter:
                        Set(ref found.Signature, parameter);
                        break;
                }
            }

            var isComplete = found is { Algorithm: not null, Credential: not null, Date: not null }
                and { Expires: not null, SignedHeaders: not null, Signature: not null };
            return isComplete
                ? found
                : throw Error("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
                    + "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
        }

        private static void Set(ref string? field, QueryParameter parameter)
            => field = field is null ? parameter.Value : throw Error($"{parameter.Name} must be given exactly once");
    }
}
