using System.Buffers.Text;
using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

/// <summary>What a request claims with Signature Version 2.</summary>
/// <param name="AccessKey">The key that is said to have signed.</param>
/// <param name="Signature">The signature as sent: Base64 of an HMAC-SHA1.</param>
/// <param name="DateLine">The fourth line of the string to sign: the expiry of a presigned URL, the Date header, or nothing.</param>
/// <param name="IsPresigned">True when the claim came from the query string.</param>
internal readonly record struct SignatureV2Claim(string AccessKey, string Signature, string DateLine, bool IsPresigned);

/// <summary>
/// Reads and checks the old Signature Version 2. See https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
/// </summary>
internal static class SignatureV2
{
    // More than AWS's published list: a sub-resource that were not signed could be added to somebody's presigned URL.
    private static readonly FrozenSet<string> SignedParameters = FrozenSet.ToFrozenSet(
    [
        "accelerate", "acl", "analytics", "attributes", "cors", "defaultObjectAcl", "delete", "encryption", "intelligent-tiering",
        "inventory", "legal-hold", "lifecycle", "location", "logging", "metadataConfiguration", "metadataTable", "metrics", "notification",
        "object-lock", "ownershipControls", "partNumber", "policy", "policyStatus", "publicAccessBlock", "renameObject", "replication",
        "requestPayment", "response-cache-control", "response-content-disposition", "response-content-encoding",
        "response-content-language", "response-content-type", "response-expires", "restore", "retention", "select", "select-type", "session", "storageClass", "tagging",
        "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    ]);

    /// <summary>Reads <c>Authorization: AWS AKID:signature</c>.</summary>
    /// <exception cref="S3Exception">InvalidArgument, AccessDenied without a date, RequestTimeTooSkewed.</exception>
    public static SignatureV2Claim ParseHeader(IncomingRequest request, DateTimeOffset now)
    {
        var authorization = request.Header("Authorization")!;
        var text = authorization.AsSpan("AWS ".Length).Trim();
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || colon == text.Length - 1)
        {
            const string form = "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature";
            throw new S3Exception(S3Errors.Argument("Authorization", authorization, form));
        }

        var amzDate = request.Header("x-amz-date");
        var date = amzDate ?? request.Header("Date");
        if (date is null || !RequestTime.TryParseHttp(date, out var signedAt))
        {
            throw new S3Exception(S3Errors.AccessDenied.Because("AWS authentication requires a valid Date or x-amz-date header"));
        }

        RequestTime.CheckSkew(signedAt, date, now);
        var dateLine = amzDate is null ? date : "";
        return new SignatureV2Claim(text[..colon].ToString(), text[(colon + 1)..].ToString(), dateLine, IsPresigned: false);
    }

    /// <summary>Reads the three parameters of a presigned URL.</summary>
    /// <exception cref="S3Exception">AccessDenied: a parameter is missing or given twice, or the time is over.</exception>
    public static SignatureV2Claim ParseQuery(IncomingRequest request, DateTimeOffset now)
    {
        string? accessKey = null, signature = null, expires = null;
        foreach (var parameter in request.Query.Parameters)
        {
            switch (parameter.Name)
            {
                case "AWSAccessKeyId":
                    accessKey = Once(accessKey, parameter.Value);
                    break;
                case "Signature":
                    signature = Once(signature, parameter.Value);
                    break;
                case "Expires":
                    expires = Once(expires, parameter.Value);
                    break;
            }
        }

        if (string.IsNullOrEmpty(accessKey) || string.IsNullOrEmpty(signature) || string.IsNullOrEmpty(expires))
        {
            throw Incomplete();
        }

        if (!long.TryParse(expires, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            throw new S3Exception(S3Errors.AccessDenied.Because($"Invalid date (should be seconds since epoch): {expires}"));
        }

        if (now.ToUnixTimeSeconds() > seconds)
        {
            throw RequestTime.Expired(lifetimeSeconds: null, DateTimeOffset.FromUnixTimeSeconds(Math.Max(seconds, 0)), now);
        }

        return new SignatureV2Claim(accessKey, signature, expires, IsPresigned: true);
    }

    /// <summary>Refuses the request unless that secret made its signature.</summary>
    /// <exception cref="S3Exception">SignatureDoesNotMatch, with what was signed here, as AWS shows it.</exception>
    public static void Check(IncomingRequest request, in SignatureV2Claim claim, string secret)
    {
        using var toSign = WriteStringToSign(request, claim, slashAfterBucket: false);
        if (Matches(secret, toSign.Written, claim.Signature))
        {
            return;
        }

        // boto sends /bucket and signs /bucket/: the two name the same.
        if (!request.IsVirtualHostStyle && request.Key is null && request.RawPath is [_, .., not '/'])
        {
            using var withSlash = WriteStringToSign(request, claim, slashAfterBucket: true);
            if (Matches(secret, withSlash.Written, claim.Signature))
            {
                return;
            }
        }

        throw new S3Exception(SignatureV4.Mismatch(claim.AccessKey, toSign.Written, claim.Signature));
    }

    /// <summary>Compares in constant time the Base64 of HMAC-SHA1 with what was sent.</summary>
    public static bool Matches(string secret, ReadOnlySpan<byte> stringToSign, string signature)
    {
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), stringToSign, hash);
        Span<byte> expected = stackalloc byte[28];
        Base64.EncodeToUtf8(hash, expected, out _, out _);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), expected);
    }

    private static Utf8Writer WriteStringToSign(IncomingRequest request, in SignatureV2Claim claim, bool slashAfterBucket)
    {
        var writer = new Utf8Writer(512);
        WriteLine(ref writer, request.Method);
        WriteLine(ref writer, HeaderOrParameter(request, "Content-MD5", claim.IsPresigned));
        WriteLine(ref writer, HeaderOrParameter(request, "Content-Type", claim.IsPresigned));
        WriteLine(ref writer, claim.DateLine);
        WriteAmzHeaders(ref writer, request, claim.IsPresigned);
        WriteResource(ref writer, request, slashAfterBucket);
        return writer;
    }

    private static void WriteAmzHeaders(ref Utf8Writer writer, IncomingRequest request, bool isPresigned)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in request.Headers)
        {
            if (header.Key.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase))
            {
                headers[header.Key.ToLowerInvariant()] = header.Value.ToString().Trim();
            }
        }

        if (isPresigned)
        {
            // Clients that presign put the x-amz-* headers they signed into the URL.
            foreach (var parameter in request.Query.Parameters)
            {
                if (parameter.Name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase))
                {
                    headers.TryAdd(parameter.Name.ToLowerInvariant(), parameter.Value.Trim());
                }
            }
        }

        foreach (var (name, value) in headers)
        {
            writer.Append(name);
            writer.Append((byte)':');
            WriteLine(ref writer, value);
        }
    }

    private static void WriteResource(ref Utf8Writer writer, IncomingRequest request, bool slashAfterBucket)
    {
        if (request.IsVirtualHostStyle)
        {
            writer.Append((byte)'/');
            writer.Append(request.Bucket);
        }

        writer.Append(request.RawPath);
        if (slashAfterBucket || request.RawPath.Length == 0)
        {
            writer.Append((byte)'/');
        }

        var signed = new List<QueryParameter>();
        foreach (var parameter in request.Query.Parameters)
        {
            if (SignedParameters.Contains(parameter.Name))
            {
                signed.Add(parameter);
            }
        }

        signed.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        for (var i = 0; i < signed.Count; i++)
        {
            writer.Append(i == 0 ? (byte)'?' : (byte)'&');
            writer.Append(signed[i].Name);
            if (signed[i].HasValue)
            {
                writer.Append((byte)'=');
                writer.Append(signed[i].Value);
            }
        }
    }

    private static string HeaderOrParameter(IncomingRequest request, string name, bool isPresigned)
    {
        if (request.Header(name) is { } header)
        {
            return header.Trim();
        }

        if (isPresigned)
        {
            foreach (var parameter in request.Query.Parameters)
            {
                if (parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return parameter.Value;
                }
            }
        }

        return "";
    }

    private static void WriteLine(ref Utf8Writer writer, ReadOnlySpan<char> text)
    {
        writer.Append(text);
        writer.Append((byte)'\n');
    }

    private static string Once(string? already, string value) => already is null ? value : throw Incomplete();

    private static S3Exception Incomplete() => new(S3Errors.AccessDenied.Because(
        "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"));
}
