using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>What a request claims with its Signature Version 4, from header or query alike, before any of it is believed.</summary>
internal readonly record struct SignatureV4Claim
{
    public required CredentialScope Credential { get; init; }

    /// <summary>Names of the signed headers, <c>;</c> between them, as sent.</summary>
    public required ReadOnlyMemory<char> SignedHeaders { get; init; }

    /// <summary>The signature as sent.</summary>
    public required ReadOnlyMemory<char> Signature { get; init; }

    /// <summary>The time of signing in ISO 8601 basic format: the second line of the string to sign.</summary>
    public required ReadOnlyMemory<char> AmzDate { get; init; }

    /// <summary>True when the claim came from the query string.</summary>
    public required bool IsPresigned { get; init; }
}

/// <summary>Where a claim stands, which decides how S3 refuses it.</summary>
internal enum ClaimPlace
{
    Header,
    Query,
    Form,
}

/// <summary>The credential of a claim: whose key, and what the signing key was derived for.</summary>
internal readonly record struct CredentialScope
{
    public const string Service = "s3";
    private const string Terminator = "aws4_request";

    public required string AccessKey { get; init; }

    /// <summary><c>20130524/us-east-1/s3/aws4_request</c>: the third line of the string to sign.</summary>
    public required ReadOnlyMemory<char> Scope { get; init; }

    /// <summary>The day the signing key is for, <c>20130524</c>.</summary>
    public ReadOnlySpan<char> Date => Scope.Span[..8];

    /// <summary>The region the signing key is for.</summary>
    public ReadOnlySpan<char> Region => Part(1);

    /// <summary>The service the signing key is for.</summary>
    public ReadOnlySpan<char> ServiceName => Part(2);

    /// <summary>Reads <c>AKID/date/region/service/aws4_request</c> and checks all but the key itself.</summary>
    /// <exception cref="S3Exception">AuthorizationHeaderMalformed or AuthorizationQueryParametersError.</exception>
    public static CredentialScope Parse(ReadOnlyMemory<char> text, string expectedRegion, ClaimPlace place)
    {
        var scope = Split(text, place);
        if (!scope.ServiceName.SequenceEqual(Service))
        {
            throw scope.Malformed($"incorrect service \"{scope.ServiceName}\". This endpoint belongs to \"s3\".", place);
        }

        if (!scope.Region.SequenceEqual(expectedRegion))
        {
            var error = scope.Malformed($"the region '{scope.Region}' is wrong; expecting '{expectedRegion}'", place).Error;
            throw new S3Exception(error.With("Region", expectedRegion));
        }

        return scope.WithDate(place);
    }

    /// <summary>Reads <c>AKID/date/region/service/aws4_request</c> for any region and service.</summary>
    /// <exception cref="S3Exception">AuthorizationHeaderMalformed or AuthorizationQueryParametersError.</exception>
    public static CredentialScope Parse(ReadOnlyMemory<char> text, ClaimPlace place) => Split(text, place).WithDate(place);

    private static CredentialScope Split(ReadOnlyMemory<char> text, ClaimPlace place)
    {
        // From the right: an access key may contain slashes, what follows it may not.
        Span<int> slashes = stackalloc int[4];
        var end = text.Length;
        for (var i = 3; i >= 0; i--)
        {
            end = text.Span[..end].LastIndexOf('/');
            if (end <= 0)
            {
                const string form = "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
                throw Malformed(form, place, text.ToString());
            }

            slashes[i] = end;
        }

        var terminator = text.Span[(slashes[3] + 1)..];
        if (!terminator.SequenceEqual(Terminator))
        {
            throw Malformed($"incorrect terminal \"{terminator}\". This endpoint uses \"aws4_request\".", place, text.ToString());
        }

        return new CredentialScope { AccessKey = text.Span[..slashes[0]].ToString(), Scope = text[(slashes[0] + 1)..] };
    }

    /// <summary>Refuses a key of another day than the request.</summary>
    /// <exception cref="S3Exception">The day of the scope is not the day of signing.</exception>
    public void CheckDate(ReadOnlySpan<char> amzDate, ClaimPlace place)
    {
        if (!amzDate[..8].SequenceEqual(Date))
        {
            var message = $"Invalid credential date \"{Date}\". This date is not the same as X-Amz-Date: \"{amzDate[..8]}\".";
            throw place == ClaimPlace.Query ? new S3Exception(S3Errors.AuthorizationQueryParametersError.Because(message)) : Malformed(message, place);
        }
    }

    private CredentialScope WithDate(ClaimPlace place)
    {
        var date = Scope.Span[..Scope.Span.IndexOf('/')];
        return date.Length == 8 && !date.ContainsAnyExceptInRange('0', '9')
            ? this
            : throw Malformed($"incorrect date format \"{date}\". This date in the credential must be in the format \"yyyyMMdd\".", place);
    }

    private ReadOnlySpan<char> Part(int index)
    {
        var rest = Scope.Span;
        for (; index > 0; index--)
        {
            rest = rest[(rest.IndexOf('/') + 1)..];
        }

        return rest[..rest.IndexOf('/')];
    }

    private S3Exception Malformed(string detail, ClaimPlace place) => Malformed(detail, place, $"{AccessKey}/{Scope}");

    private static S3Exception Malformed(string detail, ClaimPlace place, string credential) => new(place switch
    {
        ClaimPlace.Query => S3Errors.AuthorizationQueryParametersError.Because("Error parsing the X-Amz-Credential parameter; " + detail),
        ClaimPlace.Form => S3Errors.Argument("X-Amz-Credential", credential, detail),
        _ => S3Errors.AuthorizationHeaderMalformed.Because("The authorization header is malformed; " + detail),
    });
}
