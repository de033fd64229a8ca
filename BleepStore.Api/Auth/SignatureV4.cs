using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>Checks a Signature Version 4 claim against the request it came with.</summary>
internal static class SignatureV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    private const int HexLength = 64;

    /// <summary>Refuses the request unless that key made its signature.</summary>
    /// <exception cref="S3Exception">SignatureDoesNotMatch, with what was signed here, as AWS shows it.</exception>
    public static void Check(
        IncomingRequest request, in SignatureV4Claim claim, ReadOnlySpan<char> payloadHash, ReadOnlySpan<byte> signingKey)
    {
        using var canonical = CanonicalRequest.Write(request, claim, payloadHash);
        using var toSign = WriteStringToSign(claim, canonical.Written);
        if (!Matches(signingKey, toSign.Written, claim.Signature.Span))
        {
            throw new S3Exception(Mismatch(claim.Credential.AccessKey, toSign.Written, claim.Signature.ToString())
                .With("CanonicalRequest", Encoding.UTF8.GetString(canonical.Written))
                .With("CanonicalRequestBytes", SpacedHex(canonical.Written)));
        }
    }

    /// <summary>The error that shows a client what to compare, without the lines that only Version 4 has.</summary>
    public static S3Error Mismatch(string accessKey, ReadOnlySpan<byte> stringToSign, string signature) => S3Errors.SignatureDoesNotMatch
        .With("AWSAccessKeyId", accessKey)
        .With("StringToSign", Encoding.UTF8.GetString(stringToSign))
        .With("SignatureProvided", signature)
        .With("StringToSignBytes", SpacedHex(stringToSign));

    /// <summary>Compares in constant time the lower-case hex of HMAC-SHA256 with what was sent.</summary>
    public static bool Matches(ReadOnlySpan<byte> signingKey, ReadOnlySpan<byte> stringToSign, ReadOnlySpan<char> signature)
    {
        Span<byte> given = stackalloc byte[HexLength];
        if (signature.Length != HexLength || !Ascii.IsValid(signature))
        {
            return false;
        }

        Encoding.ASCII.GetBytes(signature, given);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(signingKey, stringToSign, hash);
        Span<byte> expected = stackalloc byte[HexLength];
        Convert.TryToHexStringLower(hash, expected, out _);
        return CryptographicOperations.FixedTimeEquals(given, expected);
    }

    private static Utf8Writer WriteStringToSign(in SignatureV4Claim claim, ReadOnlySpan<byte> canonicalRequest)
    {
        var writer = new Utf8Writer(256);
        writer.Append("AWS4-HMAC-SHA256\n"u8);
        writer.Append(claim.AmzDate.Span);
        writer.Append((byte)'\n');
        writer.Append(claim.Credential.Scope.Span);
        writer.Append((byte)'\n');
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(canonicalRequest, hash);
        Span<byte> hex = stackalloc byte[HexLength];
        Convert.TryToHexStringLower(hash, hex, out _);
        writer.Append(hex);
        return writer;
    }

    private static string SpacedHex(ReadOnlySpan<byte> bytes)
    {
        var builder = new StringBuilder(bytes.Length * 3);
        foreach (var b in bytes)
        {
            builder.Append("0123456789abcdef"[b >> 4]).Append("0123456789abcdef"[b & 15]).Append(' ');
        }

        return builder.ToString(0, Math.Max(0, builder.Length - 1));
    }
}
