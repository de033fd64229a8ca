using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>
/// The fields of a browser's form upload that sign its policy. See https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
/// </summary>
internal sealed record FormSignature
{
    /// <summary>Field <c>policy</c>: Base64, as sent; this text is what is signed.</summary>
    public string? Policy { get; init; }

    /// <summary>Field <c>x-amz-algorithm</c>.</summary>
    public string? Algorithm { get; init; }

    /// <summary>Field <c>x-amz-credential</c>.</summary>
    public string? Credential { get; init; }

    /// <summary>Field <c>x-amz-date</c>.</summary>
    public string? Date { get; init; }

    /// <summary>Field <c>AWSAccessKeyId</c> of Signature Version 2.</summary>
    public string? AccessKey { get; init; }

    /// <summary>Field <c>x-amz-signature</c>, or <c>signature</c> of Signature Version 2.</summary>
    public string? Signature { get; init; }

    /// <summary>Field <c>x-amz-security-token</c>.</summary>
    public string? SecurityToken { get; init; }

    /// <summary>True for the fields of Signature Version 4.</summary>
    public bool IsV4 => Algorithm is not null || Credential is not null || Date is not null;

    /// <summary>True when any field of a signature is there.</summary>
    public bool IsSigned => IsV4 || Policy is not null || AccessKey is not null || Signature is not null;

    /// <summary>This form, when its signature is complete or entirely absent.</summary>
    /// <exception cref="S3Exception">InvalidArgument, InvalidRequest, or InvalidToken for a token without a signature.</exception>
    public FormSignature Checked(SignatureV2Mode signatureV2)
    {
        if (!IsSigned)
        {
            return SecurityToken is null ? this : throw new S3Exception(S3Errors.InvalidToken);
        }

        if (IsV4)
        {
            Require(Algorithm, "X-Amz-Algorithm");
            Require(Credential, "X-Amz-Credential");
            Require(Date, "X-Amz-Date");
            Require(Signature, "X-Amz-Signature");
            if (!string.Equals(Algorithm, SignatureV4.Algorithm, StringComparison.Ordinal) || AccessKey is not null)
            {
                throw new S3Exception(S3Errors.Argument("X-Amz-Algorithm", Algorithm, "Only AWS4-HMAC-SHA256 is supported"));
            }
        }
        else
        {
            Require(AccessKey, "AWSAccessKeyId");
            Require(Signature, "Signature");
            if (signatureV2 == SignatureV2Mode.Off)
            {
                throw new S3Exception(S3Errors.InvalidRequest.Because(
                    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."));
            }
        }

        Require(Policy, "Policy");
        return this;
    }

    /// <summary>Whose key signed, and for which day.</summary>
    /// <exception cref="S3Exception">The credential or the date is malformed, or they name different days.</exception>
    public CredentialScope Scope(string region)
    {
        var scope = CredentialScope.Parse(Credential.AsMemory(), region, ClaimPlace.Form);
        if (!RequestTime.TryParseBasic(Date, out _))
        {
            throw new S3Exception(S3Errors.Argument("X-Amz-Date", Date, "X-Amz-Date must be formated via ISO8601 Long format"));
        }

        scope.CheckDate(Date, ClaimPlace.Form);
        return scope;
    }

    private static void Require(string? value, string field)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw new S3Exception(S3Errors.Argument(field, value,
                $"Bucket POST must contain a field named '{field}'.  If it is specified, please check the order of the fields."));
        }
    }
}
