using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>How a request claims to be signed. Any trace of a mechanism chooses it: half a signature is never taken for none.</summary>
internal enum AuthMechanism
{
    None,
    V4Header,
    V4Query,
    V2Header,
    V2Query,
}

/// <summary>Tells the mechanisms apart and refuses what claims several, or one that is not offered.</summary>
internal static class AuthMechanisms
{
    private const string OnlyOne = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
        + "Signature query string parameter or the Authorization header should be specified";

    /// <summary>The one mechanism that the request uses.</summary>
    /// <exception cref="S3Exception">InvalidArgument or InvalidRequest: several mechanisms, or one that is not accepted here.</exception>
    public static AuthMechanism Of(IncomingRequest request, SignatureV2Mode signatureV2)
    {
        var query = OfQuery(request.Query);
        if (!request.Headers.TryGetValue("Authorization", out var authorization))
        {
            return query == AuthMechanism.V2Query && signatureV2 == SignatureV2Mode.Off ? throw NotSupported() : query;
        }

        if (query != AuthMechanism.None || authorization.Count > 1)
        {
            throw new S3Exception(S3Errors.Argument("Authorization", authorization.ToString(), OnlyOne));
        }

        // Who sends the header without a word in it is nobody, and meant to be somebody.
        return authorization.ToString() is { Length: > 0 } text ? OfHeader(text, signatureV2) : throw new S3Exception(S3Errors.AccessDenied);
    }

    /// <summary>The answer to a mechanism that is not accepted here.</summary>
    public static S3Exception NotSupported() => new(S3Errors.InvalidRequest.Because(
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."));

    private static AuthMechanism OfHeader(string authorization, SignatureV2Mode signatureV2)
    {
        var space = authorization.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0)
        {
            const string oneSpace = "Authorization header is invalid -- one and only one ' ' (space) required.";
            throw new S3Exception(S3Errors.Argument("Authorization", authorization, oneSpace));
        }

        return authorization.AsSpan(0, space) switch
        {
            SignatureV4.Algorithm => AuthMechanism.V4Header,
            "AWS" when !authorization.Contains(':', StringComparison.Ordinal) => throw new S3Exception(S3Errors.Argument(
                "Authorization", authorization, "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature")),
            "AWS" => signatureV2 != SignatureV2Mode.Off ? AuthMechanism.V2Header : throw NotSupported(),
            "AWS4-ECDSA-P256-SHA256" => throw NotSupported(),
            _ => throw new S3Exception(S3Errors.Argument("Authorization", authorization, "Unsupported Authorization Type")),
        };
    }

    private static AuthMechanism OfQuery(S3Query query)
    {
        var found = AuthMechanism.None;
        foreach (var parameter in query.Parameters)
        {
            var claimed = parameter.Name switch
            {
                "X-Amz-Algorithm" or "X-Amz-Credential" or "X-Amz-Signature" => AuthMechanism.V4Query,
                "X-Amz-SignedHeaders" or "X-Amz-Expires" => AuthMechanism.V4Query,
                "AWSAccessKeyId" or "Signature" => AuthMechanism.V2Query,
                _ => AuthMechanism.None,
            };
            if (claimed != AuthMechanism.None && found != AuthMechanism.None && claimed != found)
            {
                throw new S3Exception(S3Errors.Argument("Authorization", "", OnlyOne));
            }

            found = claimed == AuthMechanism.None ? found : claimed;
        }

        return found;
    }
}
