using BleepStore.Api.Protocol;

namespace BleepStore.Api.QueryApi;

/// <summary>What IAM and STS call what the verifier refuses; the signature shown to help is S3's alone.</summary>
internal static class SignatureErrors
{
    public static QueryError Of(S3Error error) => error.Code switch
    {
        "InvalidAccessKeyId" or "InvalidToken" => QueryErrors.InvalidClientTokenId,
        "ExpiredToken" => QueryErrors.ExpiredToken,
        "SignatureDoesNotMatch" => QueryErrors.SignatureDoesNotMatch,
        "RequestTimeTooSkewed" => QueryErrors.RequestExpired,
        "AccessDenied" => QueryErrors.AccessDenied.Because(error.Message),
        "InvalidURI" => QueryErrors.MalformedInput,
        "IncompleteBody" => QueryErrors.MalformedInput.Because(error.Message),
        _ => QueryErrors.IncompleteSignature.Because(error.Message),
    };
}
