using System.Collections.Frozen;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>What a request says about its body in <c>x-amz-content-sha256</c>, and whether it may say so.</summary>
internal readonly record struct PayloadDeclaration
{
    public const string HeaderName = "x-amz-content-sha256";
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";
    private const string StreamingSigned = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string StreamingSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    private const string StreamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    private static readonly PayloadMode Unsigned = new PayloadMode.Unsigned();
    private static readonly PayloadMode UnsignedTrailer = new PayloadMode.StreamingUnsignedTrailer();

    // A PUT of one of these is no upload, though it names a key.
    private static readonly FrozenSet<string> ObjectSubresources = FrozenSet.ToFrozenSet(
    [
        "acl", "annotation", "attributes", "encryption", "legal-hold", "renameObject", "restore", "retention", "select", "tagging",
        "torrent", "uploads",
    ]);

    /// <summary>The last line of the canonical request, as sent.</summary>
    public required string Text { get; init; }

    /// <summary>The declaration of a request signed in its header, which must make one.</summary>
    /// <exception cref="S3Exception">InvalidArgument when it is no known form, InvalidRequest when missing or out of place.</exception>
    public static PayloadDeclaration OfSignedHeader(IncomingRequest request)
        => Checked(request, Find(request, isPresigned: false)
            ?? throw new S3Exception(S3Errors.InvalidRequest.Because("Missing required header for this request: x-amz-content-sha256")));

    /// <summary>The declaration of a presigned URL: UNSIGNED-PAYLOAD where it makes none.</summary>
    /// <exception cref="S3Exception">InvalidArgument when it is no known form, InvalidRequest when out of place.</exception>
    public static PayloadDeclaration OfPresigned(IncomingRequest request)
        => WithoutSignedChunks(Checked(request, Find(request, isPresigned: true) ?? UnsignedPayload));

    /// <summary>The declaration where Version 4 signs nothing: anonymous requests and Version 2.</summary>
    /// <exception cref="S3Exception">InvalidArgument when it is no known form, InvalidRequest when out of place.</exception>
    public static PayloadDeclaration OfOther(IncomingRequest request, bool isPresigned)
        => WithoutSignedChunks(Checked(request, Find(request, isPresigned) ?? UnsignedPayload));

    /// <summary>True when every chunk carries a signature that continues the request's own.</summary>
    public bool HasSignedChunks => Text is StreamingSigned or StreamingSignedTrailer;

    /// <summary>The mode of a body whose chunks, if it has any, are not signed.</summary>
    public PayloadMode ToMode() => Text switch
    {
        UnsignedPayload => Unsigned,
        StreamingUnsignedTrailer => UnsignedTrailer,
        StreamingSigned or StreamingSignedTrailer => throw new InvalidOperationException("Signed chunks need the request's signature."),
        _ => new PayloadMode.SignedHash(Convert.FromHexString(Text)),
    };

    /// <summary>The mode of a body after the request's own signature was checked.</summary>
    public PayloadMode ToMode(in SignatureV4Claim claim, ReadOnlyMemory<byte> signingKey) => HasSignedChunks
        ? new PayloadMode.StreamingSigned(
            new ChunkSignatures(signingKey, claim.AmzDate.ToString(), claim.Credential.Scope.ToString(), claim.Signature.ToString()),
            HasTrailer: Text is StreamingSignedTrailer)
        : ToMode();

    private static string? Find(IncomingRequest request, bool isPresigned)
    {
        string? found = null;
        if (request.Headers.TryGetValue(HeaderName, out var values))
        {
            found = values.Count == 1 ? values[0] ?? "" : throw Invalid(values.ToString());
        }

        if (!isPresigned)
        {
            return found;
        }

        foreach (var parameter in request.Query.Parameters)
        {
            if (!parameter.Name.Equals(HeaderName, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            // Said twice is fine as long as nothing can be played off against the other.
            if (found is not null && !string.Equals(found, parameter.Value, StringComparison.Ordinal))
            {
                throw Invalid(parameter.Value);
            }

            found = parameter.Value;
        }

        return found;
    }

    private static PayloadDeclaration Checked(IncomingRequest request, string text)
    {
        switch (text)
        {
            case UnsignedPayload:
                break;
            case StreamingSigned or StreamingSignedTrailer or StreamingUnsignedTrailer:
                if (!IsUpload(request))
                {
                    throw new S3Exception(S3Errors.InvalidRequest.Because(
                        $"x-amz-content-sha256 {text} is only allowed for PutObject and UploadPart."));
                }

                break;
            default:
                if (text.Length != 64 || !IsHex(text))
                {
                    throw Invalid(text);
                }

                break;
        }

        return new PayloadDeclaration { Text = text };
    }

    private static PayloadDeclaration WithoutSignedChunks(PayloadDeclaration declaration) => !declaration.HasSignedChunks
        ? declaration
        : throw new S3Exception(S3Errors.InvalidRequest.Because(
            $"x-amz-content-sha256 {declaration.Text} needs a request that is signed in its Authorization header with AWS4-HMAC-SHA256."));

    private static bool IsUpload(IncomingRequest request)
    {
        if (request.Method is not "PUT" || request.Key is null || request.Headers.ContainsKey("x-amz-copy-source"))
        {
            return false;
        }

        foreach (var parameter in request.Query.Parameters)
        {
            if (ObjectSubresources.Contains(parameter.Name)
                || parameter.Name.Equals("x-amz-copy-source", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsHex(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }
        }

        return true;
    }

    private static S3Exception Invalid(string value) => new(S3Errors.Argument(HeaderName, value,
        $"x-amz-content-sha256 must be {UnsignedPayload}, {StreamingUnsignedTrailer}, {StreamingSigned}, {StreamingSignedTrailer} "
        + "or a valid sha256 value."));
}
